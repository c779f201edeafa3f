"""What people do in the journeys: a marketer signs in, a visitor reads and asks for the document."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.stack import PASSWORD, Stack


def signed_in(browser: Browser, stack: Stack) -> Page:
    page = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo").new_page()
    page.goto(f"{stack.url}/")
    page.get_by_label("メールアドレス").fill(stack.email)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログイン").click()
    expect(page.get_by_role("heading", name="ホーム", level=1)).to_be_visible()
    return page


def visitor(browser: Browser) -> Page:
    """A browser nobody has seen before."""
    return browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo").new_page()


def read(page: Page, url: str) -> None:
    """Read for a little over a second, as a person: the pointer moves."""
    page.goto(url)
    page.mouse.move(200, 300)
    page.wait_for_timeout(1200)


def ask_for_document(page: Page, stack: Stack, answers: dict[str, str]) -> None:
    """Fill the form of the customer's site, at the pace of a hand."""
    read(page, f"{stack.site}/whitepaper/")
    answer(page, answers)
    page.wait_for_timeout(1500)  # nobody fills a form in less than two seconds
    send(page)


def answer(page: Page, answers: dict[str, str]) -> None:
    for label, value in answers.items():
        page.get_by_label(re.compile(rf"^{label}")).first.fill(value)
    page.get_by_role("checkbox").check()


def send(page: Page) -> None:
    page.get_by_role("button", name="資料を請求する").click()
    expect(page.get_by_text("ありがとうございます").first).to_be_visible()
