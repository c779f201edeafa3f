"""A workspace that moves to another time zone: its days are counted anew, and nothing is lost on the way."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from ma_platform.db import sql
from ma_platform.tenancy.models import Workspace
from ma_platform.tenancy.scope import tenant_scope
from tests.timing import at_once
from tests.tracking.collecting import NOW
from tracking.actions import NewFact, SubjectRef, clear_due, record_many, recount_moved
from tracking.catalogue import Event, Verdict
from tracking.models import Retention, Upkeep

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = SubjectRef("page", "https://acme.jp/a")
WEST, EAST = "America/Los_Angeles", "Pacific/Auckland"


def views(workspace: Workspace, *moments: datetime) -> None:
    """Of a person, of a browser that also leaves the page, of nobody, and of a machine."""
    with tenant_scope(workspace):
        for at in moments:
            record_many(
                [
                    NewFact(Event.PAGE_VIEWED, at, lead=5, subject=PAGE),
                    NewFact(Event.PAGE_VIEWED, at, visitor="v1", subject=PAGE),
                    NewFact(Event.PAGE_LEFT, at + timedelta(seconds=9), visitor="v1", subject=PAGE, visible_ms=9_000),
                    NewFact(Event.PAGE_VIEWED, at, subject=PAGE),
                    NewFact(Event.PAGE_VIEWED, at, visitor="v1", subject=PAGE, verdict=Verdict.MACHINE),
                ]
            )


def moved(workspace: Workspace, zone: str) -> None:
    recount_moved(now=NOW)
    Workspace.objects.filter(pk=workspace.pk).update(timezone=zone)


def days(workspace: Workspace) -> list[tuple[object, ...]]:
    with tenant_scope(workspace):
        return sql.run(DAYS).rows


def anew(workspace: Workspace, zone: str) -> list[tuple[object, ...]]:
    with tenant_scope(workspace):
        return sql.run(ANEW, zone=zone).rows


HOURS = [NOW - timedelta(hours=hours) for hours in range(0, 72, 5)]


@pytest.mark.parametrize("zone", [WEST, EAST])
def test_days_are_those_of_the_new_zone_and_nobody_elses(acme, globex, zone):
    for one in (acme, globex):
        views(one.workspace, *HOURS)
    theirs, before = days(globex.workspace), days(acme.workspace)
    moved(acme.workspace, zone)

    none = recount_moved(now=NOW, running=lambda: False)
    kept = days(acme.workspace)
    counted = recount_moved(now=NOW)

    assert (none, kept, counted > 3, recount_moved(now=NOW)) == (0, before, True, 0)
    assert days(acme.workspace) == anew(acme.workspace, zone) != before
    assert days(globex.workspace) == theirs
    with tenant_scope(acme.workspace):
        upkeep = Upkeep.objects.get()
    assert (upkeep.zone, upkeep.recount_zone, upkeep.recounted_to) == (zone, None, None)


@pytest.mark.parametrize("zone", [WEST, EAST])
def test_days_whose_events_are_gone_stay_and_no_count_is_lost(acme, zone):
    views(acme.workspace, *HOURS)
    with tenant_scope(acme.workspace):
        Retention.objects.create(name=Event.PAGE_VIEWED, days=1)
        views_before = sql.run("SELECT sum(count), sum(visible_ms) FROM tracking_daily WHERE name = 1").one()
    clear_due(now=NOW)
    oldest = [row for row in days(acme.workspace) if str(row[4]) <= "2026-11-18"]
    moved(acme.workspace, zone)

    recount_moved(now=NOW)

    with tenant_scope(acme.workspace):
        assert sql.run("SELECT sum(count), sum(visible_ms) FROM tracking_daily WHERE name = 1").one() == views_before
    assert oldest == [row for row in days(acme.workspace) if str(row[4]) <= "2026-11-18"] != []


def test_who_writes_meanwhile_is_counted(acme, globex):
    views(acme.workspace, *HOURS)
    moved(acme.workspace, WEST)
    more = [at + timedelta(minutes=1) for at in HOURS]

    done = at_once(acme, lambda: recount_moved(now=NOW) and None, lambda: views(acme.workspace, *more), lambda: None)
    recount_moved(now=NOW)

    assert done == ["", "", ""]
    assert days(acme.workspace) == anew(acme.workspace, WEST)


DAYS = """
    SELECT lead_id, visitor_id, name, subject_id, day, count, visible_ms::bigint, first_at, last_at FROM tracking_daily
     WHERE tenant_id = %(tenant_id)s ORDER BY 1, 2, 3, 4, 5
"""
ANEW = """
    SELECT lead_id, visitor_id, CASE name WHEN 2 THEN 1 ELSE name END, subject_id,
           (occurred_at AT TIME ZONE %(zone)s)::date, (count(*) FILTER (WHERE name <> 2))::int,
           coalesce(sum(duration), 0)::bigint, min(occurred_at), max(occurred_at)
      FROM tracking_event WHERE tenant_id = %(tenant_id)s AND verdict = 0
     GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
"""
