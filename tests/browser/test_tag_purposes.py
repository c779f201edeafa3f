"""Purposes apart and the tag without cookies, in a real browser against a collector that only remembers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request

from tests.browser.customer_site import Collector
from tests.timing import eventually
from tracking.queries.setting import TagSettings
from tracking.snippets import banner_snippet, tag_snippet

pytestmark = pytest.mark.browser

PERSONALISES = tag_snippet(TagSettings("wk_1", "COLLECTOR", True, False, (), "path", True))
ASKS = tag_snippet(TagSettings("wk_1", "COLLECTOR", True, True, (), "path", True))
COOKIELESS = tag_snippet(TagSettings("wk_1", "COLLECTOR", True, False, (), "path", cookieless=True))
BANNER = banner_snippet(text="?", answers=[("granted", "両方"), ("measure", "計測のみ"), ("denied", "拒否")])
PASTED = {"/1": PERSONALISES, "/2": PERSONALISES, "/asks": ASKS + BANNER, "/less/1": COOKIELESS, "/less/2": COOKIELESS}
OLD = "11111111-1111-4111-8111-111111111111"
READY = "!!(window.ma && ma.visitor)"
STORED = "() => [localStorage.length, document.cookie]"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def asked(context: BrowserContext) -> list[str]:
    """Addresses of every question whose browser this is."""
    found: list[str] = []

    def note(request: Request) -> None:
        if "/v1/visitor" in request.url:
            found.append(request.url)

    context.on("request", note)
    return found


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    page.wait_for_function(READY)
    return page


def viewed(collector: Collector, count: int) -> list[dict[str, object]]:
    """Page views once there are so many: path, id and what was agreed to, in order of arrival."""
    eventually(lambda: len(collector.messages("page")) == count)
    return [
        {"path": m["properties"]["path"], "id": m.get("anonymousId"), "consent": m["context"].get("consent")}
        for m in collector.messages("page")
    ]


def test_who_does_not_personalise_is_measured_and_nobody_is_asked_who_it_is(
    context: BrowserContext, site: str, collector: Collector, asked: list[str]
) -> None:
    page = opened(context.new_page(), f"{site}/1")
    viewed(collector, 1)
    opened(page, f"{site}/2")
    measured = viewed(collector, 2)
    before = list(asked)

    page.evaluate("ma('consent', {personalise: true})")
    opened(page, f"{site}/1")

    last = viewed(collector, 3)[2]
    assert [(view["id"], view["consent"]) for view in measured] == [(last["id"], "measure")] * 2
    assert (before, last["consent"]) == ([], None)
    eventually(lambda: len(asked) == 1)


def test_a_refusal_to_personalise_holds_in_other_tabs_and_measuring_goes_on(
    context: BrowserContext, site: str, collector: Collector
) -> None:
    first = opened(context.new_page(), f"{site}/asks")
    first.get_by_role("button", name="両方").click()
    viewed(collector, 2)
    other = opened(context.new_page(), f"{site}/asks")
    viewed(collector, 3)

    first.evaluate("ma('consent', {personalise: false})")
    other.evaluate("ma('page', 'again')")

    views = viewed(collector, 4)
    assert [view["consent"] for view in views] == ["none", None, None, "measure"]
    assert len({view["id"] for view in views[1:]}) == 1
    assert other.evaluate("localStorage._ma_c") == "measure"


def test_our_banner_lets_visitors_choose_measuring_alone(
    context: BrowserContext, site: str, collector: Collector, asked: list[str]
) -> None:
    page = opened(context.new_page(), f"{site}/asks")
    viewed(collector, 1)

    page.get_by_role("button", name="計測のみ").click()
    viewed(collector, 2)
    opened(page, f"{site}/asks")

    assert [view["consent"] for view in viewed(collector, 3)] == ["none", "measure", "measure"]
    assert not page.get_by_text("計測のみ").is_visible()
    assert asked == []


def test_without_cookies_a_tab_is_a_visitor_and_nothing_lasts(
    context: BrowserContext, site: str, collector: Collector, asked: list[str]
) -> None:
    context.add_cookies([{"name": "_ma", "value": OLD, "url": site}])
    page = opened(context.new_page(), f"{site}/less/1")
    viewed(collector, 1)
    opened(page, f"{site}/less/2")
    viewed(collector, 2)
    opened(context.new_page(), f"{site}/less/1")

    first, second, other = viewed(collector, 3)
    assert first["id"] == second["id"] == page.evaluate("sessionStorage._ma")
    assert len({first["id"], other["id"], OLD}) == 3
    assert (page.evaluate(STORED), context.cookies(), asked) == ([0, ""], [], [])
    left = eventually(lambda: collector.messages("page_left"))[0]
    assert left["anonymousId"] == first["id"]


def test_without_cookies_a_refusal_leaves_nothing_but_itself(
    context: BrowserContext, site: str, collector: Collector
) -> None:
    page = opened(context.new_page(), f"{site}/less/1")
    viewed(collector, 1)

    page.evaluate("ma('consent', 'denied')")

    assert page.evaluate("() => ({...sessionStorage})") == {"_ma_c": "denied"}
    opened(page, f"{site}/less/2")
    assert viewed(collector, 2)[1]["id"] is None
