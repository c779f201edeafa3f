"""Pages and fragments, toasts, and the frame around every page."""

import json
import re

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from ma_platform.tenancy.permissions import Role
from ma_platform.ui import pages


@pytest.mark.parametrize(
    ("headers", "fragment"),
    [
        ({}, False),
        ({"HX-Request": "true"}, True),
        ({"HX-Request": "true", "HX-Boosted": "true"}, False),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, False),
    ],
)
def test_only_a_swap_gets_a_fragment(headers, fragment):
    assert pages.wants_fragment(RequestFactory().get("/", headers=headers)) is fragment


def test_a_toast_travels_as_an_event_with_its_way_back():
    response = pages.toast(HttpResponse(), "保存しました", undo="/undo/")

    assert json.loads(response.headers["HX-Trigger"]) == {
        "toast": {"text": "保存しました", "tone": "success", "undo": "/undo/"}
    }


def test_the_home_page_is_drawn_in_japanese_with_one_main_heading(sign_in):
    page = sign_in(Role.OWNER).get("/").content.decode()

    assert page.count("<h1>") == 1
    assert '<html lang="ja"' in page
    assert "本文へ進む" in page


def test_a_chosen_theme_is_in_the_first_byte_of_the_page(sign_in):
    client = sign_in(Role.OWNER)
    client.cookies["theme"] = "dark"

    assert '<html lang="ja" data-theme="dark"' in client.get("/").content.decode()


def test_a_theme_we_do_not_know_is_ignored(sign_in):
    client = sign_in(Role.OWNER)
    client.cookies["theme"] = '"><script>'

    assert "data-theme" not in client.get("/").content.decode().split("<body")[0]


def test_a_viewer_is_not_shown_the_settings(sign_in):
    assert 'href="/settings/"' not in sign_in(Role.VIEWER).get("/").content.decode()
    assert 'href="/settings/"' in sign_in(Role.OWNER).get("/").content.decode()


def test_strangers_are_sent_to_sign_in(db, client):
    response = client.get("/")

    assert (response.status_code, response.url.split("?")[0]) == (302, "/accounts/login/")


def words_of(page: str) -> set[str]:
    """Texts and values of attributes in the frame of a page."""
    return set(re.split(r'[<>"]+', page.split("<main")[0]))


def test_the_rail_and_the_fixed_parts_speak_the_language_of_each_reader(sign_in):
    client = sign_in(Role.OWNER)
    japanese = client.get("/").content.decode()
    client.post("/language/", {"language": "en", "next": "/"})
    english = client.get("/").content.decode()

    assert {"リード", "リードを検索", "システムに合わせる"} - words_of(japanese) == set()
    assert {"Leads", "Search people", "As the system"} - words_of(english) == set()
    assert {"Leads", "リードを検索", "システムに合わせる"} & words_of(english) == {"Leads"}


def test_what_is_kept_for_one_reader_is_not_shown_to_another(sign_in):
    owner, viewer = sign_in(Role.OWNER), sign_in(Role.VIEWER)
    owner.cookies["theme"] = "dark"

    pages = [client.get(path).content.decode() for path in ("/", "/leads/") for client in (owner, viewer, owner)]

    assert ['href="/settings/"' in page for page in pages] == [True, False, True] * 2
    assert [page.count('aria-current="page"') > 0 for page in pages] == [True] * 6
    assert ['value="dark" aria-pressed="true"' in " ".join(page.split()) for page in pages] == [True, False, True] * 2
