"""The visitor address: who gets a cookie, what is handed over, and what strangers cannot make of it."""

from __future__ import annotations

import json

import pytest

from tests.tracking.facing import both_doors
from tracking.collector import wiring
from tracking.collector.keys import Sender
from tracking.collector.request import Request
from tracking.collector.visitor import Hands, site_of, visitor_answer

ACME, GLOBEX = Sender(7), Sender(8)
HANDS = Hands("a secret of at least 32 characters")
AT = 1_795_000_000
V, OTHER = "visitor-0123456789", "another-0123456789"


def asking(query: str = "", sender: Sender | None = ACME, at: int = AT, method: str = "GET", **headers: str):
    """(JSON, headers) of an answer; `host` and `origin` are of one site unless said otherwise."""
    stated = {"host": "t.acme.co.jp", "origin": "https://www.acme.co.jp"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    request = Request("/v1/visitor", stated, query=query, method=method, scheme="https")
    answer = visitor_answer(request, sender, HANDS, at=at)
    return json.loads(answer.body), dict(answer.headers)


def test_a_first_visit_gets_an_id_in_a_cookie_of_the_whole_site():
    told, headers = asking()

    assert headers["set-cookie"] == (
        f"_ma={told['visitor']}; Max-Age=34560000; Path=/; SameSite=Lax; Domain=acme.co.jp; Secure"
    )
    assert headers["access-control-allow-origin"] == "https://www.acme.co.jp"
    assert headers["access-control-allow-credentials"] == "true"
    assert HANDS.take(7, told["hand"], at=AT) == told["visitor"]


@pytest.mark.parametrize(
    ("cookie", "query", "visitor"),
    [
        (f"a=b; _ma={V}; c=d", f"v={OTHER}", V),
        (f"_ma={V}", "t=" + HANDS.give(7, OTHER, at=AT), V),
        ("", "t=" + HANDS.give(7, OTHER, at=AT) + f"&v={V}", OTHER),
        ("", f"v={V}", V),
        ("_ma=<script>", f"v={V}", V),
        ("", "v=short&t=forged", None),
    ],
)
def test_the_cookie_goes_before_the_hand_and_the_hand_before_the_page(cookie, query, visitor):
    assert asking(query, cookie=cookie)[0]["visitor"] == visitor


@pytest.mark.parametrize(
    ("host", "origin", "domain"),
    [
        ("t.acme.co.jp:8443", "http://acme.co.jp:8080", "acme.co.jp"),
        ("T.ACME.co.jp.", "https://shop.acme.co.jp", "acme.co.jp"),
        ("t.acme.or.jp", "https://other.or.jp", None),
        ("t.co.jp", "https://acme.co.jp", None),
        ("co.jp", "https://acme.co.jp", None),
        ("a.github.io", "https://b.github.io", None),
        ("192.0.2.1:80", "http://192.0.2.1", ""),
        ("192.0.2.1", "http://192.0.2.2", None),
        ("[2001:db8::1]:80", "http://[2001:db8::1]", ""),
        ("localhost:8000", "http://localhost:3000", ""),
        ("localhost", "http://evil.localhost.example", None),
        ("t.acme.co.jp", "null", None),
        ("t.acme.co.jp", "https://acme.co.jp.evil.example", None),
        ("t.acme.co.jp", "https://evil.example/acme.co.jp", None),
        ("t.acme.co.jp", "https://acme.co.jp@evil.example", None),
        ("t.acme.co.jp", "https://acme.co.jp\r\nset-cookie: a=b", None),
        ("t.acme.co.jp; Domain=jp", "https://acme.co.jp", None),
        ("", "https://acme.co.jp", None),
    ],
)
def test_only_the_same_registrable_domain_is_first_party(host, origin, domain):
    found = site_of(Request("/v1/visitor", {"host": host, "origin": origin}))

    assert (found.domain if found else None) == domain


def test_a_foreign_page_gets_the_same_shape_without_a_cookie():
    told, headers = asking(f"v={V}", origin="https://evil.example", cookie=f"_ma={OTHER}")

    assert told["visitor"] == V
    assert "set-cookie" not in headers
    assert headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in headers


def test_an_unknown_key_is_answered_alike_and_what_it_is_handed_opens_nothing():
    told, headers = asking(f"v={V}", sender=None)

    assert (told["visitor"], told["hand"].count("."), "set-cookie" in headers) == (V, 2, True)
    assert asking(f"t={told['hand']}", sender=ACME)[0]["visitor"] is None


@pytest.mark.parametrize(
    ("token", "sender", "at", "visitor"),
    [
        (HANDS.give(7, V, at=AT), ACME, AT + 120, V),
        (HANDS.give(7, V, at=AT), ACME, AT + 121, None),
        (HANDS.give(7, V, at=AT + 60), ACME, AT, None),
        (HANDS.give(7, V, at=AT), GLOBEX, AT + 1, None),
        (HANDS.give(8, V, at=AT), ACME, AT + 1, None),
        (HANDS.give(7, V, at=AT).replace(V, OTHER), ACME, AT, None),
        (HANDS.give(7, V, at=AT - 500).replace(str(AT - 500), str(AT)), ACME, AT, None),
        (HANDS.give(7, V, at=AT)[:-1] + "!", ACME, AT, None),
        (Hands("another secret").give(7, V, at=AT), ACME, AT, None),
        (f"{V}.{AT}.", ACME, AT, None),
    ],
)
def test_a_hand_over_is_good_for_two_minutes_in_one_workspace(token, sender, at, visitor):
    assert asking(f"t={token}", sender=sender, at=at, origin="https://sister.example")[0]["visitor"] == visitor


@pytest.mark.parametrize("sign", [{"sec_gpc": "1"}, {"dnt": "1"}, {"sec_purpose": "prefetch;prerender"}])
def test_who_refuses_to_be_tracked_and_a_prefetch_get_nothing(sign):
    told, headers = asking(f"v={V}", cookie=f"_ma={V}", **sign)

    assert told == {"visitor": None, "hand": ""}
    assert "set-cookie" not in headers


def test_head_sets_nothing():
    assert "set-cookie" not in asking(method="HEAD")[1]


def test_a_page_of_the_same_origin_sends_none_and_is_first_party():
    told, headers = asking(origin="", sec_fetch_site="same-origin")

    assert "Domain=acme.co.jp" in headers["set-cookie"]
    assert "access-control-allow-origin" not in headers
    assert told["visitor"]
    assert "set-cookie" not in asking(origin="", sec_fetch_site="cross-site")[1]


@both_doors
@pytest.mark.django_db(transaction=True)
def test_both_doors_answer(ask, acme, globex):
    path = f"/v1/visitor?k={acme.workspace.write_key}&v={V}"

    status, headers, body = ask("GET", path, host="t.acme.jp", origin="https://www.acme.jp")
    again = ask("GET", f"{path}&t={json.loads(body)['hand']}", origin="https://sister.example")
    theirs = ask("GET", f"/v1/visitor?k={globex.workspace.write_key}&t={json.loads(body)['hand']}")

    assert (status, json.loads(body)["visitor"]) == (200, V)
    assert headers["set-cookie"] == f"_ma={V}; Max-Age=34560000; Path=/; SameSite=Lax; Domain=acme.jp"
    assert json.loads(again[2])["visitor"] == V
    assert json.loads(theirs[2])["visitor"] is None
    assert wiring.hands().take(acme.workspace.pk, json.loads(body)["hand"], at=0) == ""


@both_doors
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("OPTIONS", 204), ("POST", 405), ("DELETE", 405)])
def test_other_methods_set_nothing(ask, acme, method, status):
    told, headers, body = ask(
        method, f"/v1/visitor?k={acme.workspace.write_key}", host="t.acme.jp", origin="https://acme.jp"
    )

    assert told == status
    assert "set-cookie" not in headers
    assert b"visitor" not in body
