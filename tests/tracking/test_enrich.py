"""The sweep that tells visits' device, place and possible company, set by set over all tenants."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ma_platform.db import sql
from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.collecting import NOW
from tests.tracking.test_drain import keep
from tests.tracking.test_enrich_pure import IPHONE, TOKYO, write_atlas
from tests.tracking.visiting import CHROME, visit, visitor_number
from tracking.actions import drain, enrich, enrich_again, upload_networks
from tracking.network_list import read_list
from tracking.places import Atlas
from tracking.queries import Company, Visit, visits


@pytest.fixture
def atlas(tmp_path: Path) -> Atlas:
    """A GeoIP file that knows one network in Tokyo and one of a carrier."""
    carrier = {**TOKYO, "traits": {"user_type": "cellular"}}
    return Atlas(write_atlas(tmp_path / "geo.mmdb", {"203.0.113.0/24": TOKYO, "198.51.100.0/24": carrier}))


def only() -> Visit:
    (one,) = visits(visitor_id=visitor_number())
    return one


def upload(text: str, by: object, *, replace: bool = False) -> None:
    upload_networks(read_list(text).entries, replace=replace, by=by, now=NOW)


def test_a_visit_learns_its_device_place_and_company(in_acme, acme, atlas):
    upload("203.0.113.0/24,アルファ,alpha.jp", acme.owner)
    visit(ip="203.0.113.9", agent=IPHONE)

    assert enrich(now=NOW, atlas=atlas) == 1

    one = only()
    assert (one.device, one.os, one.browser, one.language) == ("mobile", "iOS", "Safari", "ja")
    assert (one.country, one.prefecture) == ("JP", "東京都")
    assert one.company == Company("アルファ", "alpha.jp", 90, "list")
    assert enrich(now=NOW, atlas=atlas) == 0


def test_a_carriers_network_is_unknown_and_never_guessed(in_acme, atlas):
    visit(ip="198.51.100.9")

    enrich(now=NOW, atlas=atlas)

    assert (only().company, only().network, only().prefecture) == (None, "carrier", "東京都")


def test_a_visit_from_the_own_office_says_so(in_acme, acme, atlas):
    upload("203.0.113.9,本社,,own", acme.owner)
    visit(ip="203.0.113.9")

    enrich(now=NOW, atlas=atlas)

    assert only().network == "own"


def test_an_ipv6_visit_is_found_under_its_network(in_acme, acme):
    upload("2001:db8:1::/48,ベータ,beta.jp,company,70", acme.owner)
    visit(ip="2001:db8:1:2::5")

    enrich(now=NOW)

    assert only().company == Company("ベータ", "beta.jp", 70, "list")


def test_a_visit_without_agent_and_address_is_looked_at_once(in_acme):
    visit(agent="", ip=None)

    assert (enrich(now=NOW), enrich(now=NOW)) == (1, 0)
    assert (only().device, only().country, only().company) == ("", "", None)


def test_a_visit_whose_agent_is_told_later_is_looked_at_again(acme):
    keep(acme.workspace.pk, "m1")
    drain(now=NOW)
    first = enrich(now=NOW)
    keep(acme.workspace.pk, "m2", at=NOW + timedelta(seconds=5), agent=CHROME, ip="203.0.113.9")
    drain(now=NOW)
    keep(acme.workspace.pk, "m3", at=NOW + timedelta(seconds=9), agent=CHROME, ip="203.0.113.9")

    second = enrich(now=NOW)
    drain(now=NOW)

    assert (first, second, enrich(now=NOW)) == (1, 1, 0)
    with tenant_scope(acme.workspace):
        assert only().browser == "Chrome"


def test_a_guess_that_has_ended_is_no_guess(in_acme, acme):
    upload("203.0.113.9,アルファ,alpha.jp", acme.owner)
    sql.run("UPDATE tracking_network SET expires_at = %(at)s WHERE tenant_id = %(tenant_id)s", at=NOW)
    visit(ip="203.0.113.9")

    enrich(now=NOW + timedelta(seconds=1))

    assert only().company is None


def test_a_workspaces_list_tells_nobody_else(in_acme, acme, globex):
    upload("203.0.113.0/24,アルファ,alpha.jp", acme.owner)
    with tenant_scope(globex.workspace):
        visit(ip="203.0.113.9")

    enrich(now=NOW)

    with tenant_scope(globex.workspace):
        assert only().company is None


def test_a_new_list_is_told_to_the_visits_of_the_last_days(in_acme, acme):
    visit(ip="203.0.113.9")
    visit("v2", ip="203.0.113.0")  # its last part is gone
    enrich(now=NOW)

    upload("203.0.113.0/24,アルファ,alpha.jp", acme.owner)
    marked = enrich_again(asked=NOW)

    assert (marked, enrich(now=NOW + timedelta(seconds=1)), enrich_again(asked=NOW)) == (1, 1, 0)
    assert only().company == Company("アルファ", "alpha.jp", 90, "list")


def test_the_number_of_statements_does_not_grow_with_the_visits(in_acme, acme):
    upload("203.0.113.0/24,アルファ,alpha.jp", acme.owner)
    for number in range(40):
        visit(f"v{number}", ip=f"203.0.113.{number + 1}")

    with CaptureQueriesContext(
        connection,
    ) as asked:
        enrich(now=NOW)

    assert len([one for one in asked if "tracking_" in one["sql"]]) == 3
