"""The time wheel: the moments at which somebody's membership may change without any new fact."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from psycopg2.sql import SQL

from leads.actions.segments.wanted import turns
from leads.models import Segment, SegmentMoment
from ma_platform.db import sql

SOON = datetime(1970, 1, 1, tzinfo=UTC)  # always due: a look that is owed, whatever the condition says of time


def look_soon(segment_id: int, lead_ids: Sequence[int], *, at: datetime = SOON) -> int:
    """Have the wheel look at these people at `at`, or before if it was going to."""
    if not lead_ids:
        return 0
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


def renew_moments(segment: Segment, lead_ids: Sequence[int], *, now: datetime, tz: ZoneInfo | None = None) -> None:
    """Reckon when these people want looking at next. Raises ConditionRefused."""
    found = turns(segment.condition, now=now, few=True, tz=tz)
    if found is None or found.sql is None:
        SegmentMoment.objects.filter(segment=segment, due_at__gt=SOON, lead_id__in=lead_ids).delete()
        return
    statement = SQL(RENEW).format(due=SQL(found.sql))
    sql.run(statement, **found.params, lead_ids=list(lead_ids), segment_id=segment.pk)


RENEW = """
    WITH due AS MATERIALIZED ({due}
    ), gone AS (
        DELETE FROM leads_segmentmoment AS moment
         WHERE moment.tenant_id = %(tenant_id)s AND moment.segment_id = %(segment_id)s
           AND moment.lead_id = ANY(%(lead_ids)s::bigint[])
           AND NOT EXISTS (SELECT FROM due WHERE due.lead_id = moment.lead_id)
    )
    INSERT INTO leads_segmentmoment AS moment (tenant_id, segment_id, lead_id, due_at)
    SELECT %(tenant_id)s, %(segment_id)s, due.lead_id, due.due_at FROM due ORDER BY due.lead_id
        ON CONFLICT (tenant_id, segment_id, lead_id) DO UPDATE SET due_at = excluded.due_at
     WHERE moment.due_at <> excluded.due_at
"""


def note_moments(segment: Segment, lead_ids: Sequence[int], due: Sequence[str], over: Sequence[int]) -> None:
    """Write down when these people want looking at; `over`: moments by their own key that go. Owed looks stay owed."""
    sql.run(FORGET, over=over, soon=SOON)
    sql.run(NOTE, segment_id=segment.pk, lead_ids=lead_ids, due=due, soon=SOON)


FORGET = """
    DELETE FROM leads_segmentmoment AS moment
     WHERE moment.tenant_id = %(tenant_id)s AND moment.id = ANY(%(over)s::bigint[]) AND moment.due_at > %(soon)s
"""
NOTE = """
    INSERT INTO leads_segmentmoment AS moment (tenant_id, segment_id, lead_id, due_at)
    SELECT %(tenant_id)s, %(segment_id)s, said.lead_id, said.due_at
      FROM unnest(%(lead_ids)s::bigint[], %(due)s::timestamptz[]) AS said(lead_id, due_at)
      JOIN leads_lead AS lead ON lead.tenant_id = %(tenant_id)s AND lead.id = said.lead_id
     ORDER BY said.lead_id
        ON CONFLICT (tenant_id, segment_id, lead_id) DO UPDATE SET due_at = excluded.due_at
     WHERE moment.due_at <> excluded.due_at AND moment.due_at > %(soon)s
"""
