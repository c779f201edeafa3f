"""Facts of our own making that were stated by mistake: taken out of the log and its counts, as if never said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from ma_platform.db import sets, sql
from tracking.actions.retention import tell_fewer


@dataclass(frozen=True, slots=True)
class _Less:
    ids: list[str]
    lead_id: int
    name: int
    subject_id: int | None
    day: date
    facts: int


@transaction.atomic
def unsay(facts: Sequence[tuple[str, datetime]], *, now: datetime) -> set[str]:
    """Remove facts about people, given as (id, when it happened); returns the ids of those that were there.

    What a browser did is never unsaid. Scores and segments hear of it.
    """
    if not facts:
        return set()
    moments = [at for _id, at in facts]
    ids = [fact for fact, _at in facts]
    less = sql.typed(UNSAY, _Less, ids=ids, first=min(moments), last=max(moments))
    if less:
        columns: dict[str, Any] = sets.columns(less, "lead_id", "name", "subject_id", "day", "facts")
        sql.run(COUNT_LESS, **columns)
        sql.run(DROP_EMPTY, **columns)
        tell_fewer({one.lead_id for one in less}, [], now=now)
    return {fact for one in less for fact in one.ids}


UNSAY = """
    WITH gone AS (
        DELETE FROM tracking_event AS event
         WHERE event.tenant_id = (SELECT %(tenant_id)s::bigint) AND event.id = ANY (%(ids)s::uuid[])
           AND event.occurred_at BETWEEN %(first)s AND %(last)s
           AND event.visitor_id IS NULL AND event.lead_id IS NOT NULL
        RETURNING event.*
    )
    SELECT array_agg(gone.id::text) AS ids, gone.lead_id, gone.name, gone.subject_id,
           (gone.occurred_at AT TIME ZONE workspace.timezone)::date AS day, count(*)::int AS facts
      FROM gone JOIN tenancy_workspace AS workspace ON workspace.id = gone.tenant_id
     WHERE gone.verdict = 0
     GROUP BY 2, 3, 4, 5
"""
_CELLS = """
    unnest(%(lead_id)s::bigint[], %(name)s::smallint[], %(subject_id)s::bigint[], %(day)s::date[], %(facts)s::int[])
        AS cell(lead_id, name, subject_id, day, facts)
"""
_IN_CELL = """
     daily.tenant_id = (SELECT %(tenant_id)s::bigint) AND daily.lead_id = cell.lead_id AND daily.name = cell.name
       AND daily.subject_id IS NOT DISTINCT FROM cell.subject_id AND daily.day = cell.day AND daily.visitor_id IS NULL
"""
COUNT_LESS = (
    "UPDATE tracking_daily AS daily SET count = daily.count - cell.facts,"  # noqa: S608 - constants put together
    " first_at = coalesce(left_over.first_at, daily.first_at), last_at = coalesce(left_over.last_at, daily.last_at)"
    " FROM "
    + _CELLS
    + """
      LEFT JOIN LATERAL (
           SELECT min(event.occurred_at) AS first_at, max(event.occurred_at) AS last_at
             FROM tracking_event AS event JOIN tenancy_workspace AS workspace ON workspace.id = event.tenant_id
            WHERE event.tenant_id = (SELECT %(tenant_id)s::bigint) AND event.lead_id = cell.lead_id
              AND event.name = cell.name AND event.subject_id IS NOT DISTINCT FROM cell.subject_id
              AND event.visitor_id IS NULL AND event.verdict = 0
              AND event.occurred_at >= cell.day - 1 AND event.occurred_at < cell.day + 2
              AND (event.occurred_at AT TIME ZONE workspace.timezone)::date = cell.day) AS left_over ON true
     WHERE """
    + _IN_CELL
)
DROP_EMPTY = (
    "DELETE FROM tracking_daily AS daily USING "  # noqa: S608 - constants put together, values are parameters
    + _CELLS
    + "WHERE daily.count <= 0 AND "
    + _IN_CELL
)
