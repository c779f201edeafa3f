"""A workspace that moves to another time zone has its days counted anew from the log, a day a transaction.

Old counts stand until a day's new ones do. Days whose events are past their retention cannot be counted again: they
stay as they are, so that nothing is lost. Ingest and judging go on: they add to the very rows that are locked here, or
to new ones, whose amounts are added to ours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import OperationalError

from ma_platform.db import sql
from ma_platform.db.passing import is_passing
from ma_platform.tenancy.scope import system_scope, tenant_scope

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Moving:
    """`zone`: in which the days are counted, or were when the move began. None: nobody has looked yet."""

    tenant_id: int
    timezone: str
    zone: str | None
    recount_zone: str | None
    recounted_to: date | None


@dataclass(frozen=True, slots=True)
class _Floor:
    """Days of an event from `first_day` on, which began at `since`, still have all their events."""

    name: int
    first_day: date
    since: datetime


def recount_moved(*, now: datetime, running: Callable[[], bool] = lambda: True) -> int:
    """Go on with every workspace whose zone is another one than its days'; returns days counted anew.

    Stops between days when `running()` is false, and at a workspace where somebody is in the way; call it again.
    """
    with system_scope():
        sql.run(FIRST_LOOK)
        moving = sql.typed(MOVING, _Moving)
    done = 0
    for one in moving:
        try:
            while running() and _next_day(one.tenant_id, now=now):
                done += 1
        except OperationalError as error:
            if not is_passing(error):
                raise
    return done


def _next_day(tenant_id: int, *, now: datetime) -> bool:
    """Count one day anew; False when all are, or somebody else is at it."""
    with tenant_scope(tenant_id):
        found = sql.typed(MINE, _Moving)
        if not found:
            return False
        (one,) = found
        first, last = sql.run(EXTENT).one()
        day = one.recounted_to if one.recount_zone == one.timezone and one.recounted_to else first and first - DAY
        if day is None or day > last + DAY:
            sql.run(DONE, zone=one.timezone)
            return False
        while not _counted_anew(one, day, now=now):
            pass
        sql.run(ON, zone=one.timezone, day=day + DAY)
    return True


def _counted_anew(one: _Moving, day: date, *, now: datetime) -> bool:
    """False when a row came meanwhile that is not locked: to be done again."""
    floors = sql.typed(FLOORS, _Floor, now=now, zone=one.timezone, old=one.zone)
    locked = sql.run(LOCK, day=day).values()
    begins = [floor.since for floor in floors if floor.first_day == day]
    strange: bool = sql.run(
        RECOUNT, day=day, zone=one.timezone, locked=locked, begins=min(begins, default=None), **_columns(floors)
    ).value()
    return not strange


def _columns(floors: Sequence[_Floor]) -> dict[str, Any]:  # Any: arrays for unnest
    return {
        "names": [one.name for one in floors],
        "first_days": [one.first_day for one in floors],
        "sinces": [one.since for one in floors],
    }


FIRST_LOOK = """
    INSERT INTO tracking_upkeep AS upkeep (tenant_id, zone)
    SELECT workspace.id, workspace.timezone
      FROM tenancy_workspace AS workspace
     WHERE NOT EXISTS (SELECT FROM tracking_upkeep AS known
                        WHERE known.tenant_id = workspace.id AND known.zone IS NOT NULL)
    ON CONFLICT (tenant_id) DO UPDATE SET zone = excluded.zone
"""
_ROWS = """
    SELECT workspace.id AS tenant_id, workspace.timezone, upkeep.zone, upkeep.recount_zone, upkeep.recounted_to
      FROM tracking_upkeep AS upkeep JOIN tenancy_workspace AS workspace ON workspace.id = upkeep.tenant_id
     WHERE (upkeep.zone <> workspace.timezone OR upkeep.recount_zone IS NOT NULL)
"""
MOVING = _ROWS + " ORDER BY workspace.id"
MINE = _ROWS + " AND upkeep.tenant_id = %(tenant_id)s FOR NO KEY UPDATE OF upkeep SKIP LOCKED"
EXTENT = "SELECT min(day), max(day) FROM tracking_daily WHERE tenant_id = %(tenant_id)s"
ON = """
    UPDATE tracking_upkeep SET recount_zone = %(zone)s, recounted_to = %(day)s WHERE tenant_id = %(tenant_id)s
"""
DONE = """
    UPDATE tracking_upkeep SET zone = %(zone)s, recount_zone = NULL, recounted_to = NULL
     WHERE tenant_id = %(tenant_id)s
"""
# What is deleted, or due to be; the day after it in the old zone is the first that is whole. Time on a page is told by
# its leaving, which has days of its own.
FLOORS = """
    SELECT floor.name, floor.first_day, floor.first_day::timestamp AT TIME ZONE %(old)s AS since
      FROM (SELECT CASE kept.name WHEN 2 THEN 1 ELSE kept.name END AS name,
                   (max(greatest(kept.done_until,
                                 ((%(now)s AT TIME ZONE %(zone)s)::date - kept.days)::timestamp AT TIME ZONE %(zone)s))
                    AT TIME ZONE %(old)s)::date + 1 AS first_day
              FROM tracking_retention AS kept WHERE kept.tenant_id = %(tenant_id)s
             GROUP BY 1) AS floor
"""
# In the order in which ingest touches them.
LOCK = """
    SELECT id FROM tracking_daily WHERE tenant_id = %(tenant_id)s AND day = %(day)s
     ORDER BY name, subject_id, lead_id, visitor_id FOR UPDATE
"""
_SAME = """
    here.name = counted.name AND coalesce(here.subject_id, 0) = coalesce(counted.subject_id, 0)
    AND coalesce(here.lead_id, 0) = coalesce(counted.lead_id, 0)
    AND coalesce(here.visitor_id, 0) = coalesce(counted.visitor_id, 0)
"""
# Events of hours before the first whole day, by the new zone, are counted on it: no other day has them.
RECOUNT = (
    """
    WITH floor AS MATERIALIZED (
        SELECT * FROM unnest(%(names)s::smallint[], %(first_days)s::date[], %(sinces)s::timestamptz[])
                   AS floor(name, first_day, since)
    ), counted AS MATERIALIZED (
        SELECT event.lead_id, event.visitor_id, CASE event.name WHEN 2 THEN 1 ELSE event.name END AS name,
               event.subject_id, count(*) FILTER (WHERE event.name <> 2)::int AS count,
               coalesce(sum(event.duration), 0)::bigint AS visible_ms, min(event.occurred_at) AS first_at,
               max(event.occurred_at) AS last_at
          FROM tracking_event AS event
          LEFT JOIN floor ON floor.name = CASE event.name WHEN 2 THEN 1 ELSE event.name END
         WHERE event.tenant_id = %(tenant_id)s AND event.verdict = 0
           AND event.occurred_at >= least(%(day)s::date::timestamp AT TIME ZONE %(zone)s, %(begins)s::timestamptz)
           AND event.occurred_at < (%(day)s::date + 1)::timestamp AT TIME ZONE %(zone)s
           AND (floor.since IS NULL OR event.occurred_at >= floor.since)
           AND greatest((event.occurred_at AT TIME ZONE %(zone)s)::date, floor.first_day) = %(day)s::date
         GROUP BY 1, 2, 3, 4
    ), here AS MATERIALIZED (
        SELECT daily.id, daily.lead_id, daily.visitor_id, daily.name, daily.subject_id
          FROM tracking_daily AS daily LEFT JOIN floor ON floor.name = daily.name
         WHERE daily.tenant_id = %(tenant_id)s AND daily.day = %(day)s::date
           AND (floor.first_day IS NULL OR floor.first_day <= %(day)s::date)
    ), strange AS MATERIALIZED (
        SELECT EXISTS (SELECT FROM here WHERE here.id <> ALL (%(locked)s::bigint[])) AS found
    ), told AS (
        UPDATE tracking_daily AS daily
           SET count = counted.count, visible_ms = counted.visible_ms, first_at = counted.first_at,
               last_at = counted.last_at
          FROM strange, here JOIN counted ON """  # noqa: S608 - constants put together, values are parameters
    + _SAME
    + """
         WHERE NOT strange.found AND daily.tenant_id = %(tenant_id)s AND daily.id = here.id
           AND (daily.count, daily.visible_ms, daily.first_at, daily.last_at)
               <> (counted.count, counted.visible_ms, counted.first_at, counted.last_at)
    ), gone AS (
        DELETE FROM tracking_daily AS daily USING here, strange
         WHERE NOT strange.found AND daily.tenant_id = %(tenant_id)s AND daily.id = here.id
           AND NOT EXISTS (SELECT FROM counted WHERE """
    + _SAME
    + """)
    ), made AS (
        INSERT INTO tracking_daily AS daily
               (tenant_id, lead_id, visitor_id, name, subject_id, day, count, visible_ms, first_at, last_at)
        SELECT %(tenant_id)s, counted.lead_id, counted.visitor_id, counted.name, counted.subject_id, %(day)s::date,
               counted.count, counted.visible_ms, counted.first_at, counted.last_at
          FROM counted, strange
         WHERE NOT strange.found AND NOT EXISTS (SELECT FROM here WHERE """
    + _SAME
    + """)
         ORDER BY counted.name, counted.subject_id, counted.lead_id, counted.visitor_id
        ON CONFLICT (tenant_id, name, subject_id, lead_id, visitor_id, day) DO UPDATE
           SET count = daily.count + excluded.count, visible_ms = daily.visible_ms + excluded.visible_ms,
               first_at = least(daily.first_at, excluded.first_at), last_at = greatest(daily.last_at, excluded.last_at)
    )
    SELECT found FROM strange
"""
)
