"""What visitors agreed to, purpose by purpose: the tag's line, the notice, the banner, and the collector's question."""

from __future__ import annotations

import re
from html import unescape

import pytest

from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.collecting import NOW
from tests.walls.bodies import TRACKING
from tracking.actions import add_domain
from tracking.collector.keys import Sender
from tracking.collector.messages import Arrival, line_of
from tracking.collector.request import Request
from tracking.collector.visitor import Hands, visitor_answer
from tracking.models import Domain, Settings
from tracking.notice import AGREED, ALWAYS, PERSONALISING, POSTED, UNREFUSED, Terms, items, purposes
from tracking.queries.setting import TagSettings, tag_settings
from tracking.snippets import tag_snippet

ID = "11111111-1111-4111-8111-111111111111"


@pytest.mark.parametrize(
    ("measure", "personalise", "said"),
    [
        (False, False, ""),
        (False, True, ' data-consent="personalise"'),
        (True, False, ' data-consent="measure"'),
        (True, True, ' data-consent="required"'),
    ],
)
def test_the_line_says_which_purposes_wait_for_an_answer(measure, personalise, said):
    tag = TagSettings("wk_1", "https://t.example.jp", False, measure, (), "path", personalise)

    assert tag_snippet(tag).splitlines()[1] == (
        f'<script async src="https://t.example.jp/t.js" data-key="wk_1"{said}></script>'
    )


def test_the_line_of_a_workspace_without_cookies_asks_its_own_host_for_none():
    tag = TagSettings("wk_1", "https://t.example.jp", True, False, ("a.jp", "b.jp"), "path", cookieless=True)

    assert tag_snippet(tag).splitlines()[1] == (
        '<script async src="https://t.example.jp/t.js" data-key="wk_1" data-domains="a.jp,b.jp"'
        " data-cookieless></script>"
    )
    assert not tag.asks_who


def test_each_purpose_has_its_own_setting(sign_in, acme):
    sign_in().post(
        "/tracking/settings/", {**TRACKING, "consent_required": "", "personalise_required": "on", "cookieless": "on"}
    )

    with tenant_scope(acme.workspace):
        tag = tag_settings("wk")
    assert (tag.consent_required, tag.personalise_required, tag.cookieless) == (False, True, True)


def test_the_notice_tells_when_each_thing_is_sent_for_which_purpose():
    apart = {item.key: when for item, when in items(Terms(False, personalise_required=True, asks_who=True))}
    plain = {item.key: when for item, when in items(Terms(False))}

    assert [apart[key] for key in ("page", "visitor", "recognition", "form")] == [ALWAYS, UNREFUSED, AGREED, POSTED]
    assert "recognition" not in plain
    assert [name for name, _text, _when in purposes(Terms(False))] == ["Measuring"]
    assert purposes(Terms(True, asks_who=True))[1][::2] == (PERSONALISING, AGREED)


def test_the_notice_is_made_from_the_live_settings(client, acme):
    with tenant_scope(acme.workspace):
        for host in ("www.acme.jp", "shop.acme.com"):
            add_domain(host, "site", by=acme.owner, now=NOW)
    handing = client.get(f"/n/{acme.workspace.code}?lang=en").content.decode()
    with tenant_scope(acme.workspace):
        Settings.objects.create(cookieless=True)
    alone = client.get(f"/n/{acme.workspace.code}?lang=en").content.decode()

    assert ("The question whose browser this is" in handing, "refuse personalising" in handing) == (True, True)
    assert ("The question whose browser this is" in alone, "up to 400 days" in alone) == (False, False)
    assert "A random number kept until you close this tab" in alone
    assert "No cookie is used" in alone
    assert "for 90 days, the name of your browser and your IP address without its last part" in alone


@pytest.mark.parametrize(
    ("chosen", "answers", "area"),
    [
        ({"consent_required": True}, ["granted", "denied"], "localStorage"),
        ({"consent_required": True, "personalise_required": True}, ["granted", "measure", "denied"], "localStorage"),
        ({"personalise_required": True}, ["granted", "measure", "denied"], "localStorage"),
        ({"consent_required": True, "cookieless": True}, ["granted", "denied"], "sessionStorage"),
        ({"personalise_required": True, "cookieless": True}, [], ""),
    ],
)
def test_the_banner_asks_what_the_tag_would_do(sign_in, acme, chosen, answers, area):
    with tenant_scope(acme.workspace):
        Settings.objects.create(**chosen)

    page = unescape(sign_in().get("/tracking/setup/").content.decode())

    assert re.findall(r'data-answer="(\w+)"', page) == answers * 2
    assert set(re.findall(r"(\w+)\.setItem\('asked'", page)) == ({area} if area else set())


def test_only_who_lets_us_personalise_is_recognised_by_the_collector():
    def asked(consent: str) -> tuple[bool, bool]:
        headers = {"host": "t.acme.co.jp", "origin": "https://www.acme.co.jp"}
        request = Request("/v1/visitor", headers, query=f"k=wk&v={ID}{consent}", method="GET")
        answer = visitor_answer(request, Sender(1), Hands("s"), at=1_790_000_000)
        return ID.encode() in answer.body, "set-cookie" in dict(answer.headers)

    assert [asked(said) for said in ("", "&consent=granted", "&consent=measure", "&consent=none")] == [
        (True, True),
        (True, True),
        (False, False),
        (False, False),
    ]


def test_a_view_keeps_that_its_visitor_only_wants_to_be_measured():
    def props(consent: dict[str, str], kind: str = "page") -> dict[str, object]:
        body = {"type": kind, "event": "own", "anonymousId": ID, "context": {"page": {}, **consent}}
        return line_of(kind, body, "body", Arrival(NOW, False, "Mozilla/5.0")).props

    assert props({"consent": "measure"}) == {"consent": "measure"}
    assert [props({}), props({"consent": "granted"}), props({"consent": "measure"}, "track")] == [{}, {}, {}]


def test_the_collector_knows_a_tracking_host_but_a_workspace_without_cookies_does_not_use_it(in_acme):
    add_domain("t.acme.jp", "tracking", by=in_acme.owner, now=NOW)
    Domain.objects.update(verified_at=NOW)
    Settings.objects.create(cookieless=True)

    line = tag_snippet(tag_settings("wk"))

    assert 'src="https://t.acme.jp/t.js"' in line
    assert "data-first-party" not in line
