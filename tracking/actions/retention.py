"""Events past their time are deleted, a chunk a transaction, with the visits and browsers that only they kept.

A day ends at midnight of the workspace. What is deleted takes its points along: the people concerned are counted anew,
silently. Counts by day (`tracking_daily`) stay. Killed anywhere, the next run goes on: a chunk is all or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ma_platform.db import sql
from ma_platform.tenancy.scope import system_scope, tenant_scope
from tracking.actions.record import record
from tracking.catalogue import Event

AT_ONCE = 5_000  # events a transaction
FULL_LOOK_DAY = 1  # of the month: events that came later than their day was cleared
BEGINNING = datetime(2000, 1, 1, tzinfo=ZoneInfo("UTC"))


@dataclass(frozen=True, slots=True)
class Due:
    """Events of one name of one workspace that happened before `until`; looked for from `since` on."""

    tenant_id: int
    name: int
    since: datetime
    until: datetime


def midnight(now: datetime, days: int, zone: ZoneInfo) -> datetime:
    """When the day `days` days before today began, in this time zone: what is older has been kept long enough."""
    return datetime.combine(now.astimezone(zone).date() - timedelta(days=days), time.min, tzinfo=zone)


def clear_due(*, now: datetime, running: Callable[[], bool] = lambda: True) -> int:
    """Delete whatever is past its time in every workspace; stops between chunks when `running()` is false.

    Returns events deleted. Free when nothing has become due since the last run.
    """
    with system_scope():
        due = _due(now)
    gone = 0
    for one in due:
        for since, until in months_between(one.since, one.until):
            while running():
                deleted = _clear_chunk(one, since, until, now=now)
                gone += deleted
                if deleted < AT_ONCE:
                    break
        if not running():
            break
        _finish(one)
    return gone


def _due(now: datetime) -> list[Due]:
    found: list[Due] = []
    for tenant_id, name, days, done, zone in sql.run(KEPT).rows:
        until = midnight(now, days, ZoneInfo(zone))
        if done is not None and done >= until:
            continue
        whole = done is None or now.astimezone(ZoneInfo(zone)).day == FULL_LOOK_DAY
        found.append(Due(tenant_id, name, BEGINNING if whole else done, until))
    return found


def months_between(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The span cut along the log's partitions, oldest first, so that a statement reads one of them."""
    with system_scope():
        opened: list[date] = [day for day in sql.run(MONTHS).values() if day is not None]
    for month in opened:
        begins = datetime.combine(month, time.min, tzinfo=ZoneInfo("UTC"))
        ends = (begins + timedelta(days=32)).replace(day=1)
        if begins < until and ends > since:
            yield max(begins, since), min(ends, until)


def _clear_chunk(due: Due, since: datetime, until: datetime, *, now: datetime) -> int:
    with tenant_scope(due.tenant_id):
        deleted, leads, visitors = sql.run(CLEAR, name=due.name, since=since, until=until, most=AT_ONCE).one()
        tell_fewer(leads or (), visitors or (), now=now)
    return int(deleted)


def _finish(due: Due) -> None:
    with tenant_scope(due.tenant_id):
        if due.name == Event.PAGE_VIEWED:
            sql.run(CLEAR_VISITS, until=due.until)
            sql.run(CLEAR_BROWSERS, until=due.until)
        sql.run(DONE, name=due.name, until=due.until)


def tell_fewer(leads: Collection[int], visitors: Collection[int], *, now: datetime) -> None:
    """Events of these people and unknown visitors are gone: one fact for all, so that scores follow without a word."""
    if leads or visitors:
        record(Event.EVENTS_DELETED, at=now, props={"leads": sorted(leads), "visitors": sorted(visitors)})


KEPT = """
    SELECT kept.tenant_id, kept.name, kept.days, kept.done_until, workspace.timezone
      FROM tracking_retention AS kept JOIN tenancy_workspace AS workspace ON workspace.id = kept.tenant_id
     ORDER BY kept.tenant_id, kept.name
"""
MONTHS = """
    SELECT to_date(substring(child.relname FROM '[0-9]{4}_[0-9]{2}$'), 'YYYY_MM')
      FROM pg_inherits JOIN pg_class AS child ON child.oid = pg_inherits.inhrelid
     WHERE pg_inherits.inhparent = 'tracking_event'::regclass
     ORDER BY 1
"""
CLEAR = """
    WITH due AS MATERIALIZED (
        SELECT event.id, event.occurred_at FROM tracking_event AS event
         WHERE event.tenant_id = %(tenant_id)s AND event.name = %(name)s
           AND event.occurred_at >= %(since)s AND event.occurred_at < %(until)s
         LIMIT %(most)s
    ), gone AS (
        DELETE FROM tracking_event AS event USING due
         WHERE event.tenant_id = %(tenant_id)s AND event.id = due.id AND event.occurred_at = due.occurred_at
           AND event.occurred_at >= %(since)s AND event.occurred_at < %(until)s
        RETURNING event.lead_id, event.visitor_id, event.verdict
    )
    SELECT count(*), array_agg(DISTINCT lead_id) FILTER (WHERE lead_id IS NOT NULL AND verdict = 0),
           array_agg(DISTINCT visitor_id) FILTER (WHERE lead_id IS NULL AND visitor_id IS NOT NULL AND verdict = 0)
      FROM gone
"""
CLEAR_VISITS = """
    DELETE FROM tracking_session
     WHERE tenant_id = %(tenant_id)s AND last_at < %(until)s
"""
# Nobody's browser, of which nothing is left.
CLEAR_BROWSERS = """
    DELETE FROM tracking_visitor AS visitor
     WHERE visitor.tenant_id = %(tenant_id)s AND visitor.last_seen_at < %(until)s AND visitor.lead_id IS NULL
       AND NOT EXISTS (SELECT FROM tracking_binding AS binding
                        WHERE binding.tenant_id = %(tenant_id)s AND binding.visitor_id = visitor.id)
       AND NOT EXISTS (SELECT FROM tracking_event AS event
                        WHERE event.tenant_id = %(tenant_id)s AND event.visitor_id = visitor.id)
"""
DONE = """
    UPDATE tracking_retention SET done_until = %(until)s WHERE tenant_id = %(tenant_id)s AND name = %(name)s
"""
