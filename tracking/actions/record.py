"""Record facts of our own making, in the transaction that made them true."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import uuid_utils

from ma_platform.db import sql
from tracking.actions.bell import wake_consumers
from tracking.actions.months import ensure_months
from tracking.actions.owner import OWNER
from tracking.actions.subjects import subject_ids
from tracking.actions.visitors import visitor_ids
from tracking.collector.shape import without_nul
from tracking.facts import NewFact, SubjectRef

DUPLICATE_WINDOW = timedelta(days=10)  # 7 days for the message id, and 72 h by which its time may differ


def record(  # noqa: PLR0913 - the parts of one fact, named by the caller
    name: int,
    *,
    at: datetime,
    lead: int | None = None,
    visitor: str | None = None,
    subject: SubjectRef | None = None,
    props: dict[str, Any] | None = None,  # Any: JSON
    id: UUID | None = None,
    received: datetime | None = None,
) -> int:
    """Record one fact of the tenant in scope and wake the consumers on commit. Returns 0 for a repeated `id`."""
    return record_many([NewFact(name, at, lead, visitor, subject, props or {}, id, received=received)])


def record_many(facts: Sequence[NewFact]) -> int:
    """Record facts as one set (four statements, whatever their number); returns how many were new."""
    if not facts:
        return 0
    ensure_months(fact.at for fact in facts)
    subjects = subject_ids([fact.subject for fact in facts if fact.subject])
    visitors = visitor_ids({fact.visitor: fact.at for fact in facts if fact.visitor})
    written: int = sql.run(RECORD, **_stated(facts, subjects, visitors)).value()
    wake_consumers()
    return written


def _stated(
    facts: Sequence[NewFact], subjects: dict[tuple[str, str], int], visitors: dict[str, int]
) -> dict[str, Any]:  # Any: parameters of RECORD
    lines = [
        {
            "id": fact.id or str(uuid_utils.uuid7()),
            "lead_id": fact.lead,
            "visitor_id": visitors[fact.visitor] if fact.visitor else None,
            "name": int(fact.name),
            "subject_id": subjects[fact.subject.identity] if fact.subject else None,
            "occurred_at": fact.at,
            "received_at": max(fact.received or fact.at, fact.at),
            "duration": fact.visible_ms,
            "verdict": int(fact.verdict),
            "props": fact.props,
        }
        for fact in facts
    ]
    return {
        "facts": _json(lines),
        "since": min(fact.at for fact in facts) - DUPLICATE_WINDOW,
        "retold": any(fact.id for fact in facts),  # a fact without an id of its own was never told before
    }


def _json(lines: list[dict[str, Any]]) -> str:
    text = orjson.dumps(lines, default=str)
    return (orjson.dumps(without_nul(orjson.loads(text))) if b"\\u0000" in text else text).decode()


# From the CTEs `fresh` (what was written) and `zone` (the workspaces' time zones).
# page_left carries slices of visible time: they add up on the page view's row, with no count of their own.
ROLL_UP = """
    INSERT INTO tracking_daily AS daily
           (tenant_id, lead_id, visitor_id, name, subject_id, day, count, visible_ms, first_at, last_at)
    SELECT * FROM (
        SELECT fresh.tenant_id, fresh.lead_id, fresh.visitor_id,
               CASE fresh.name WHEN 2 THEN 1 ELSE fresh.name END AS counted_as, fresh.subject_id,
               (fresh.occurred_at AT TIME ZONE zone.timezone)::date AS day,
               count(*) FILTER (WHERE fresh.name <> 2), coalesce(sum(fresh.duration), 0),
               min(fresh.occurred_at), max(fresh.occurred_at)
          FROM fresh
          JOIN zone ON zone.id = fresh.tenant_id
         WHERE fresh.verdict = 0
         GROUP BY 1, 2, 3, 4, 5, 6
        OFFSET 0) AS counts
     ORDER BY tenant_id, counted_as, subject_id, lead_id, visitor_id, day
    ON CONFLICT (tenant_id, name, subject_id, lead_id, visitor_id, day) DO UPDATE
       SET count = daily.count + excluded.count, visible_ms = daily.visible_ms + excluded.visible_ms,
           first_at = least(daily.first_at, excluded.first_at), last_at = greatest(daily.last_at, excluded.last_at)
"""

RECORD = (
    """
    WITH stated AS (
        SELECT DISTINCT ON (id) *
          FROM jsonb_to_recordset(%(facts)s::jsonb)
               AS fact(id uuid, lead_id bigint, visitor_id bigint, name smallint, subject_id bigint,
                       occurred_at timestamptz, received_at timestamptz, duration int, verdict smallint, props jsonb)
    ), fresh AS (
        INSERT INTO tracking_event (tenant_id, id, lead_id, stated, named, visitor_id, name, subject_id, occurred_at,
                                    received_at, duration, verdict, props)
        SELECT %(tenant_id)s, stated.id, coalesce(alias.into_id, stated.lead_id, """  # noqa: S608 - constants, values are parameters
    + OWNER
    + """), stated.lead_id IS NOT NULL, CASE WHEN alias.into_id IS NOT NULL THEN stated.lead_id END,
               stated.visitor_id, stated.name, stated.subject_id, stated.occurred_at, stated.received_at,
               stated.duration, stated.verdict, stated.props
          FROM stated
         CROSS JOIN LATERAL (SELECT %(tenant_id)s AS tenant_id, stated.occurred_at AS at) AS moment
          LEFT JOIN tracking_visitor AS visitor
                 ON visitor.tenant_id = %(tenant_id)s AND visitor.id = stated.visitor_id
          LEFT JOIN tracking_alias AS alias
                 ON alias.tenant_id = %(tenant_id)s AND alias.lead_id = stated.lead_id
         WHERE NOT (%(retold)s AND EXISTS (SELECT FROM tracking_event AS seen
                                            WHERE seen.tenant_id = %(tenant_id)s AND seen.id = stated.id
                                              AND seen.occurred_at >= %(since)s))
        ON CONFLICT DO NOTHING
        RETURNING tenant_id, lead_id, visitor_id, name, subject_id, occurred_at, duration, verdict
    ), zone AS MATERIALIZED (
        SELECT workspace.id, workspace.timezone FROM tenancy_workspace AS workspace WHERE workspace.id = %(tenant_id)s
    ), counted AS ("""
    + ROLL_UP
    + """)
    SELECT count(*) FROM fresh
"""
)
