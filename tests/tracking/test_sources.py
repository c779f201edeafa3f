"""Where a visit came from: referrers, campaign tags, click ids, whatever they were encoded in."""

from __future__ import annotations

import pytest

from tracking.campaigns import click_ids, fold, tags
from tracking.referrers import DATA, KINDS, channel_of_source, find_site, registrable
from tracking.sources import CHANNELS, visit_source

PAGE = "https://www.acme.jp/products/a"


@pytest.mark.parametrize(
    ("referrer", "channel", "site"),
    [
        ("https://www.google.co.jp/", "organic_search", "Google"),
        ("https://google.com/", "organic_search", "Google"),
        ("android-app://com.google.android.googlequicksearchbox/", "organic_search", "Google"),
        ("https://search.yahoo.co.jp/search?p=x", "organic_search", "Yahoo! JAPAN"),
        ("https://jp.search.yahoo.com/", "organic_search", "Yahoo!"),
        ("https://www.bing.com/", "organic_search", "Bing"),
        ("https://search.goo.ne.jp/", "organic_search", "goo"),
        ("https://yandex.ru/", "organic_search", "Yandex"),
        ("https://chatgpt.com/", "ai_assistant", "ChatGPT"),
        ("https://www.perplexity.ai/search/x", "ai_assistant", "Perplexity"),
        ("https://gemini.google.com/app", "ai_assistant", "Gemini"),
        ("https://claude.ai/chat/1", "ai_assistant", "Claude"),
        ("https://copilot.microsoft.com/", "ai_assistant", "Copilot"),
        ("https://mail.google.com/mail/u/0/", "email", "Gmail"),
        ("android-app://com.google.android.gm/", "email", "Gmail"),
        ("https://outlook.live.com/", "email", "Outlook"),
        ("https://mail.yahoo.co.jp/", "email", "Yahoo! JAPAN Mail"),
        ("https://t.co/abc", "social", "X"),
        ("https://note.com/someone/n/1", "social", "note"),
        ("https://b.hatena.ne.jp/entry/1", "social", "Hatena"),
        ("https://liff.line.me/1", "social", "LINE"),
        ("https://acme.connpass.com/event/1/", "social", "connpass"),
        ("https://googleads.g.doubleclick.net/x", "paid", "Google Ads"),
    ],
)
def test_a_known_site_says_the_channel(referrer, channel, site):
    found = visit_source(PAGE, referrer)

    assert found["channel"] == channel
    assert find_site(found["referrer_host"]).name == site


@pytest.mark.parametrize(
    "referrer",
    ["https://docs.google.com/d/1", "https://google.evil.com/", "https://notgoogle.com/", "https://www.yahoo.co.jp/"],
)
def test_a_site_that_only_looks_like_one_is_another_site(referrer):
    assert visit_source(PAGE, referrer)["channel"] == "referral"


@pytest.mark.parametrize(
    ("query", "channel"),
    [
        ("", "direct"),
        ("?gclid=a", "paid"),
        ("?wbraid=a", "paid"),
        ("?gbraid=a", "paid"),
        ("?yclid=a", "paid"),
        ("?ldtag_cl=a", "paid"),
        ("?fbclid=a", "social"),
        ("?utm_source=google&utm_medium=cpc", "paid"),
        ("?utm_source=google&utm_medium=CPC", "paid"),
        ("?utm_medium=paid_social", "paid"),
        ("?utm_source=x&utm_medium=email", "email"),
        ("?utm_source=newsletter", "email"),
        ("?utm_medium=sns", "social"),
        ("?utm_medium=organic", "organic_search"),
        ("?utm_source=chatgpt.com", "ai_assistant"),
        ("?utm_source=exhibition", "campaign"),
    ],
)
def test_what_the_link_says_is_the_channel(query, channel):
    assert visit_source(PAGE + query, "")["channel"] == channel


def test_an_advertising_click_goes_before_the_place_it_was_made_on():
    found = visit_source(PAGE + "?gclid=Cj0_-9&utm_campaign=spring", "https://www.google.com/")

    assert found == {
        "utm_campaign": "spring",
        "gclid": "Cj0_-9",
        "channel": "paid",
        "referrer_host": "www.google.com",
        "utm_source": "google",
        "landing_path": "/products/a",
    }


def test_moving_inside_one_site_is_no_arrival():
    assert visit_source(PAGE, "https://www.acme.jp/") is None
    assert visit_source(PAGE, "https://blog.acme.jp/entry") is None
    assert visit_source(PAGE, "https://acme.co.jp/")["referrer_host"] == "acme.co.jp"


def test_a_campaign_on_the_own_site_is_a_source_without_a_referrer():
    assert visit_source(PAGE + "?utm_campaign=banner", "https://www.acme.jp/") == {
        "utm_campaign": "banner",
        "channel": "campaign",
        "landing_path": "/products/a",
    }


def test_two_workspaces_on_one_public_suffix_are_two_sites():
    assert visit_source("https://one.github.io/", "https://two.github.io/")["channel"] == "referral"


@pytest.mark.parametrize(
    "raw",
    [
        "%E6%98%A5%E3%81%AE%E3%82%BB%E3%83%BC%E3%83%AB",  # UTF-8
        "%8Ft%82%CC%83Z%81%5B%83%8B",  # Shift JIS
        "%BD%D5%A4%CE%A5%BB%A1%BC%A5%EB",  # EUC
        "%25E6%2598%25A5%25E3%2581%25AE%25E3%2582%25BB%25E3%2583%25BC%25E3%2583%25AB",  # UTF-8, twice
        "%C3%A6%C2%98%C2%A5%C3%A3%C2%81%C2%AE%C3%A3%C2%82%C2%BB%C3%A3%C2%83%C2%BC%C3%A3%C2%83%C2%AB",  # as Latin-1
        "+%E6%98%A5%E3%81%AE%E3%82%BB%E3%83%BC%E3%83%AB%20",
    ],
)
def test_a_campaign_is_read_whatever_it_was_encoded_in(raw):
    assert tags(f"utm_campaign={raw}") == {"utm_campaign": "春のセール"}


def test_campaign_tags_keep_their_case_and_lose_what_cannot_be_seen():
    assert fold("  Spring\u202e \u0000 Sale\u200b 2026 ") == "Spring Sale 2026"
    assert fold("é") == "é"
    assert len(fold("😀" * 9_000)) == 300


def test_the_first_of_two_tags_counts_and_blank_ones_are_not_there():
    assert tags("utm_source=a&utm_source=b&UTM_MEDIUM=c&utm_term=%20&utm_content") == {
        "utm_source": "a",
        "utm_medium": "c",
    }


def test_click_ids_are_kept_as_sent_without_what_no_id_has():
    query = "gclid=Abc_-9.~&msclkid=m%3Cscript%3E&li_fat_id=L&other=1&twclid="

    assert click_ids(query) == {"gclid": "Abc_-9.~", "msclkid": "m3Cscript3E", "li_fat_id": "L"}


@pytest.mark.parametrize(
    ("url", "referrer"),
    [
        ("http://[bad", "http://[x"),
        ("", ""),
        (PAGE + "?" + "&".join(f"a{n}=1" for n in range(5_000)), "\x00"),
        (PAGE + "?utm_source=" + "%F0%9F%98%80" * 2_000, "javascript:alert(1)"),
        (PAGE + "?utm_source=\u202e\x00", "https://%%%/"),
    ],
)
def test_a_hostile_address_is_a_source_like_any_other(url, referrer):
    found = visit_source(url, referrer)

    assert found["channel"] in CHANNELS
    assert all(len(value) <= 500 and "\x00" not in value for value in found.values())


def test_every_listed_host_is_found_under_its_own_kind():
    import orjson

    listed = orjson.loads(DATA.read_bytes())
    wrong = [
        host
        for kind in KINDS
        for hosts in listed[kind].values()
        for host in hosts
        if (found := find_site(host.replace(".*", ".co.jp"))) is None or found.channel != kind
    ]

    assert wrong == []
    assert set(listed["sources"].values()) <= set(KINDS)


def test_registrable_domains():
    assert registrable("a.b.example.co.jp") == "example.co.jp"
    assert registrable("203.0.113.9") == "203.0.113.9"
    assert registrable("localhost") == "localhost"
    assert channel_of_source("Perplexity") == "ai_assistant"
