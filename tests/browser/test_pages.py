"""Every main page, as a picture nobody looks at: it answers, fits, keeps quiet, and axe finds nothing serious."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.browser.stack import DEMO_EMAIL, PASSWORD, running_demo
from tests.conftest import spare_database

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240), pytest.mark.xdist_group("stack")]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
WIDTHS = {"desktop": 1440, "phone": 390}
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SERIOUS = """async () => (await axe.run({resultTypes: ["violations"], iframes: false, runOnly: STANDARD})).violations
  .filter(found => ["serious", "critical"].includes(found.impact))
  .map(found => `${found.id}: ${found.nodes.slice(0, 3).map(node => node.target.join(" ")).join(", ")}`)""".replace(
    "STANDARD", str(STANDARD)
)
SIDEWAYS = "document.documentElement.scrollWidth > innerWidth"

LISTS = [
    *("/", "/leads/", "/leads/?q=nobody-is-called-this", "/leads/new", "/companies/", "/forms/", "/assets/", "/mails/"),
    *("/mails/new", "/mails/suppressions", "/flows/", "/scoring/", "/scoring/edit/", "/lifecycle/", "/deals/"),
    *("/deals/new/", "/alerts/", "/tracking/live/", "/tracking/setup/", "/settings/", "/settings/members/"),
    *(
        "/tracking/pages/",
        "/tracking/domains/",
        "/tracking/settings/",
        "/tracking/debug/?still=1",
        "/tracking/traffic/",
    ),
    *("/tracking/networks/", "/tracking/networks/upload", "/tracking/identity/", "/tracking/identify/"),
    *("/leads/duplicates/", "/settings/keys/", "/health/", "/mailbox/", "/accounts/password/change/"),
]
READERS: tuple[tuple[str, Literal["light", "dark"], Literal["phone", "desktop"]], ...] = (
    ("ja", "light", "desktop"),
    ("en", "dark", "phone"),
)
# A list, the link of it that opens one, and pages beside that one.
RECORDS = [
    ("/leads/", "tbody a[href*='/leads/lead_']", ["", "/edit", "/events"]),
    ("/companies/", "tbody a[href*='/companies/']", ["", "/edit"]),
    ("/forms/", "tbody a[href*='/forms/frm_']", ["", "/embed", "/submissions"]),
    ("/mails/", "tbody a[href*='/mails/eml_']", ["", "/edit", "/messages"]),
    ("/flows/", "tbody a[href*='/flows/flw_']", ["", "/document/", "/runs/"]),
    ("/tracking/pages/?days=365", "tbody a[href*='url=']", [""]),
    ("/tracking/debug/?still=1", "tbody a[href*='visitor=']", [""]),
    ("/alerts/?show=all", "#alerts a[href*='/alerts/alr_']", [""]),
]


class Walk:
    """One signed-in reader in one language and theme; `complaints` are all that was wrong."""

    def __init__(self, page: Page, url: str, looks: Literal["phone", "desktop"]) -> None:
        """`looks` is where axe looks; at the other width the page is only measured."""
        self.page, self.url, self.looks, self.path = page, url, looks, ""
        self.complaints: list[str] = []
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self._complain(str(error)))

    def read(self, path: str) -> None:
        self.path = path
        self.page.set_viewport_size({"width": WIDTHS["desktop"], "height": 900})
        answer = self.page.goto(self.url + path)
        if answer is None or answer.status != 200:
            self._complain(f"status {answer and answer.status}")
        for name, width in WIDTHS.items():
            self.page.set_viewport_size({"width": width, "height": 900})
            if self.page.evaluate(SIDEWAYS):
                self._complain(f"scrolls sideways at {width} px")
            if name == self.looks:
                self._ask_axe()

    def _ask_axe(self) -> None:
        session = self.page.context.new_cdp_session(self.page)
        session.send("Runtime.evaluate", {"expression": AXE})  # as the console does: the policy bans script tags
        for found in self.page.evaluate(SERIOUS):
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
    page = signed_in(browser, demo, language, theme)
    walk = Walk(page, demo, looks)

    for path in [*LISTS, *records(page, demo)]:
        walk.read(path)
    page.context.close()

    assert walk.complaints == []


def signed_in(browser: Browser, url: str, language: str, theme: Literal["light", "dark"]) -> Page:
    context = browser.new_context(
        locale="ja-JP" if language == "ja" else "en-US",
        timezone_id="Asia/Tokyo",
        color_scheme=theme,
    )
    page = context.new_page()
    page.goto(f"{url}/accounts/login/")
    page.fill("input[name=login]", DEMO_EMAIL)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(re.compile(r"^(?!.*login)"))
    page.locator(".user-menu summary").click()
    page.locator(f".user-menu button[value={language}]").click()
    page.wait_for_selector(f"html[lang={language}]")
    return page


def records(page: Page, url: str) -> list[str]:
    """Pages of the first record of each list."""
    found = []
    for path, link, beside in RECORDS:
        page.goto(url + path)
        first = page.locator(link).first.get_attribute("href") or ""
        found += [first.rstrip("/") + more if more else first for more in beside]
    return found
