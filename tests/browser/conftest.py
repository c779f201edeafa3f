"""One Chromium for all journeys; without one they are skipped loudly, and fail where CI says so."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.customer_site import BUILT


def find_chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next(filter(None, (shutil.which(name) for name in names)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = find_chromium()
    if chromium is None:
        assert os.environ.get("CI") != "true", "browser tests need Chromium"
        pytest.skip("no Chromium on this machine: nothing is tested in a browser")
    assert (BUILT / "t.js").exists(), "build the front end first: make build"
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield browser
        browser.close()
