"""Two people joined: what is known of one is attributed to the other, and handed back when they are parted again.

Facts are never rewritten, only to whom they count: `named` keeps whom an event or a sign of a browser named itself, so
what is whose after any merge or undo follows from the aliases in force alone, in every order.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from django.db import transaction

from ma_platform.db import sql
from tracking.actions.links import CELLS, relink

Day = Mapping[str, Any]  # Any: a row of tracking_daily


@dataclass(frozen=True, slots=True)
class Handed:
    """`events` changed hands; `days`: rows of the rollup as they were, needed when their events are gone at parting."""

    events: int
    days: list[Day]


@transaction.atomic
def hand_over(lead_id: int, *, to: int) -> Handed:
    """Everything of `lead_id` counts for `to` from now on, what is still to come included. Replaying changes nothing.

    Whoever stood aside for `lead_id` stands aside for `to`.
    """
    sql.run(LOCK_BROWSERS, leads=[lead_id])
    sql.run(ALIAS, lead_id=lead_id, into=to)
    sql.run(FOLLOW_ALIAS, lead_id=lead_id, into=to)
    sql.run(GIVE_BINDINGS, lead_id=lead_id, into=to)
    sql.run(GIVE_BROWSERS, lead_id=lead_id, into=to)
    events = sql.run(GIVE_EVENTS, lead_id=lead_id, into=to).rowcount
    days = sql.run(DAYS_OF_BOTH, lead_id=lead_id, into=to).values()
    sql.run(GIVE_DAYS, lead_id=lead_id, into=to)
    return Handed(events, [orjson.loads(row) if isinstance(row, str) else row for row in days])


@transaction.atomic
def hand_back(lead_id: int, *, names: Collection[int], out_of: int, days: Sequence[Day]) -> int:
    """Undo a `hand_over`: what names one of `names` (the person and whoever stands aside for them) is theirs again.

    `out_of`: who stood for them; `days`: as handed over. What came in between goes to whom it named, what browsers did
    to whom their bindings say. Returns events that the bindings or their own words gave back.
    """
    who: dict[str, Any] = {"lead_id": lead_id, "names": sorted({*names, lead_id}), "out_of": out_of}  # Any: parameters
    browsers = sql.run(LOCK_NAMED_BROWSERS, **who).values()
    sql.run(DROP_ALIAS, lead_id=lead_id)
    sql.run(PARTED_ALIASES, **who)
    sql.run(TAKE_BINDINGS, **who)
    moved = sql.run(TAKE_EVENTS, **who).rows
    shifts = relink(browsers).values()
    _count_again(lead_id, out_of, {(row[0], row[1], row[2], row[3]) for row in moved}, days)
    return len(moved) + sum(shift.gained[lead_id] for shift in shifts)


def survivors(lead_ids: Collection[int]) -> dict[int, int]:
    """Who stands for those of these people who stand aside: {aside: in their place}."""
    return dict(sql.run(SURVIVORS, ids=sorted(set(lead_ids))).rows) if lead_ids else {}


def forget_aliases(lead_ids: Collection[int]) -> None:
    """These people are erased."""
    sql.run(FORGET_ALIASES, ids=sorted(set(lead_ids)))


Cell = tuple[int | None, int, int | None, date]  # browser, name, subject, day


def _count_again(lead_id: int, out_of: int, moved: set[Cell], days: Sequence[Day]) -> None:
    kept: set[Cell] = {
        (row["visitor_id"], row["name"], row["subject_id"], date.fromisoformat(row["day"])) for row in days
    }
    cells = sorted(moved | kept, key=str)
    if not cells:
        return
    visitors, names, subjects, on = zip(*cells, strict=True)
    params: dict[str, Any] = {  # Any: arrays
        "visitors": list(visitors),
        "names": list(names),
        "subjects": list(subjects),
        "days": list(on),
        "leads": [lead_id, out_of],
    }
    sql.run(DROP_CELLS, **params)
    sql.run(COUNT_CELLS, **params, first=min(on), last=max(on))
    sql.run(RESTORE_BARE, **params, rows=orjson.dumps(list(days)).decode(), lead_id=lead_id, out_of=out_of)


LOCK_BROWSERS = """
    SELECT id FROM tracking_visitor WHERE tenant_id = %(tenant_id)s AND lead_id = ANY (%(leads)s::bigint[])
     ORDER BY key FOR UPDATE
"""
ALIAS = """
    INSERT INTO tracking_alias (tenant_id, lead_id, into_id) VALUES (%(tenant_id)s, %(lead_id)s, %(into)s)
    ON CONFLICT (tenant_id, lead_id) DO UPDATE SET into_id = excluded.into_id
"""
FOLLOW_ALIAS = """
    UPDATE tracking_alias SET into_id = %(into)s WHERE tenant_id = %(tenant_id)s AND into_id = %(lead_id)s
"""
GIVE_BINDINGS = """
    UPDATE tracking_binding SET named = coalesce(named, lead_id), lead_id = %(into)s
     WHERE tenant_id = %(tenant_id)s AND lead_id = %(lead_id)s
"""
GIVE_BROWSERS = """
    UPDATE tracking_visitor SET lead_id = %(into)s WHERE tenant_id = %(tenant_id)s AND lead_id = %(lead_id)s
"""
GIVE_EVENTS = """
    UPDATE tracking_event SET named = CASE WHEN stated THEN coalesce(named, lead_id) END, lead_id = %(into)s
     WHERE tenant_id = %(tenant_id)s AND lead_id = %(lead_id)s
"""
# Those of the one who is handed over, and those of the other they will be added to.
DAYS_OF_BOTH = """
    SELECT to_jsonb(daily) FROM tracking_daily AS daily
     WHERE daily.tenant_id = %(tenant_id)s AND daily.lead_id = %(lead_id)s
    UNION ALL
    SELECT to_jsonb(theirs) FROM tracking_daily AS daily
      JOIN tracking_daily AS theirs
        ON theirs.tenant_id = daily.tenant_id AND theirs.lead_id = %(into)s AND theirs.name = daily.name
       AND theirs.subject_id IS NOT DISTINCT FROM daily.subject_id
       AND theirs.visitor_id IS NOT DISTINCT FROM daily.visitor_id AND theirs.day = daily.day
     WHERE daily.tenant_id = %(tenant_id)s AND daily.lead_id = %(lead_id)s
"""
GIVE_DAYS = """
    WITH gone AS (
        DELETE FROM tracking_daily WHERE tenant_id = %(tenant_id)s AND lead_id = %(lead_id)s RETURNING *
    )
    INSERT INTO tracking_daily AS daily
           (tenant_id, lead_id, visitor_id, name, subject_id, day, count, visible_ms, first_at, last_at)
    SELECT tenant_id, %(into)s, visitor_id, name, subject_id, day, count, visible_ms, first_at, last_at FROM gone
    ON CONFLICT (tenant_id, name, subject_id, lead_id, visitor_id, day) DO UPDATE
       SET count = daily.count + excluded.count, visible_ms = daily.visible_ms + excluded.visible_ms,
           first_at = least(daily.first_at, excluded.first_at), last_at = greatest(daily.last_at, excluded.last_at)
"""
LOCK_NAMED_BROWSERS = """
    SELECT visitor.id FROM tracking_visitor AS visitor
     WHERE visitor.tenant_id = %(tenant_id)s
       AND visitor.id IN (SELECT binding.visitor_id FROM tracking_binding AS binding
                           WHERE binding.tenant_id = %(tenant_id)s AND binding.lead_id = %(out_of)s
                             AND binding.named = ANY (%(names)s::bigint[]))
     ORDER BY visitor.key FOR UPDATE
"""
DROP_ALIAS = "DELETE FROM tracking_alias WHERE tenant_id = %(tenant_id)s AND lead_id = %(lead_id)s"
PARTED_ALIASES = """
    UPDATE tracking_alias SET into_id = %(lead_id)s
     WHERE tenant_id = %(tenant_id)s AND into_id = %(out_of)s AND lead_id = ANY (%(names)s::bigint[])
"""
TAKE_BINDINGS = """
    UPDATE tracking_binding SET lead_id = %(lead_id)s, named = nullif(named, %(lead_id)s)
     WHERE tenant_id = %(tenant_id)s AND lead_id = %(out_of)s AND named = ANY (%(names)s::bigint[])
"""
TAKE_EVENTS = """
    WITH taken AS (
        UPDATE tracking_event SET lead_id = %(lead_id)s, named = nullif(named, %(lead_id)s)
         WHERE tenant_id = %(tenant_id)s AND lead_id = %(out_of)s AND named = ANY (%(names)s::bigint[])
        RETURNING tenant_id, visitor_id, name, subject_id, occurred_at
    )
    SELECT taken.visitor_id, CASE taken.name WHEN 2 THEN 1 ELSE taken.name END, taken.subject_id,
           (taken.occurred_at AT TIME ZONE workspace.timezone)::date
      FROM taken JOIN tenancy_workspace AS workspace ON workspace.id = taken.tenant_id
"""
SURVIVORS = """
    SELECT lead_id, into_id FROM tracking_alias WHERE tenant_id = %(tenant_id)s AND lead_id = ANY (%(ids)s::bigint[])
"""
FORGET_ALIASES = """
    DELETE FROM tracking_alias
     WHERE tenant_id = %(tenant_id)s AND (lead_id = ANY (%(ids)s::bigint[]) OR into_id = ANY (%(ids)s::bigint[]))
"""
DROP_CELLS = (
    "DELETE FROM tracking_daily AS daily USING "  # noqa: S608 - constants put together, values are parameters
    + CELLS
    + """
     WHERE daily.tenant_id = %(tenant_id)s AND daily.lead_id = ANY (%(leads)s::bigint[]) AND daily.name = cell.name
       AND daily.subject_id IS NOT DISTINCT FROM cell.subject_id AND daily.day = cell.day
       AND daily.visitor_id IS NOT DISTINCT FROM cell.visitor_id
"""
)
COUNT_CELLS = (
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
        ON cell.name = CASE event.name WHEN 2 THEN 1 ELSE event.name END
       AND cell.subject_id IS NOT DISTINCT FROM event.subject_id
       AND cell.visitor_id IS NOT DISTINCT FROM event.visitor_id
       AND cell.day = (event.occurred_at AT TIME ZONE workspace.timezone)::date
     WHERE event.tenant_id = %(tenant_id)s AND event.lead_id = ANY (%(leads)s::bigint[]) AND event.verdict = 0
       AND event.occurred_at >= %(first)s::date - 1 AND event.occurred_at < %(last)s::date + 2
     GROUP BY 1, 2, 3, 4, 5, 6
"""
)
# A cell without events has outlived them: it is as it was.
RESTORE_BARE = """
    INSERT INTO tracking_daily (tenant_id, lead_id, visitor_id, name, subject_id, day, count, visible_ms, first_at,
                                last_at)
    SELECT %(tenant_id)s, CASE WHEN was.lead_id = %(lead_id)s THEN %(lead_id)s ELSE %(out_of)s END, was.visitor_id,
           was.name, was.subject_id, was.day, was.count, was.visible_ms, was.first_at, was.last_at
      FROM jsonb_populate_recordset(NULL::tracking_daily, %(rows)s::jsonb) AS was
     WHERE NOT EXISTS (SELECT FROM tracking_daily AS daily
                        WHERE daily.tenant_id = %(tenant_id)s AND daily.lead_id = ANY (%(leads)s::bigint[])
                          AND daily.name = was.name AND daily.subject_id IS NOT DISTINCT FROM was.subject_id
                          AND daily.visitor_id IS NOT DISTINCT FROM was.visitor_id AND daily.day = was.day)
    ON CONFLICT DO NOTHING
"""
