"""Visits judged as a whole: their signs gathered set-wise, the pure rules asked, the events' verdicts put right.

What an event's own request said of itself (no user agent, prefetch, told again with an id) is kept: the visit's
judgement lies over the rest. Hits that keep their own request are judged in `hits`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ma_platform.db import sql
from tracking import verdict
from tracking.actions.rejudge.changing import Changing, judged_columns
from tracking.actions.rejudge.moves import Moved
from tracking.catalogue import Event
from tracking.queries.pages import measured_pages
from tracking.verdict.visits import DEEDS

SIGNS_AT_MOST = 300  # the newest of a visit: enough for every rule, however long a robot goes on
TELLING = sorted({*DEEDS, Event.PAGE_VIEWED, Event.FORM_VIEWED})


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A visit as it is stored."""

    id: UUID
    visitor_id: int
    started_at: datetime
    last_at: datetime
    agent: str
    views: int
    events: int
    visible_ms: int


@dataclass(frozen=True, slots=True)
class Judged:
    """A visit and what is thought of it now."""

    row: VisitRow
    judgement: verdict.Judgement


def judge_rows(rows: Sequence[VisitRow], *, now: datetime) -> list[Judged]:
    """Ask the rules about these visits: two statements, whatever their number."""
    if not rows:
        return []
    signs = _signs(rows)
    measured = measured_pages({sign.page for found in signs.values() for sign in found if sign.page is not None})
    return [Judged(row, verdict.judge_visit(_visit(row, signs[row.id], measured, now))) for row in rows]


def count_verdicts(rows: Sequence[VisitRow]) -> dict[int, int]:
    """The events of these visits by the verdict they have now."""
    return dict(sql.run(TALLY, **_spans(rows)).rows) if rows else {}


def preview_visits(judged: Sequence[Judged]) -> list[Moved]:
    """What `write_visits` would move; changes nothing."""
    return CHANGING.preview(**_judged(judged)) if judged else []


def write_visits(judged: Sequence[Judged], *, now: datetime) -> list[Moved]:
    """Give the visits and their events the verdict; returns what moved. Repeating it moves nothing."""
    if not judged:
        return []
    columns = _judged(judged)
    moved = CHANGING.write(**columns)
    # A visit that grew while it was being judged stays due.
    sql.run(REMEMBER, rule_version=verdict.RULE_VERSION, now=now, events=[one.row.events for one in judged], **columns)
    return moved


def _visit(row: VisitRow, signs: Sequence[verdict.Sign], measured: set[int], now: datetime) -> verdict.Visit:
    return verdict.Visit(
        agent=row.agent,
        views=row.views,
        visible_ms=row.visible_ms,
        lasted=(row.last_at - row.started_at).total_seconds(),
        quiet=(now - row.last_at).total_seconds(),
        measured=any(sign.page in measured for sign in signs),
        signs=signs,
    )


def _signs(rows: Sequence[VisitRow]) -> Mapping[UUID, list[verdict.Sign]]:
    found: dict[UUID, list[verdict.Sign]] = defaultdict(list)
    for visit, name, at, page in sql.run(SIGNS, names=TELLING, most=SIGNS_AT_MOST, **_spans(rows)).rows:
        found[visit].append(verdict.Sign(name, at, page))
    return found


def _spans(rows: Sequence[VisitRow]) -> dict[str, Any]:  # Any: arrays for unnest
    return {
        "visit": [str(row.id) for row in rows],
        "visitor_id": [row.visitor_id for row in rows],
        "started_at": [row.started_at for row in rows],
        "last_at": [row.last_at for row in rows],
    }


def _judged(judged: Sequence[Judged]) -> dict[str, Any]:  # Any: arrays for unnest
    return {
        **_spans([one.row for one in judged]),
        **judged_columns([one.judgement for one in judged]),
    }


ROWS = """
    SELECT id, visitor_id, started_at, last_at, agent, views, events, visible_ms FROM tracking_session AS visit
     WHERE visit.tenant_id = %(tenant_id)s
"""
_SPANS = """
    unnest(%(visit)s::uuid[], %(visitor_id)s::bigint[], %(started_at)s::timestamptz[], %(last_at)s::timestamptz[])
        AS visit(id, visitor_id, started_at, last_at)
"""
# Product events (a form that was sent) carry no visit: they are found by browser and time.
SIGNS = (
    """
    SELECT visit.id, sign.name::int, extract(epoch FROM sign.occurred_at)::float8, sign.subject_id
      FROM """  # noqa: S608 - constants put together, values are parameters
    + _SPANS
    + """
     CROSS JOIN LATERAL (
           SELECT event.name, event.occurred_at, event.subject_id
             FROM tracking_event AS event
            WHERE event.tenant_id = %(tenant_id)s AND event.visitor_id = visit.visitor_id
              AND event.occurred_at BETWEEN visit.started_at AND visit.last_at + interval '1 minute'
              AND (event.session = visit.id OR event.session IS NULL) AND event.name = ANY (%(names)s::smallint[])
            ORDER BY event.occurred_at DESC LIMIT %(most)s) AS sign
"""
)
TALLY = (
    """
    SELECT event.verdict::int, count(*)::int
      FROM """  # noqa: S608 - constants put together, values are parameters
    + _SPANS
    + """
      JOIN tracking_event AS event
        ON event.tenant_id = %(tenant_id)s AND event.visitor_id = visit.visitor_id AND event.session = visit.id
       AND event.occurred_at BETWEEN visit.started_at AND visit.last_at
     WHERE NOT event.props ? 'hit'
     GROUP BY 1
"""
)
# Reasons of a person are only worth a write together with the verdict; doubt and machines keep theirs up to date.
CHANGING = Changing(
    judged="""
        judged AS (
            SELECT id, visitor_id, started_at, last_at, verdict, string_to_array(nullif(reasons, ''), ',') AS reasons
              FROM unnest(%(visit)s::uuid[], %(visitor_id)s::bigint[], %(started_at)s::timestamptz[],
                          %(last_at)s::timestamptz[], %(verdict)s::smallint[], %(reasons)s::text[])
                   AS visit(id, visitor_id, started_at, last_at, verdict, reasons)
        )
    """,
    differs="""
        event.tenant_id = %(tenant_id)s AND event.visitor_id = judged.visitor_id AND event.session = judged.id
          AND event.occurred_at BETWEEN judged.started_at AND judged.last_at
          AND NOT event.reasons && '{replaced,no_user_agent,prefetch}' AND NOT event.props ? 'hit'
          AND (event.verdict <> judged.verdict
               OR (judged.verdict <> 0 AND NOT event.reasons @> coalesce(judged.reasons, '{}')))
    """,
    kept="CASE WHEN 'time_clamped' = ANY (event.reasons) THEN '{time_clamped}' ELSE '{}' END",
)
REMEMBER = """
    UPDATE tracking_session AS visit
       SET verdict = judged.verdict, reasons = coalesce(string_to_array(nullif(judged.reasons, ''), ','), '{}'),
           rule_version = %(rule_version)s, judged_at = %(now)s
      FROM unnest(%(visit)s::uuid[], %(verdict)s::smallint[], %(reasons)s::text[], %(events)s::int[])
               AS judged(id, verdict, reasons, events)
     WHERE visit.tenant_id = %(tenant_id)s AND visit.id = judged.id AND visit.events = judged.events
"""
