"""Networks by themselves: prefixes, whose guess wins, what may be learned, and uploaded lists line by line."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.tracking.collecting import NOW
from tracking.network_list import Entry, ListRefused, Problem, decoded, read_list
from tracking.networks import Known, Seen, around, choose, is_too_wide, learn, prefixes, read_network

HOST = "203.0.113.9/32"


def known(network: str, company: str, source: str = "list", kind: str = "company") -> Known:
    return Known(network, kind, company, f"{company}.jp", 90, source)


def seen(domain: str, people: int, days: int = 1, **more: object) -> Seen:
    return Seen(HOST, domain, domain, people, days, NOW, **more)


def test_every_prefix_of_an_address_is_as_postgres_writes_it():
    assert prefixes("203.0.113.9")[:2] == ("203.0.113.9/32", "203.0.113.8/31")
    assert prefixes("203.0.113.9")[-1] == "203.0.0.0/8"
    assert prefixes("2001:db8:0:1::5")[:2] == ("2001:db8:0:1::5/128", "2001:db8:0:1::/64")
    assert prefixes("::ffff:203.0.113.9") == prefixes("203.0.113.9")
    assert prefixes("no") == ()


def test_neighbours_are_put_together():
    assert around("203.0.113.9") == HOST
    assert around("203.0.113.9", shared=True) == "203.0.113.0/24"
    assert around("2001:db8:1:2::5") == "2001:db8:1:2::/64"
    assert around("2001:db8:1:2::5", shared=True) == "2001:db8:1::/48"


def test_networks_are_normalised_and_bounded():
    assert read_network(" 203.0.113.7/24 ") == "203.0.113.0/24"
    assert read_network("2001:DB8::/32") == "2001:db8::/32"
    assert read_network("203.0.113.7") == "203.0.113.7/32"
    assert read_network("203.0.113.7/33") is None
    assert (is_too_wide("0.0.0.0/0"), is_too_wide("10.0.0.0/8"), is_too_wide("2000::/3")) == (True, False, True)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([known("203.0.113.0/24", "wide"), known(HOST, "narrow", "learned")], "narrow"),
        ([known(HOST, "learned", "learned"), known(HOST, "listed")], "listed"),
        ([known("203.0.113.0/24", "wide"), known(HOST, "", kind="carrier")], ""),
        ([known("203.0.113.0/24", "a", "learned"), known(HOST, "a", "learned", "refused")], None),
        ([known("203.0.113.0/24", "b"), known(HOST, "a", "learned", "refused")], "b"),
        ([], None),
    ],
)
def test_the_narrowest_network_wins_and_a_refused_company_stays_refused(said, expected):
    by_network: dict[str, list[Known]] = {}
    for one in said:
        by_network.setdefault(one.network, []).append(one)

    found = choose("203.0.113.9", by_network)

    assert (found.company_name if found else None) == expected


@pytest.mark.parametrize(
    ("people", "confidence"),
    [
        ([seen("a.jp", 2)], 57),
        ([seen("a.jp", 1, days=3)], 51),
        ([seen("a.jp", 4, days=9)], 85),
        ([seen("a.jp", 3), seen("b.jp", 1)], 52),
    ],
)
def test_people_of_one_company_make_a_guess(people, confidence):
    found = learn(HOST, people, now=NOW)

    assert found == Known(HOST, "company", "a.jp", "a.jp", confidence, "learned", NOW + timedelta(days=60))


@pytest.mark.parametrize(
    "people",
    [
        [seen("a.jp", 1, days=2)],  # one person, not often enough
        [seen("a.jp", 2), seen("b.jp", 1), seen("c.jp", 1)],  # a shared line
        [seen("", 5, days=9)],  # private addresses only
        [seen("a.jp", 2), seen("", 1)],  # a home or a café
        [seen("a.jp", 3, days=9, mobile=0.8)],  # a carrier
        [],
    ],
)
def test_signs_that_do_not_agree_are_never_guessed(people):
    assert learn(HOST, people, now=NOW) is None


def test_a_guess_ends_when_nobody_is_seen_any_more():
    assert learn(HOST, [seen("a.jp", 2)], now=NOW + timedelta(days=60)) is None


def test_neighbours_need_two_lines():
    wide = [Seen("203.0.113.0/24", "a.jp", "A", 3, 3, NOW, lines=lines) for lines in (1, 2)]

    assert [learn(one.network, [one], now=NOW) is not None for one in wide] == [False, True]


LIST = """ネットワーク,会社名,ドメイン,種別,確度
203.0.113.0/24,株式会社アルファ,www.alpha.co.jp,会社,80%
198.51.100.7,本社,,自社,
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_a_list_is_read_in_every_encoding(encoding):
    read = read_list(decoded(LIST.encode(encoding)))

    assert read.entries == (
        Entry("203.0.113.0/24", "株式会社アルファ", "alpha.co.jp", "company", 80),
        Entry("198.51.100.7/32", "本社", "", "own", 90),
    )
    assert read.problems == ()


def test_each_bad_line_has_its_reason_and_spoils_no_other():
    text = "\n".join(
        [
            "203.0.113.0/24,Alpha",
            "300.1.1.1,Beta",
            "0.0.0.0/0,Gamma",
            "198.51.100.0/24,",
            "198.51.100.1,Delta,not a domain",
            "198.51.100.2,Delta,d.jp,planet",
            "198.51.100.3,Delta,d.jp,company,101",
            "203.0.113.77/24,Again",
            "",
            "198.51.100.4,a,b.jp,company,1,2",
            "2001:db8::/32,Epsilon",
        ]
    )

    read = read_list(text)

    assert [entry.network for entry in read.entries] == ["203.0.113.0/24", "2001:db8::/32"]
    assert [(one.line, one.reason) for one in read.problems] == [
        (2, "network"), (3, "too_wide"), (4, "company"), (5, "domain"), (6, "kind"), (7, "confidence"), (8, "twice"),
        (10, "columns"),
    ]  # fmt: skip
    assert read.problems[0] == Problem(2, "300.1.1.1,Beta", "network")


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"\x81\xff\xfe\xfa", "encoding"), (b"x" * 2_000_001, "too_large")],
)
def test_a_file_of_no_use_is_refused(content, reason):
    with pytest.raises(ListRefused) as refused:
        decoded(content)

    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("text", "reason"), [("", "empty"), ("network,company\n", "empty"), ("1.1.1.1,a\n" * 20_001, "too_large")]
)
def test_an_empty_or_endless_list_is_refused(text, reason):
    with pytest.raises(ListRefused) as refused:
        read_list(text)

    assert refused.value.reason == reason
