"""A workspace's tag: its line, its domains, its settings, what its visitors are told, and the debugger."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.html import escape

from ma_platform.audit.models import AuditEntry
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.collecting import NOW
from tests.walls.bodies import TRACKING
from tracking.actions import BadHost, NewFact, SubjectRef, add_domain, check_due, record_many
from tracking.actions.checking import site_problem
from tracking.catalogue import Event, Verdict
from tracking.models import Domain
from tracking.queries import retention_days, tag_settings, tracking_settings
from tracking.queries.setting import TagSettings
from tracking.snippets import (
    STUB,
    banner_snippet,
    command_snippet,
    identify_snippet,
    pinned_snippet,
    tag_snippet,
)

PLAIN = TagSettings("wk_1", "https://t.example.jp", False, False, (), "path")


def test_the_line_says_only_what_differs_from_the_default():
    assert (
        tag_snippet(PLAIN).splitlines()[1] == '<script async src="https://t.example.jp/t.js" data-key="wk_1"></script>'
    )


def test_the_line_follows_the_settings():
    tag = TagSettings("wk_1", "https://t.example.jp", True, True, ("a.jp", "b.jp"), "hash", True)

    assert tag_snippet(tag).splitlines()[1] == (
        '<script async src="https://t.example.jp/t.js" data-key="wk_1" data-consent="required" data-domains="a.jp,b.jp"'
        ' data-spa="hash" data-first-party></script>'
    )


def test_every_piece_of_code_keeps_commands_until_the_tag_is_there():
    banner = banner_snippet(text="a", answers=[("granted", "b"), ("denied", "c")])
    pieces = [tag_snippet(PLAIN), pinned_snippet(PLAIN), identify_snippet(), command_snippet("'track', 'x'"), banner]

    assert [piece.count(STUB) for piece in pieces] == [1, 1, 1, 1, 1]


def test_the_pages_hand_out_code_that_may_stand_alone(sign_in):
    client = sign_in()

    setup, identify = (client.get(f"/tracking/{page}/").content.decode() for page in ("setup", "identify"))

    assert (setup.count(escape(STUB)), identify.count(escape(STUB))) == (5, 1)


def test_a_domain_is_added_once_and_told_to_the_audit(in_acme):
    for typed in ("https://www.acme.jp/x", "WWW.ACME.JP"):
        add_domain(typed, "site", by=in_acme.owner, now=NOW)

    assert [domain.host for domain in Domain.objects.all()] == ["www.acme.jp"]
    assert AuditEntry.objects.filter(verb="tracking.domain_added").count() == 1


def test_an_address_is_no_domain(in_acme):
    with pytest.raises(BadHost):
        add_domain("203.0.113.7", "site", by=in_acme.owner, now=NOW)

    assert not Domain.objects.exists()


def test_only_several_sites_hand_visitors_on(in_acme):
    add_domain("www.acme.jp", "site", by=in_acme.owner, now=NOW)
    alone = tag_settings("wk").domains
    add_domain("shop.acme.com", "site", by=in_acme.owner, now=NOW)

    assert (alone, tag_settings("wk").domains) == ((), ("shop.acme.com", "www.acme.jp"))


def test_the_line_uses_a_tracking_host_only_once_it_leads_to_us(in_acme):
    domain = add_domain("t.acme.jp", "tracking", by=in_acme.owner, now=NOW)
    before = tag_settings("wk").first_party
    Domain.objects.filter(pk=domain.pk).update(verified_at=NOW)
    after = tag_settings("wk")

    assert (before, after.first_party, after.host) == (False, True, "https://t.acme.jp")


@pytest.mark.parametrize(
    ("status", "page", "problem"),
    [
        (200, b'<script async src="https://x/t.js" data-key="wk_1">', ""),
        (200, b'<script async src="https://x/t.js" data-key="wk_2">', "other_key"),
        (200, b"<p>no script here</p>", "no_tag"),
        (301, b"", "redirects"),
        (503, b"", "status_503"),
    ],
)
def test_what_a_sites_front_page_tells(status, page, problem):
    assert site_problem(status, page, "wk_1") == problem


@pytest.mark.django_db(transaction=True)
def test_a_host_is_looked_at_once_a_day(acme):
    with tenant_scope(acme.workspace):
        Domain.objects.create(host="127.0.0.1", kind="site", added_at=NOW)  # needs no resolver, and is refused at once

    looked = [check_due(now=NOW + timedelta(hours=hours)) for hours in (0, 1, 25)]

    with tenant_scope(acme.workspace):
        domain = Domain.objects.get()
    assert looked == [1, 0, 1]
    assert (domain.problem, domain.verified_at) == ("no_answer", None)


def test_a_viewer_sees_the_domains_and_changes_none(sign_in):
    client = sign_in(Role.VIEWER)

    assert client.post("/tracking/domains/", {"host": "www.acme.jp", "kind": "site"}).status_code == 403
    assert "www.acme.jp" not in client.get("/tracking/domains/").content.decode()


def test_settings_are_kept_whole(sign_in, acme):
    answer = sign_in().post("/tracking/settings/", {**TRACKING, "page_viewed": "365", "purposes": "改善のため"})

    assert answer.status_code == 302
    with tenant_scope(acme.workspace):
        chosen = tracking_settings()
        assert (chosen.consent_required, chosen.ip_days, chosen.purposes) == (True, 30, "改善のため")
        assert retention_days() == {int(Event.PAGE_VIEWED): 365}


def test_the_notice_lists_what_is_sent_in_the_workspaces_language(client, acme, sign_in):
    sign_in().post("/tracking/settings/", {**TRACKING, "purposes": "<b>改善</b>"})

    page = client.get(f"/n/{acme.workspace.code}").content.decode()

    assert "IP アドレス" in page
    assert "同意の後" in page
    assert "30 日後" in page
    assert "<b>改善" not in page


def test_the_notice_is_there_in_english_too(client, acme):
    page = client.get(f"/n/{acme.workspace.code}?lang=en").content.decode()

    assert "A random number kept in this browser" in page
    assert "After you agree" not in page


def test_a_notice_of_nobody_is_missing(client, db):
    assert client.get("/n/0000000000").status_code == 404


def test_the_debugger_shows_events_of_known_browsers_and_of_nobody(sign_in, acme):
    page = SubjectRef("page", "https://strange.example/", "製品")
    with tenant_scope(acme.workspace):
        add_domain("www.acme.jp", "site", by=acme.owner, now=NOW)
        record_many(
            [
                NewFact(Event.PAGE_VIEWED, NOW, visitor="browser-of-somebody", subject=page, verdict=Verdict.MACHINE),
                NewFact(Event.PAGE_VIEWED, NOW, subject=page, props={"<b>": "‮evil"}),
            ]
        )

    shown = sign_in().get("/tracking/debug/").content.decode()

    assert shown.count("<bdi>strange.example は登録されたサイトではありません。") == 2
    assert "閲覧数だけを計測" in shown
    assert "<b>" not in shown


def test_the_debugger_can_follow_one_browser(sign_in, acme):
    with tenant_scope(acme.workspace):
        record_many([NewFact(Event.PAGE_VIEWED, NOW, visitor=key, subject=_page(key)) for key in ("mine", "yours")])

    shown = sign_in().get("/tracking/debug/?visitor=mine").content.decode()

    assert ("/mine" in shown, "/yours" in shown) == (True, False)


def _page(name: str) -> SubjectRef:
    return SubjectRef("page", f"https://www.acme.jp/{name}", name)
