"""The main job, end to end, with nothing replaced: browser, HTTP, Valkey, Postgres, Celery, SMTP."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import ask_for_document, read, signed_in, visitor
from tests.browser.stack import Stack
from tests.mailing.sink import Sink
from tests.timing import eventually

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.xdist_group("stack")]
SHOWN = ("ページ閲覧 · 価格", "フォーム送信 · 資料請求", "ホットリードになりました", "メール内リンクのクリック")
ADDRESS = "yamada.taro@aoba-seimitsu.example"
ANSWERS = {"メールアドレス": ADDRESS, "姓": "山田", "名": "太郎", "会社名": "株式会社青葉精密", "役職": "製造部長"}


def test_a_stranger_becomes_a_lead_becomes_hot_and_is_nurtured(browser: Browser, stack: Stack, sink: Sink):
    stranger = visitor(browser)
    read(stranger, f"{stack.site}/products/mirai-sense/")
    marketer = signed_in(browser, stack)
    publish_ready_made_flow(marketer, stack)

    read(stranger, f"{stack.site}/pricing/")
    ask_for_document(stranger, stack, ANSWERS)

    lead = eventually(lambda: the_lead(stack))
    past = eventually(lambda: pages_of(stack, lead, "/pricing/"))
    assert past[0]["verdict"] == "human"
    thanks = eventually(lambda: mail_to(sink, ADDRESS, 1))[0]
    assert "資料" in thanks["subject"]

    alert = eventually(lambda: mail_to(sink, "sales@mirai.example", 1))[0]
    reasons = alert.get_body(("plain",)).get_content()
    assert "山田 太郎" in reasons
    assert "製品詳細ページを閲覧" in reasons
    assert "役職が部長以上" in reasons
    eventually(lambda: stack.ask(f"leads/{lead}")["stage"] == "mql")
    assert sum_of_lines(stack, lead) == stack.ask(f"leads/{lead}/score")["total"]

    click_in(stranger, thanks, stack)
    eventually(lambda: events_of(stack, lead, "email_clicked"))
    stack.manage("advance_clock", "--days", "8")
    eventually(lambda: mail_to(sink, ADDRESS, 2), seconds=40)

    see_everything(marketer, stack, lead)


def publish_ready_made_flow(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.url}/flows/")
    page.locator("form[action$='/flows/templates/document_request/'] button").click()
    page.wait_for_url(re.compile(r"/flows/flw_"))
    page.locator("form[action$='/publish/'] button").first.click()
    expect(page.get_by_text("稼働中").first).to_be_visible()


def click_in(page: Page, mail: object, stack: Stack) -> None:
    """Follow the first tracked link as the reader of the mail, some seconds after it came."""
    html = mail.get_body(("html",)).get_content()  # type: ignore[attr-defined]  # an EmailMessage
    link = re.search(rf'href="({re.escape(stack.url)}/c/[^"]+)"', html)
    assert link is not None, html[:2000]
    page.route(
        re.compile(r"https?://(?!127\.0\.0\.1|localhost)"), lambda route: route.fulfill(body="a customer's page")
    )
    page.wait_for_timeout(2500)
    page.goto(link[1].replace("&amp;", "&"))


def see_everything(page: Page, stack: Stack, lead: str) -> None:
    page.goto(f"{stack.url}/leads/")
    page.get_by_role("link", name=re.compile("山田")).first.click()
    expect(page.get_by_role("heading", name=re.compile("山田 太郎"), level=1)).to_be_visible()
    expect(page.get_by_text("MQL").first).to_be_visible()
    while (more := page.get_by_role("link", name="さらに表示")).count():
        more.click()
        page.wait_for_load_state("networkidle")
    for deed in SHOWN:
        expect(page.get_by_text(re.compile(f"^{deed}")).first).to_be_visible()
    page.goto(f"{stack.url}/alerts/")
    expect(page.get_by_text(re.compile("山田")).first).to_be_visible()


def the_lead(stack: Stack) -> str | None:
    found = stack.ask(f"leads?email={ADDRESS}")["results"]
    return found[0]["id"] if found else None  # type: ignore[index]  # JSON


def events_of(stack: Stack, lead: str, event: str) -> list[dict[str, str]]:
    return [line for line in stack.ask(f"leads/{lead}/timeline?limit=200")["results"] if line["event"] == event]  # type: ignore[attr-defined]


def pages_of(stack: Stack, lead: str, path: str) -> list[dict[str, str]]:
    return [line for line in events_of(stack, lead, "page_viewed") if path in str(line["subject"])]


def sum_of_lines(stack: Stack, lead: str) -> int:
    return sum(line["points"] for line in stack.ask(f"leads/{lead}/score")["lines"])  # type: ignore[attr-defined]


def mail_to(sink: Sink, address: str, count: int) -> list[object]:
    """All mails to the address once there are `count`, else nothing yet."""
    found = [mail for mail in sink.mails() if address in str(mail["to"])]
    return found if len(found) >= count else []
