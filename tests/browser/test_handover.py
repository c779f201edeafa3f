"""One visitor on two sites of one owner: the tag's hand-over in a real browser, with the real collector between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.customer_site import Quiet, served
from tests.browser.stack import running_collector
from tests.conftest import spare_database

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(180), pytest.mark.xdist_group("stack")]
OWN = "11111111-1111-4111-8111-111111111111"


@dataclass(frozen=True)
class Sites:
    """Two origins of one owner, and one of a stranger that links to them too."""

    first: str
    second: str
    strange: str


@pytest.fixture(scope="module")
def sites(test_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    with ExitStack() as stack:
        running = running_collector(spare_database(test_database), tmp_path_factory.mktemp("collector"))
        collector, key = stack.enter_context(running)
        links: dict[str, str] = {}
        handler = pages(collector, key, links)
        found = [stack.enter_context(served(handler, host)) for host in ("localhost", "127.0.0.1", "127.0.0.2")]
        links["second"] = found[1]
        yield Sites(*found)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def test_a_visitor_stays_the_same_on_a_sister_site(page: Page, sites: Sites) -> None:
    mine = opened(page, sites.first)

    follow(page)

    assert known(page) == mine
    assert page.url == f"{sites.second}/page"


def test_a_browser_keeps_the_id_it_has(page: Page, sites: Sites) -> None:
    theirs = opened(page, sites.second)
    opened(page, sites.first)

    follow(page)

    assert known(page) == theirs


def test_a_proof_that_somebody_made_up_is_nothing(page: Page, sites: Sites) -> None:
    opened(page, sites.first)
    page.evaluate(
        "href => { location.href = href }", f"{sites.second}/page?ma_v={OWN}.1790000000.AAAAAAAAAAAAAAAAAAAAAA"
    )
    page.wait_for_url("**/page")

    assert known(page) != OWN


def test_a_strangers_site_cannot_hand_over_its_visitor(page: Page, sites: Sites) -> None:
    mine = opened(page, sites.first)
    proof = page.evaluate(PROOF, mine)
    page.goto(sites.strange)
    page.evaluate("href => { location.href = href }", f"{sites.second}/page?ma_v={proof}")
    page.wait_for_url("**/page")

    assert proof.startswith(mine)
    assert known(page) != mine


PROOF = """async (id) => {
  const tag = document.querySelector('script');
  const answer = await fetch(`${new URL(tag.src).origin}/v1/visitor?k=${tag.dataset.key}&v=${id}`);
  return (await answer.json()).hand;
}"""


def opened(page: Page, site: str) -> str:
    page.goto(f"{site}/page")
    return known(page)


def known(page: Page) -> str:
    page.wait_for_function("window.ma && window.ma.visitor && document.cookie.includes('_ma=')")
    found: str = page.evaluate("ma.visitor()")
    return found


def follow(page: Page) -> None:
    with page.expect_response("**/v1/visitor?*v=*"):
        page.get_by_text("sister").hover()
    page.get_by_text("sister").click()
    page.wait_for_url("**/page")


def pages(collector: str, key: str, links: dict[str, str]) -> type[Quiet]:
    class Handler(Quiet):
        def do_GET(self) -> None:
            tag = f'<script async src="{collector}/t.js" data-key="{key}" data-domains="localhost,127.0.0.1"></script>'
            html = f'<!doctype html><title>x</title>{tag}<a href="{links["second"]}/page">sister</a>'
            self.answer(200, html.encode(), "text/html; charset=utf-8")

    return Handler
