"""One Chromium a module; without one the tests are skipped loudly, and fail where CI says so."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from ma_platform.env import ROOT

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Ends with its module: Playwright runs a loop in this thread, beside which the ORM works only by special leave."""
    chromium = next(filter(None, map(shutil.which, NAMES)), None)
    if chromium is None:
        assert os.environ.get("CI") != "true", "browser tests need Chromium"
        pytest.skip("no Chromium on this machine: nothing is tested in a browser")
    assert (ROOT / "static/dist/public/t.js").exists(), "build the front end first: make build"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
