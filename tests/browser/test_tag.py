"""The public tag and the form embed in a real browser, against a collector that only remembers.

That nothing more came is known by a mark: what is sent after it would have come goes the same way.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.customer_site import BUILT, Collector
from tests.timing import eventually
from tracking.notice import ENVELOPE, WIRE
from tracking.queries.setting import TagSettings
from tracking.snippets import banner_snippet, command_snippet, identify_snippet, tag_snippet

pytestmark = pytest.mark.browser

HIDE = "Object.defineProperty(document, 'visibilityState', {value: '%s', configurable: true});"
HIDE += "document.dispatchEvent(new Event('visibilitychange'))"
WATCHED = """
  window.moved = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((e) => { window.moved += e.value; }))
    .observe({type: "layout-shift", buffered: true});
"""
TAG = tag_snippet(TagSettings("wk_1", "COLLECTOR", False, False, (), "path"))
TAG_ASKS = tag_snippet(TagSettings("wk_1", "COLLECTOR", False, True, (), "path", True))
BANNER = banner_snippet(text="?", answers=[("granted", "はい"), ("measure", "計測だけ"), ("denied", "いいえ")])
REFUSAL = "<script>" + command_snippet("'consent', 'denied'") + "</script>"
PASTED = {
    "/pasted/after/": TAG + identify_snippet(),
    "/pasted/before/": identify_snippet() + TAG,
    "/pasted/refusal/": REFUSAL + TAG,
    "/pasted/banner/": TAG_ASKS + BANNER,
    "/sandbox/banner/": BANNER + TAG_ASKS,
}
SCROLL = """part => new Promise((seen) => {
  scrollTo(0, document.documentElement.scrollHeight * part);
  requestAnimationFrame(() => requestAnimationFrame(seen));  // the page hears of it with the next frame
})"""
STORED = "() => [localStorage.length, sessionStorage.length, document.cookie]"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo")
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def errors(page: Page) -> list[object]:
    """What was thrown into the page."""
    thrown: list[object] = []
    page.on("pageerror", lambda error: thrown.append(error))
    return thrown


def mark(page: Page, collector: Collector) -> None:
    """Another page view, which is counted whatever the visitor agreed to, has come: nothing before it is on its way."""
    page.evaluate("ma('page', 'mark')")
    eventually(lambda: any(view.get("name") == "mark" for view in collector.messages("page")))


def test_visible_time_leaves_out_the_time_the_tab_was_hidden(page: Page, site: str, collector: Collector) -> None:
    page.clock.install()
    page.goto(f"{site}/read/")
    page.wait_for_function("window.ma && window.ma.visitor")
    page.clock.run_for(10_000)
    page.evaluate(HIDE % "hidden")
    page.clock.run_for(15_000)
    page.evaluate(HIDE % "visible")
    page.clock.run_for(10_000)
    page.evaluate("location.href = '/next/'")

    eventually(lambda: len(collector.messages("page")) == 2 and len(collector.messages("page_left")) > 1)
    first, second = collector.messages("page")
    left = [m["properties"] for m in collector.messages("page_left")]
    assert {each["view"] for each in left} == {first["messageId"]}
    assert 20_000 <= sum(each["visible_ms"] for each in left) < 30_000  # the clock goes on beside what it is moved
    assert second["properties"]["referrer"] == f"{site}/read/"
    assert first["anonymousId"] == second["anonymousId"]


def test_scroll_depth_is_the_deepest_point_seen(page: Page, site: str, collector: Collector) -> None:
    page.goto(f"{site}/read/")
    page.wait_for_function("window.ma && window.ma.visitor")
    page.evaluate(SCROLL, 0.5)
    page.evaluate(SCROLL, 0)
    page.goto(f"{site}/next/")

    eventually(lambda: collector.messages("page_left"))
    assert 60 <= collector.messages("page_left")[0]["properties"]["scroll"] <= 85


def test_an_application_counts_its_routes(page: Page, site: str, collector: Collector) -> None:
    page.goto(f"{site}/app/")
    page.wait_for_function("window.ma && window.ma.visitor")
    page.evaluate("history.pushState({}, '', '/app/orders'); document.title = '注文'")

    eventually(lambda: len(collector.messages("page")) == 2)
    route = collector.messages("page")[1]["properties"]
    assert (route["path"], route["title"], route["referrer"]) == ("/app/orders", "注文", f"{site}/app/")


def test_nothing_is_stored_before_consent(page: Page, site: str, collector: Collector) -> None:
    page.goto(f"{site}/consent/?gclid=G")

    eventually(lambda: collector.messages("page"))
    page.evaluate("ma('track', 'too_early')")
    mark(page, collector)
    page.goto(f"{site}/consent/2")
    eventually(lambda: len(collector.messages("page")) == 3)
    assert page.evaluate(STORED) == [0, 0, ""]
    assert ["anonymousId" in m for m in collector.messages("page")] == [False] * 3
    assert collector.messages("track") == []


def test_consent_starts_measuring_and_its_withdrawal_clears_everything(
    page: Page, site: str, collector: Collector
) -> None:
    page.goto(f"{site}/consent/")
    eventually(lambda: collector.messages("page"))
    page.evaluate("ma('consent', 'granted')")
    eventually(lambda: len(collector.messages("page")) == 2)
    counted, known = collector.messages("page")
    assert known["context"]["replaces"] == counted["messageId"]
    assert page.evaluate("document.cookie") == f"_ma={known['anonymousId']}"

    page.evaluate("ma('track', 'unsent'); ma('consent', 'withdrawn')")

    mark(page, collector)
    assert page.evaluate(STORED) == [0, 0, ""]
    assert collector.messages("track") == []
    assert page.evaluate("ma.visitor()") is None


def test_events_from_offline_arrive_once_when_the_network_is_back(
    page: Page, context: BrowserContext, site: str, collector: Collector
) -> None:
    page.goto(f"{site}/offline/")
    eventually(lambda: collector.messages("page"))
    context.set_offline(True)
    with page.expect_event("requestfailed"):
        page.evaluate("ma('track', 'catalog_opened')")
    assert "catalog_opened" in page.evaluate("localStorage._ma_q")

    context.set_offline(False)

    eventually(lambda: collector.messages("catalog_opened"))
    eventually(lambda: page.evaluate("localStorage._ma_q") is None)
    sent = [m for batch in collector.batches for m in batch["batch"] if m.get("event") == "catalog_opened"]
    assert len(sent) == 1


def test_what_a_failing_collector_refused_is_sent_by_the_next_page(page: Page, site: str, collector: Collector) -> None:
    collector.status = 503
    page.goto(f"{site}/first/")
    eventually(lambda: collector.refused)
    collector.status = 200

    page.goto(f"{site}/second/")

    eventually(lambda: len(collector.messages("page")) == 2)
    assert {m["properties"]["path"] for m in collector.messages("page")} == {"/first/", "/second/"}


def test_a_bad_call_loses_nothing_beside_it(page: Page, site: str, collector: Collector) -> None:
    collector.bad = "bad"
    page.goto(f"{site}/first/")
    page.wait_for_function("window.ma && window.ma.visitor")
    page.evaluate("ma('track'); ma('track', 'early'); ma('track', 'bad', {id: 1e20}); ma('track', 'late')")

    eventually(lambda: collector.messages("late"))
    eventually(lambda: page.evaluate("localStorage._ma_q") is None)
    assert [len(collector.messages(name)) for name in ("page", "early", "bad", "late")] == [1, 1, 0, 1]
    assert [m for batch in collector.refused for m in batch["batch"] if m["type"] == "track" and "event" not in m] == []


def test_what_a_failing_collector_got_by_beacon_is_told_again_once(page: Page, site: str, collector: Collector) -> None:
    page.goto(f"{site}/first/")
    eventually(lambda: collector.messages("page") and page.evaluate("localStorage._ma_q") is None)
    collector.status = 503
    page.evaluate("ma('track', 'important'); location.href = '/second/'")
    eventually(lambda: collector.refused)
    collector.status = 200

    eventually(lambda: collector.messages("important") and collector.messages("page_left"))
    assert collector.messages("page_left")[0]["properties"]["view"] == collector.messages("page")[0]["messageId"]
    eventually(lambda: page.evaluate("localStorage._ma_q") is None)
    page.goto(f"{site}/third/")
    eventually(lambda: len(collector.messages("page")) == 3)
    told = [m for batch in collector.batches for m in batch["batch"] if m.get("event") == "important"]
    assert len(told) == 1


def test_a_withdrawal_in_one_tab_ends_it_in_the_others(page: Page, site: str, collector: Collector) -> None:
    page.goto(f"{site}/consent/")
    page.wait_for_function("!!(window.ma && ma.visitor)")
    page.evaluate("ma('consent', 'granted')")
    eventually(lambda: len(collector.messages("page")) == 2)
    other = page.context.new_page()
    other.goto(f"{site}/consent/2")
    other.wait_for_function("!!(window.ma && ma.visitor && ma.visitor())")
    eventually(lambda: len(collector.messages("page")) == 3)

    page.evaluate("ma('consent', 'withdrawn')")
    other.evaluate("ma('track', 'unwanted')")
    other.goto(f"{site}/consent/3")
    other.wait_for_function("!!(window.ma && ma.visitor)")

    eventually(lambda: len(collector.messages("page")) == 4)
    assert not collector.messages("unwanted")
    assert [m.get("anonymousId") for m in collector.messages("page")][-1] is None
    assert other.evaluate(STORED) == [0, 0, ""]


def test_a_late_answer_of_the_sites_own_host_does_not_undo_a_withdrawal(
    page: Page, site: str, collector: Collector
) -> None:
    page.goto(f"{site}/own/")
    page.wait_for_function("!!(window.ma && ma.visitor)")
    page.evaluate("ma('consent', 'granted')")
    eventually(lambda: len(collector.messages("page")) == 2)
    collector.tells.clear()
    collector.told.clear()
    with page.expect_request("**/v1/visitor?*"):
        page.goto(f"{site}/own/2")
    assert "_ma=" in page.evaluate("document.cookie")

    page.evaluate("ma('consent', 'withdrawn')")
    collector.tells.set()

    eventually(collector.told.is_set)
    mark(page, collector)
    assert page.evaluate(STORED) == [0, 0, ""]


@pytest.mark.parametrize("path", ["/pasted/after/", "/pasted/before/"])
def test_the_lines_we_hand_out_may_stand_in_any_order(
    page: Page, site: str, collector: Collector, errors: list[object], path: str
) -> None:
    page.goto(f"{site}{path}")

    eventually(lambda: collector.messages("identify"))
    told = collector.messages("identify")[0]
    assert (told["userId"], told["context"]["userHash"]) == ("USER_ID", "HASH_FROM_YOUR_SERVER")
    assert errors == []


def test_a_refusal_that_stands_before_the_tag_is_heard(
    page: Page, site: str, collector: Collector, errors: list[object]
) -> None:
    page.goto(f"{site}/pasted/refusal/")

    eventually(lambda: collector.messages("page"))
    assert ["anonymousId" in m for m in collector.messages("page")] == [False]
    assert errors == []


@pytest.mark.parametrize(("path", "asks_again"), [("/pasted/banner/", False), ("/sandbox/banner/", True)])
def test_our_banner_asks_with_and_without_storage(
    page: Page, site: str, collector: Collector, errors: list[object], path: str, asks_again: bool
) -> None:
    page.goto(f"{site}{path}")
    eventually(lambda: collector.messages("page"))
    page.get_by_role("button", name="はい").click()
    eventually(lambda: len(collector.messages("page")) == 2)
    assert not page.get_by_text("はい").is_visible()
    page.reload()

    assert page.get_by_text("はい").is_visible() == asks_again
    assert ["anonymousId" in m for m in collector.messages("page")][:2] == [False, True]
    assert errors == []


def test_the_form_works_on_a_page_with_hostile_styles(page: Page, site: str, collector: Collector) -> None:
    page.goto(f"{site}/form/?utm_source=expo")
    page.get_by_label("姓").fill("山田")
    page.get_by_label("メールアドレス").fill("yamada@gmail.com")
    page.get_by_role("button", name="送信する").click()
    page.get_by_text("会社のメールアドレスをご入力ください。").wait_for()
    assert page.get_by_label("メールアドレス").evaluate("e => e.getRootNode().activeElement === e")

    page.get_by_label("メールアドレス").fill("yamada@example.co.jp")
    page.get_by_role("button", name="送信する").click()

    page.get_by_text("ありがとうございました。").wait_for()
    answer = collector.answers[-1]
    assert answer["fields"] == {"last_name": "山田", "email": "yamada@example.co.jp", "company_url_confirm": ""}
    assert answer["consents"] == {"newsletter": False}
    assert answer["context"]["utm"] == {"utm_source": "expo"}
    assert answer["context"]["visitor"] == page.evaluate("ma.visitor()")
    eventually(lambda: collector.messages("form_started"))
    told = [one["event"] for one in collector.messages("track")]
    assert [event for event in told if event.startswith("form_")] == ["form_viewed", "form_started"]


def test_the_tag_works_without_a_word_where_the_browser_forbids_storage(
    page: Page, site: str, collector: Collector, errors: list[object]
) -> None:
    page.goto(f"{site}/sandbox/")

    eventually(lambda: collector.messages("page"))
    page.evaluate("ma('track', 'x'); ma('consent', 'withdrawn'); ma('nonsense'); ma(null); ma('track', {toJSON: 1})")
    mark(page, collector)
    assert errors == []


def test_the_tag_changes_and_moves_nothing_on_the_page(page: Page, site: str, collector: Collector) -> None:
    page.add_init_script(WATCHED)
    page.goto(f"{site}/read/")
    eventually(lambda: collector.messages("page"))
    mark(page, collector)

    assert page.evaluate("window.moved") == 0
    assert page.evaluate("document.body.innerHTML") == '<main></main><p style="height:3000px"></p>'


def test_the_tag_sends_nothing_that_the_notice_does_not_name(page: Page, site: str, collector: Collector) -> None:
    page.goto(f"{site}/consent/?utm_source=x&utm_campaign=y&gclid=G&ma_c=T")
    eventually(lambda: collector.messages("page"))
    page.evaluate("ma('consent', 'granted'); ma('group', 'g1'); ma('identify', 'u1', {}, {userHash: 'h'})")
    page.evaluate("document.body.innerHTML += '<a href=\"https://other.example/a.pdf\" target=_blank>x</a>'")
    page.get_by_text("x").click()
    eventually(lambda: collector.messages("link_clicked") or collector.messages("asset_downloaded"))
    page.goto(f"{site}/next/")

    eventually(lambda: collector.messages("page_left"))
    sent = {key for batch in collector.batches for key in keys_of({**batch, "batch": batch["batch"]})}
    assert sent - {"writeKey", "batch", "kind"} - set(WIRE) - ENVELOPE == set()
    assert {"href", "userId", "groupId", "campaign", "clickToken", "visible_ms"} <= sent


def keys_of(told: object) -> set[str]:
    """Every key of what was sent; what is inside a campaign or the library's own name is not looked at."""
    if isinstance(told, list):
        return {key for item in told for key in keys_of(item)}
    if not isinstance(told, dict):
        return set()
    inside = {key for name, item in told.items() if name not in ("campaign", "library") for key in keys_of(item)}
    return set(told) | inside


def test_the_tag_is_small_and_the_same_for_everybody() -> None:
    assert "wk_" not in Path(BUILT / "t.js").read_text(encoding="utf-8")
