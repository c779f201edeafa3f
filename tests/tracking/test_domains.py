"""Tracking hosts: when one is used, whose site gets which, and what the proxy may serve."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.html import escape

from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.collecting import NOW
from tracking.actions import check_due, tell_served_hosts
from tracking.actions.checking import Due, keep
from tracking.debugging import domain_rows
from tracking.models import Domain
from tracking.queries import domain_tags, tag_settings, tracking_hosts

DEAD = "127.0.0.1"  # needs no resolver, and is refused at once


def own(host: str, kind: str = "tracking", **more: object) -> Domain:
    made: Domain = Domain.objects.create(host=host, kind=kind, added_at=NOW, **more)
    return made


@pytest.mark.django_db(transaction=True)
def test_one_failed_look_takes_no_host_out_of_use(acme):
    with tenant_scope(acme.workspace):
        own(DEAD, verified_at=NOW)
    minutes = (0, 0.5, 1, 2, 3, 4, 10, 14, 30, 61, 62, 122)

    looked = []
    for at in minutes:
        looked.append(check_due(now=NOW + timedelta(minutes=at)))
        if at == 30:
            with tenant_scope(acme.workspace):
                used, (row,) = tracking_hosts(), domain_rows(Domain.objects.all(), [])

    assert looked == [1, 0, 1, 1, 1, 1, 0, 1, 1, 1, 0, 1]
    assert list(used.values()) == [DEAD]
    assert (row.state, "10分ごと" in row.note) == ("以前は確認できました", True)
    with tenant_scope(acme.workspace):
        (lost,) = Domain.objects.all()
        assert (lost.verified_at, lost.lost_at) == (NOW, NOW + timedelta(minutes=61))
        assert tracking_hosts() == {}
        (row,) = domain_rows([lost], [])
    assert (row.state, "復旧するまで" in row.note) == ("以前は確認できました", True)


@pytest.mark.django_db(transaction=True)
def test_how_many_failures_are_many_is_said_in_one_place(acme, monkeypatch):
    monkeypatch.setattr("tracking.actions.checking.FAILURES", 2)
    with tenant_scope(acme.workspace):
        own(DEAD, verified_at=NOW)

    assert [check_due(now=NOW + timedelta(minutes=at)) for at in (0, 1, 2, 11)] == [1, 1, 0, 1]


@pytest.mark.django_db(transaction=True)
def test_a_host_that_works_again_is_used_again(acme):
    failed = {"problem": "no_answer", "failures": 7, "failed_since": NOW - timedelta(hours=3)}
    with tenant_scope(acme.workspace):
        host = own("t.acme.jp", verified_at=NOW - timedelta(days=9), lost_at=NOW, **failed)

    keep([(Due(acme.workspace.pk, host.pk, host.host, host.kind, "wk"), "")], now=NOW)

    with tenant_scope(acme.workspace):
        found = Domain.objects.get()
        assert (found.problem, found.failures, found.failed_since, found.lost_at) == ("", 0, None, None)
        assert (found.verified_at, tracking_hosts()) == (NOW - timedelta(days=9), {"acme.jp": "t.acme.jp"})


def test_each_site_takes_the_host_of_its_own_domain(in_acme):
    for host in ("t.acme.co.jp", "t.acme.com"):
        own(host, verified_at=NOW)
    for host in ("www.acme.co.jp", "shop.acme.com", "acme.example"):
        own(host, "site")

    tag = tag_settings("wk")
    hosts = {domain: (one.host, one.first_party) for domain, one in domain_tags(tag).items()}

    assert tag.first_party is False
    assert hosts == {"acme.co.jp": ("https://t.acme.co.jp", True), "acme.com": ("https://t.acme.com", True)}


def test_sites_of_one_domain_share_one_line(in_acme):
    own("t.acme.co.jp", verified_at=NOW)
    own("www.acme.co.jp", "site")
    own("shop.acme.co.jp", "site")

    tag = tag_settings("wk")

    assert (tag.host, domain_tags(tag)) == ("https://t.acme.co.jp", {})


def test_the_setup_page_has_a_line_for_every_domain(sign_in, acme):
    with tenant_scope(acme.workspace):
        own("t.acme.co.jp", verified_at=NOW)
        own("www.acme.com", "site")

    page = sign_in().get("/tracking/setup/").content.decode()

    assert escape('src="https://t.acme.co.jp/t.js"') in page
    assert "acme.co.jp のサイト" in page
    assert "そのほかのサイト" in page


def test_the_notice_names_a_destination_for_every_row(client, acme):
    with tenant_scope(acme.workspace):
        own("t.acme.co.jp", verified_at=NOW)

    page = client.get(f"/n/{acme.workspace.code}?lang=en").content.decode()
    parts = page.split("<section")[1:]
    labels = ("Address and title", "What you enter", "IP address")
    rows = {label: next(part for part in parts if label in part) for label in labels}

    named = {label: ("t.acme.co.jp" in row, DEAD in row) for label, row in rows.items()}
    assert named == {"Address and title": (True, False), "What you enter": (False, True), "IP address": (True, True)}


@pytest.mark.django_db(transaction=True)
def test_the_proxy_gets_certificates_for_tracking_hosts_alone(acme, globex):
    with tenant_scope(globex.workspace):
        own("t.globex.jp")
        own("www.globex.jp", "site")
    tell_served_hosts()
    proxy = Client(HTTP_HOST="web:8000")

    def answer(name: str, **headers: str) -> int:
        return proxy.get("/internal/certificate", {"domain": name}, headers=headers).status_code

    asked = [answer(name) for name in ("T.globex.jp", DEAD, "www.globex.jp", "x.t.globex.jp", "evil.example", "")]
    assert asked == [200, 200, 404, 404, 404, 404]
    assert answer("t.globex.jp", **{"x-forwarded-for": "203.0.113.7"}) == 404
    with tenant_scope(globex.workspace):
        Domain.objects.all().delete()
    tell_served_hosts()
    assert answer("t.globex.jp") == 404


def test_only_those_who_may_change_settings_are_led_to_them(sign_in):
    pages = {role: sign_in(role).get("/tracking/setup/").content.decode() for role in (Role.OWNER, Role.VIEWER)}

    assert {role: "/tracking/settings/" in page for role, page in pages.items()} == {
        Role.OWNER: True,
        Role.VIEWER: False,
    }


def test_what_visitors_read_is_there_in_both_languages(sign_in, acme):
    page = sign_in().get("/tracking/setup/").content.decode()

    assert escape("このブラウザを識別しない") in page
    assert escape("Do not recognise this browser") in page
    assert escape(f"/n/{acme.workspace.code}?lang=en") in page
