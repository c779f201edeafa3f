"""Every component in a real browser: nothing blocked by the content policy, nothing wider than a phone, axe content."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page

from ma_platform.tenancy.permissions import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Opener = Callable[..., Page]


@pytest.fixture
def guide(browser: Browser, live_server: Any, sign_in: Callable[[Role], Client]) -> Iterator[Opener]:
    """Opens the style guide at a width, in a theme; the page's console errors are in `page.complaints`."""
    session = sign_in(Role.OWNER).cookies["sessionid"].value
    contexts = []

    def open_guide(*, width: int, theme: str = "light") -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, locale="ja-JP")
        contexts.append(context)
        cookies = {"sessionid": session, "theme": theme}
        context.add_cookies([{"name": k, "value": v, "url": live_server.url} for k, v in cookies.items()])
        page = context.new_page()
        page.set_default_timeout(8_000)
        complaints: list[ConsoleMessage] = []
        page.complaints = complaints  # type: ignore[attr-defined]  # carried along for the test
        page.on("console", lambda line: complaints.append(line))
        page.goto(f"{live_server.url}/styleguide/")
        page.wait_for_selector(".react-flow__node")
        page.wait_for_selector("ma-chart svg path", state="attached")
        return page

    yield open_guide
    for context in contexts:
        context.close()


def test_the_content_policy_blocks_nothing(guide):
    page = guide(width=1440)

    assert [line.text for line in page.complaints if line.type == "error"] == []
    assert page.locator(".react-flow__node").count() == 14
    assert page.locator(".react-flow__edge").count() == 14


def test_a_phone_never_scrolls_sideways(guide):
    page = guide(width=390)

    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(guide, theme):
    violations = Axe().run(guide(width=1440, theme=theme)).response["violations"]

    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in violations] == []


def test_a_menu_works_by_keyboard_alone(guide):
    page = guide(width=1440)

    page.locator(".user-menu summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    inside = page.evaluate("document.activeElement.closest('.user-menu') !== null")
    page.keyboard.press("Escape")

    assert inside
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    assert page.locator(".user-menu details[open]").count() == 0


def test_a_theme_chosen_in_the_menu_is_kept(guide):
    page = guide(width=1440)

    page.locator(".user-menu summary").click()
    page.locator("ma-theme button[value=dark]").click()
    page.reload()

    assert page.locator("html").get_attribute("data-theme") == "dark"
