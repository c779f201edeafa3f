"""Every page, as a picture nobody looks at: it answers, fits, keeps quiet, and axe finds nothing serious."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import axe_playwright_python
import pytest
from django.urls import reverse
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.browser.stack import DEMO_EMAIL, PASSWORD, running_demo
from tests.conftest import spare_database
from tests.walls.routes import ROWS, Row
from tests.walls.shape import OPEN

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400), pytest.mark.xdist_group("stack")]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
WIDTHS = {"desktop": 1440, "phone": 390}
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# The rows of a table are drawn alike: of a long one, the first ten.
SERIOUS = """async ([left_out, standard]) =>
  (await axe.run({exclude: [left_out]}, {resultTypes: ["violations"], iframes: false, runOnly: standard})).violations
  .filter(found => ["serious", "critical"].includes(found.impact))
  .map(found => `${found.id}: ${found.nodes.slice(0, 3).map(node => node.target.join(" ")).join(", ")}`)"""
LEFT_OUT = "tbody > tr:nth-child(n + 11)"
SIDEWAYS = "document.documentElement.scrollWidth > innerWidth"

# What answers a question or hands out a file, fragments that ask for themselves, and what only leads elsewhere.
NO_PAGES = {
    *("healthz", "readyz", "tracking_public:certificate", "api_schema", "audit_export"),
    *("leads:condition_words", "leads:condition_values", "leads:condition_people"),
    *("leads:count", "leads:companies_alike", "lifecycle:assignment_counts", "scoring:status", "tracking:rejudgements"),
    *("account_logout", "account_set_password"),
    "api_docs",  # Swagger's, not ours
    "styleguide",  # tests/ui reads it
}
ASKED = {"lifecycle:alerts": "?show=all", "tracking:debug": "?still=1", "tracking:pages": "?days=365"}
NOTHING_FOUND = "/leads/?q=nobody-is-called-this"
READERS: tuple[tuple[str, Literal["light", "dark"], Literal["phone", "desktop"]], ...] = (
    ("ja", "light", "desktop"),
    ("en", "dark", "phone"),
)
# By the name of a list, the link of it that opens one, and pages beside that one.
RECORDS = {
    "leads:list": ("tbody a[href*='/leads/lead_']", ["", "/edit", "/events"]),
    "leads:companies": ("tbody a[href*='/companies/']", ["", "/edit"]),
    "leads:segments": ("tbody a[href*='/segments/seg_']", ["", "/edit"]),
    "capture:list": ("tbody a[href*='/forms/frm_']", ["", "/embed", "/submissions"]),
    "mailing:list": ("tbody a[href*='/mails/eml_']", ["", "/edit", "/messages"]),
    "nurturing:list": ("tbody a[href*='/flows/flw_']", ["", "/document/", "/runs/"]),
    "tracking:pages": ("tbody a[href*='url=']", [""]),
    "tracking:debug": ("tbody a[href*='visitor=']", [""]),
    "lifecycle:alerts": ("#alerts a[href*='/alerts/alr_']", [""]),
}


def pages() -> dict[str, Row]:
    """Every page that needs no id, by name."""
    plain = (row for row in ROWS if row.GET and not row.args and not row.is_api)
    return {row.name: row for row in plain if row.name not in NO_PAGES}


class Walk:
    """One reader in one language and theme, first signed out; `complaints` are all that was wrong."""

    def __init__(self, page: Page, url: str, looks: Literal["phone", "desktop"]) -> None:
        """`looks` is where axe looks; at the other width the page is only measured."""
        self.page, self.url, self.looks, self.path = page, url, looks, ""
        self.complaints: list[str] = []
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self._complain(str(error)))

    def read_list(self, name: str) -> list[str]:
        """Reads it; the addresses of the pages of its first record."""
        self.read(reverse(name) + ASKED.get(name, ""))
        if name not in RECORDS:
            return []
        link, beside = RECORDS[name]
        first: str = self.page.locator(link).first.evaluate("link => link.pathname + link.search")
        return [first.rstrip("/") + more if more else first for more in beside]

    def read(self, path: str) -> None:
        self.path = path
        self.page.set_viewport_size({"width": WIDTHS[self.looks], "height": 900})
        answer = self.page.goto(self.url + path)
        if answer is None or answer.status != 200 or answer.request.redirected_from:
            self._complain(f"status {answer and answer.status} of {answer and answer.url}")
        self._ask_axe()
        for name in sorted(WIDTHS, key=lambda name: name != self.looks):
            self.page.set_viewport_size({"width": WIDTHS[name], "height": 900})
            if self.page.evaluate(SIDEWAYS):
                self._complain(f"scrolls sideways at {WIDTHS[name]} px")

    def _ask_axe(self) -> None:
        session = self.page.context.new_cdp_session(self.page)
        session.send("Runtime.evaluate", {"expression": AXE})  # as the console does: the policy bans script tags
        for found in self.page.evaluate(SERIOUS, [LEFT_OUT, STANDARD]):
            self._complain(f"axe at {WIDTHS[self.looks]} px: {found}")
        session.detach()

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._complain(f"console: {message.text[:200]}")

    def _complain(self, what: str) -> None:
        self.complaints.append(f"{self.path}: {what}")


@pytest.fixture(scope="module")
def demo(test_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("demo")
    with running_demo(spare_database(test_database), folder, leads=60, companies=20) as url:
        yield url


@pytest.mark.parametrize(("language", "theme", "looks"), READERS)
def test_every_page_answers_fits_and_is_accessible(
    browser: Browser,
    demo: str,
    language: str,
    theme: Literal["light", "dark"],
    looks: Literal["phone", "desktop"],
):
    locale = {"ja": "ja-JP", "en": "en-US"}[language]
    page = browser.new_context(locale=locale, timezone_id="Asia/Tokyo", color_scheme=theme).new_page()
    walk, rows = Walk(page, demo, looks), pages()
    strangers = [name for name, row in rows.items() if row.GET is OPEN]

    for name in strangers:
        walk.read_list(name)
    sign_in(page, demo, language)
    records = [path for name in rows if name not in strangers for path in walk.read_list(name)]
    for path in [*records, NOTHING_FOUND]:
        walk.read(path)
    page.context.close()

    assert walk.complaints == []


def test_no_page_is_left_out_by_a_name_that_is_gone():
    assert NO_PAGES | set(ASKED) | set(RECORDS) <= {row.name for row in ROWS}


def sign_in(page: Page, url: str, language: str) -> None:
    page.goto(f"{url}/accounts/login/")
    page.fill("input[name=login]", DEMO_EMAIL)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(re.compile(r"^(?!.*login)"))
    page.locator(".user-menu summary").click()
    page.locator(f".user-menu button[value={language}]").click()
    page.wait_for_selector(f"html[lang={language}]")
