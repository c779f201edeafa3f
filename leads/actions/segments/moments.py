"""The time wheel: the moments at which somebody's membership may change without any new fact."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from psycopg2.sql import SQL

from leads.actions.segments.wanted import turns
from leads.models import Segment, SegmentMoment
from ma_platform.db import sql

SOON = datetime(1970, 1, 1, tzinfo=UTC)  # always due: a look that is owed, whatever the condition says of time


def look_soon(segment_id: int, lead_ids: Sequence[int], *, at: datetime = SOON) -> int:
    """Have the wheel look at these people at `at`, or before if it was going to."""
    return sql.run(LOOK, segment_id=segment_id, lead_ids=sorted(set(lead_ids)), at=at).rowcount


LOOK = """
    INSERT INTO leads_segmentmoment AS moment (tenant_id, segment_id, lead_id, due_at)
    SELECT %(tenant_id)s, %(segment_id)s, lead.id, %(at)s
      FROM leads_lead AS lead
     WHERE lead.tenant_id = %(tenant_id)s AND lead.id = ANY(%(lead_ids)s::bigint[])
     ORDER BY lead.id
        ON CONFLICT (tenant_id, segment_id, lead_id) DO UPDATE SET due_at = excluded.due_at
     WHERE moment.due_at > excluded.due_at
"""


def renew_moments(
    segment: Segment, lead_ids: Sequence[int] | None, *, now: datetime, tz: ZoneInfo | None = None
) -> None:
    """Reckon when these people (None: all) want looking at next; looks that are owed stay owed when all are reckoned.

    Raises ConditionRefused.
    """
    found = turns(segment.condition, now=now, few=lead_ids is not None, tz=tz)
    if found is None or found.sql is None:
        rest = SegmentMoment.objects.filter(segment=segment, due_at__gt=SOON)
        (rest if lead_ids is None else rest.filter(lead_id__in=lead_ids)).delete()
        return
    few = lead_ids is not None
    statement = SQL(RENEW).format(
        due=SQL(found.sql),
        these=SQL("AND moment.lead_id = ANY(%(lead_ids)s::bigint[])" if few else "AND moment.due_at > %(soon)s"),
        unless=SQL("" if few else "AND moment.due_at > %(soon)s"),
    )
    people: dict[str, Any] = {"lead_ids": list(lead_ids)} if lead_ids is not None else {}
    sql.run(statement, **found.params, **people, segment_id=segment.pk, soon=SOON)


RENEW = """
    WITH due AS MATERIALIZED ({due}
    ), gone AS (
        DELETE FROM leads_segmentmoment AS moment
         WHERE moment.tenant_id = %(tenant_id)s AND moment.segment_id = %(segment_id)s {these}
           AND NOT EXISTS (SELECT FROM due WHERE due.lead_id = moment.lead_id)
    )
    INSERT INTO leads_segmentmoment AS moment (tenant_id, segment_id, lead_id, due_at)
    SELECT %(tenant_id)s, %(segment_id)s, due.lead_id, due.due_at FROM due ORDER BY due.lead_id
        ON CONFLICT (tenant_id, segment_id, lead_id) DO UPDATE SET due_at = excluded.due_at
     WHERE moment.due_at <> excluded.due_at {unless}
"""
