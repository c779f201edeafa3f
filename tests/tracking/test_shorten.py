"""Addresses lose their last part when the workspace's days are over, wherever they are kept."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from ma_platform.db import sql
from ma_platform.tenancy.models import Workspace
from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.collecting import NOW
from tests.tracking.visiting import visit
from tracking.actions import record, shorten_due
from tracking.catalogue import Event
from tracking.models import Event as Row
from tracking.models import Session, Settings

DAY = 24 * 60


def seen(tenant: Workspace, *addresses: str, minutes: int, enriched: bool = True) -> None:
    with tenant_scope(tenant):
        for number, address in enumerate(addresses):
            visit(f"v{number}{minutes}", minutes=minutes, ip=address)
        if enriched:
            Session.objects.update(enriched_at=NOW)


def addresses(tenant: Workspace) -> list[str]:
    with tenant_scope(tenant):
        return sorted(Session.objects.values_list("ip", flat=True))


def opened(tenant: Workspace, address: str, *, days: int) -> None:
    with tenant_scope(tenant):
        hit = {"ua": "Mozilla/5.0", "ip": address, "method": "GET"}
        record(Event.EMAIL_OPENED, at=NOW - timedelta(days=days), lead=5, props={"hit": hit}, id=uuid4())


def hits(tenant: Workspace) -> list[str]:
    with tenant_scope(tenant):
        return sorted(row.props["hit"]["ip"] for row in Row.objects.filter(name=Event.EMAIL_OPENED))


def test_visits_older_than_ninety_days_lose_their_last_part(acme):
    seen(acme.workspace, "203.0.113.77", "2001:db8:1:2:3:4:5:6", minutes=-91 * DAY)
    seen(acme.workspace, "198.51.100.9", minutes=-89 * DAY)

    assert shorten_due(now=NOW) == 2
    assert addresses(acme.workspace) == ["198.51.100.9", "2001:db8:1::", "203.0.113.0"]
    assert shorten_due(now=NOW) == 0


def test_each_workspace_has_its_own_days(acme, globex):
    with tenant_scope(globex.workspace):
        Settings.objects.create(ip_days=10)
    seen(acme.workspace, "203.0.113.77", minutes=-20 * DAY)
    seen(globex.workspace, "203.0.113.77", minutes=-20 * DAY)

    assert shorten_due(now=NOW) == 1
    assert (addresses(acme.workspace), addresses(globex.workspace)) == (["203.0.113.77"], ["203.0.113.0"])


def test_with_no_days_addresses_go_as_soon_as_the_network_is_known(acme):
    with tenant_scope(acme.workspace):
        Settings.objects.create(ip_days=0)
    seen(acme.workspace, "203.0.113.77", minutes=-1)
    seen(acme.workspace, "198.51.100.9", minutes=-2, enriched=False)
    with tenant_scope(acme.workspace):
        Session.objects.filter(ip="198.51.100.9").update(enriched_at=None)

    first = shorten_due(now=NOW)
    with tenant_scope(acme.workspace):
        Session.objects.update(enriched_at=NOW)
    second = shorten_due(now=NOW + timedelta(seconds=30))

    assert (first, second) == (1, 1)
    assert addresses(acme.workspace) == ["198.51.100.0", "203.0.113.0"]


def test_hits_of_mails_are_shortened_and_nothing_else_of_them_changes(acme):
    opened(acme.workspace, "203.0.113.77", days=91)
    opened(acme.workspace, "no address", days=92)
    opened(acme.workspace, "203.0.113.78", days=89)

    assert shorten_due(now=NOW) == 2
    assert hits(acme.workspace) == ["", "203.0.113.0", "203.0.113.78"]
    assert shorten_due(now=NOW) == 0
    with tenant_scope(acme.workspace):
        row = Row.objects.get(props__hit__ip="203.0.113.0")
        assert row.props["hit"] == {"ua": "Mozilla/5.0", "ip": "203.0.113.0", "method": "GET"}


def test_the_next_day_only_the_next_day_is_looked_at(acme):
    shorten_due(now=NOW)
    seen(acme.workspace, "203.0.113.77", minutes=-90 * DAY)
    opened(acme.workspace, "203.0.113.78", days=90)

    assert shorten_due(now=NOW) == 0
    assert shorten_due(now=NOW + timedelta(days=1)) == 2
    with tenant_scope(acme.workspace):
        assert sql.run("SELECT visits_until = hits_until FROM tracking_upkeep WHERE tenant_id = %(tenant_id)s").value()
