"""Browsers' events belong to whom their bindings say: brought in line as one set, after any change of the bindings.

The result follows from the bindings in force alone, so undoing one restores what was before it, in every order. The
caller holds the locks of the browsers' rows: ingest, which takes them too, waits or has finished.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

import orjson

from ma_platform.db import sql
from ma_platform.tenancy.scope import tenant_scope


@dataclass(frozen=True, slots=True)
class Shift:
    """How many events each person gained and lost. Nobody's events are not counted."""

    gained: Counter[int]
    lost: Counter[int]


@dataclass(frozen=True, slots=True)
class _Cell:
    visitor_id: int
    lost: int | None
    gained: int | None
    name: int
    subject_id: int | None
    day: date
    events: int


def relink(visitor_ids: Collection[int]) -> dict[int, Shift]:
    """Bring the rows, events and days of these browsers in line with their bindings in force; what shifted by browser.

    Replaying changes nothing.
    """
    visitors = sorted(set(visitor_ids))
    shifts = {visitor: Shift(Counter(), Counter()) for visitor in visitors}
    if not visitors:
        return shifts
    sql.run(SETTLE_VISITORS, visitors=visitors)
    cells = sql.typed(MOVE_EVENTS, _Cell, visitors=visitors)
    recount([(cell.visitor_id, cell.name, cell.subject_id, cell.day) for cell in cells])
    sql.run(MOVE_BARE_DAYS, visitors=visitors)
    for cell in cells:
        shift = shifts[cell.visitor_id]
        if cell.gained is not None:
            shift.gained[cell.gained] += cell.events
        if cell.lost is not None:
            shift.lost[cell.lost] += cell.events
    return shifts


def relink_early(found: str | None) -> None:
    """Browsers ((tenant, visitor) pairs as JSON) of which events came in from before they changed hands: a few a day.

    The drain holds their locks; its own statement began before it had them, so it may not read bindings itself.
    """
    pairs = sorted(orjson.loads(found or "[]"))
    for tenant_id, theirs in groupby(pairs, key=itemgetter(0)):
        with tenant_scope(tenant_id):
            relink([visitor_id for _, visitor_id in theirs])


def recount(cells: Iterable[tuple[int, int, int | None, date]]) -> None:
    """Count days of browsers again, for these (browser, name, subject, day), from their events."""
    wanted = sorted(set(cells), key=str)
    if not wanted:
        return
    visitors, names, subjects, days = map(list, zip(*wanted, strict=True))
    params: dict[str, Any] = {"visitors": visitors, "names": names, "subjects": subjects, "days": days}  # Any: arrays
    sql.run(DROP_DAYS, **params)
    sql.run(COUNT_DAYS, **params, first=min(days), last=max(days))


# From when until when a browser is whose.
_WITH_SPANS = """
    WITH spans AS MATERIALIZED (
        SELECT visitor_id, lead_id,
               CASE WHEN row_number() OVER earlier = 1 AND past THEN '-infinity' ELSE since END AS since,
               coalesce(lead(since) OVER earlier, 'infinity') AS until
          FROM tracking_binding
         WHERE tenant_id = %(tenant_id)s AND visitor_id = ANY (%(visitors)s::bigint[]) AND took AND undone_at IS NULL
        WINDOW earlier AS (PARTITION BY visitor_id ORDER BY since, id)
    )
"""
SETTLE_VISITORS = """
    WITH standing AS (
        SELECT DISTINCT ON (visitor_id) visitor_id, lead_id, past, since, count(*) OVER whole AS bindings,
               bool_or(shares) OVER whole AS shared
          FROM tracking_binding
         WHERE tenant_id = %(tenant_id)s AND visitor_id = ANY (%(visitors)s::bigint[]) AND took AND undone_at IS NULL
        WINDOW whole AS (PARTITION BY visitor_id)
         ORDER BY visitor_id, since DESC, id DESC
    )
    UPDATE tracking_visitor AS visitor
       SET lead_id = standing.lead_id,
           turned_at = CASE WHEN standing.bindings = 1 AND standing.past THEN NULL ELSE standing.since END,
           shared = visitor.shared_by IS NOT NULL OR coalesce(standing.shared, false)
      FROM unnest(%(visitors)s::bigint[]) AS asked(id) LEFT JOIN standing ON standing.visitor_id = asked.id
     WHERE visitor.tenant_id = %(tenant_id)s AND visitor.id = asked.id
"""
MOVE_EVENTS = (
    _WITH_SPANS  # noqa: S608 - constants put together, values are parameters
    + """, due AS MATERIALIZED (
        SELECT event.id, event.occurred_at, spans.lead_id
          FROM tracking_event AS event
          LEFT JOIN spans ON spans.visitor_id = event.visitor_id
                         AND event.occurred_at >= spans.since AND event.occurred_at < spans.until
         WHERE event.tenant_id = %(tenant_id)s AND event.visitor_id = ANY (%(visitors)s::bigint[]) AND NOT event.stated
           AND event.lead_id IS DISTINCT FROM spans.lead_id
    ), moved AS (
        UPDATE tracking_event AS event SET lead_id = due.lead_id
          FROM due
         WHERE event.tenant_id = %(tenant_id)s AND event.id = due.id AND event.occurred_at = due.occurred_at
        RETURNING old.lead_id AS lost, new.lead_id AS gained, event.tenant_id, event.visitor_id, event.name,
                  event.subject_id, event.occurred_at
    )
    SELECT moved.visitor_id, moved.lost, moved.gained, CASE moved.name WHEN 2 THEN 1 ELSE moved.name END AS name,
           moved.subject_id, (moved.occurred_at AT TIME ZONE workspace.timezone)::date AS day, count(*)::int AS events
      FROM moved JOIN tenancy_workspace AS workspace ON workspace.id = moved.tenant_id
     GROUP BY 1, 2, 3, 4, 5, 6
"""
)
# Of days of browsers.
CELLS = """
    unnest(%(visitors)s::bigint[], %(names)s::smallint[], %(subjects)s::bigint[], %(days)s::date[])
        AS cell(visitor_id, name, subject_id, day)
"""
DROP_DAYS = (
    "DELETE FROM tracking_daily AS daily USING "  # noqa: S608 - constants put together, values are parameters
    + CELLS
    + """
     WHERE daily.tenant_id = %(tenant_id)s AND daily.visitor_id = cell.visitor_id AND daily.name = cell.name
       AND daily.subject_id IS NOT DISTINCT FROM cell.subject_id AND daily.day = cell.day
"""
)
COUNT_DAYS = (
    """
    INSERT INTO tracking_daily (tenant_id, lead_id, visitor_id, name, subject_id, day, count, visible_ms, first_at,
                                last_at)
    SELECT event.tenant_id, event.lead_id, event.visitor_id, cell.name, cell.subject_id, cell.day,
           count(*) FILTER (WHERE event.name <> 2), coalesce(sum(event.duration), 0),
           min(event.occurred_at), max(event.occurred_at)
      FROM tracking_event AS event
      JOIN tenancy_workspace AS workspace ON workspace.id = event.tenant_id
      JOIN """  # noqa: S608 - constants put together, values are parameters
    + CELLS
    + """
        ON cell.visitor_id = event.visitor_id AND cell.name = CASE event.name WHEN 2 THEN 1 ELSE event.name END
       AND cell.subject_id IS NOT DISTINCT FROM event.subject_id
       AND cell.day = (event.occurred_at AT TIME ZONE workspace.timezone)::date
     WHERE event.tenant_id = %(tenant_id)s AND event.visitor_id = ANY (%(visitors)s::bigint[]) AND event.verdict = 0
       AND event.occurred_at >= %(first)s::date - 1 AND event.occurred_at < %(last)s::date + 2
     GROUP BY 1, 2, 3, 4, 5, 6
"""
)
# Days whose events are past their retention have nothing to be counted from: they move whole, by their last moment.
MOVE_BARE_DAYS = (
    _WITH_SPANS  # noqa: S608 - constants put together, values are parameters
    + """, due AS MATERIALIZED (
        SELECT daily.id, spans.lead_id
          FROM tracking_daily AS daily
          LEFT JOIN spans ON spans.visitor_id = daily.visitor_id
                         AND daily.last_at >= spans.since AND daily.last_at < spans.until
         WHERE daily.tenant_id = %(tenant_id)s AND daily.visitor_id = ANY (%(visitors)s::bigint[])
           AND (daily.name < 7 OR daily.name >= 1000) AND daily.lead_id IS DISTINCT FROM spans.lead_id
           AND NOT EXISTS (SELECT FROM tracking_event AS event
                            WHERE event.tenant_id = %(tenant_id)s AND event.visitor_id = daily.visitor_id
                              AND event.occurred_at BETWEEN daily.first_at AND daily.last_at)
    ), gone AS (
        DELETE FROM tracking_daily AS daily USING due
         WHERE daily.tenant_id = %(tenant_id)s AND daily.id = due.id
        RETURNING daily.*, due.lead_id AS owner
    )
    INSERT INTO tracking_daily AS daily
           (tenant_id, lead_id, visitor_id, name, subject_id, day, count, visible_ms, first_at, last_at)
    SELECT tenant_id, owner, visitor_id, name, subject_id, day, sum(count), sum(visible_ms), min(first_at), max(last_at)
      FROM gone GROUP BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (tenant_id, name, subject_id, lead_id, visitor_id, day) DO UPDATE
       SET count = daily.count + excluded.count, visible_ms = daily.visible_ms + excluded.visible_ms,
           first_at = least(daily.first_at, excluded.first_at), last_at = greatest(daily.last_at, excluded.last_at)
"""
)
