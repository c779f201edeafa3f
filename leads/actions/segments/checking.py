"""The nightly check: the incremental membership held against a full evaluation. It reports and mends nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from conditions import ConditionRefused
from leads.actions.segments.finding import differences
from leads.actions.segments.settling import is_waiting
from leads.models import Segment
from ma_platform.db import sql

ON_ITS_WAY = timedelta(minutes=5)  # what was heard since may still be on its way to the segments


def check_segment(segment_id: int, *, now: datetime) -> int:
    """Memberships that are wrong, kept in `drift`; 0 is expected. People with news of the last minutes are left out,
    as are looks that are owed. One segment at a time: it costs a full evaluation, which only reads; the writing at the
    end is short.
    """
    segment = Segment.objects.filter(pk=segment_id, archived_at=None).first()
    if segment is None or is_waiting(segment):
        return 0
    try:
        differing = differences(segment, now=now)
    except ConditionRefused as refused:
        Segment.objects.filter(pk=segment.pk).update(state=Segment.State.FAILED, problem=str(refused))
        return 0
    drift = len(differing) - len(_on_their_way(segment, differing, now=now)) if differing else 0
    Segment.objects.filter(pk=segment.pk).update(drift=drift, checked_at=now)
    return drift


def _on_their_way(segment: Segment, lead_ids: list[int], *, now: datetime) -> list[int]:
    return sql.run(
        ON_THEIR_WAY, segment_id=segment.pk, lead_ids=lead_ids, now=now, since=now - ON_ITS_WAY, log=now - LOG
    ).values()


LOG = timedelta(days=3)  # the log is read by the time a fact happened, which may lie that long before it was heard
ON_THEIR_WAY = """
    SELECT lead.id
      FROM unnest(%(lead_ids)s::bigint[]) AS lead(id)
     WHERE EXISTS (SELECT FROM leads_segmentmoment AS moment
                    WHERE moment.tenant_id = %(tenant_id)s AND moment.segment_id = %(segment_id)s
                      AND moment.lead_id = lead.id AND moment.due_at <= %(now)s)
        OR EXISTS (SELECT FROM tracking_event AS event
                    WHERE event.tenant_id = %(tenant_id)s AND event.lead_id = lead.id
                      AND event.occurred_at > %(log)s AND event.received_at > %(since)s)
"""
