"""Segments made and facts read as the product does it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson

from leads.actions import segments
from leads.models import Segment, SegmentMember
from ma_platform.db import sql
from ma_platform.tenancy.models import User
from tracking.catalogue import CONSUMERS, Event, Fact

PRICING = {
    "event": "page_viewed",
    "where": {"field": "path", "op": "eq", "value": "/pricing"},
    "count": {"op": "gte", "value": 2},
    "within": {"days": 30},
}


def made(condition: object, *, now: datetime, name: str = "segment") -> Segment:
    """A segment that has been built."""
    segment = segments.create_segment(name, condition, by=None, now=now)
    segments.build(segment.pk, now=now)
    return Segment.objects.get(pk=segment.pk)


def confirm(segment: Segment, *, enter_flows: bool, by: User | None, now: datetime) -> None:
    """Say yes to what is proposed now."""
    held = Segment.objects.get(pk=segment.pk)
    segments.confirm(held, revision=held.revision, enter_flows=enter_flows, by=by, now=now)


def inside(segment: Segment) -> set[int]:
    """Primary keys of those who are in."""
    return set(SegmentMember.objects.filter(segment=segment, until=None).values_list("lead_id", flat=True))


def consume(now: datetime) -> None:
    """Give every fact of the log to the segments, as the consumer does, inside the test's own transaction."""
    CONSUMERS["leads_segments"].read(log(), now)


def log() -> list[Fact]:
    """Every fact of the workspace in order."""
    return [Fact(*[*row[:-1], orjson.loads(row[-1])]) for row in sql.run(LOG).rows]


LOG = """
    SELECT id, tenant_id, visitor_id, lead_id, name, subject_id, occurred_at, received_at, duration, verdict, props
      FROM tracking_event WHERE tenant_id = %(tenant_id)s ORDER BY txid, id
"""


def said(event: Event) -> list[tuple[int, str, Any]]:
    """(lead, segment, properties) of the facts of this name."""
    rows = sql.run(SAID, name=int(event)).rows
    return [(lead, key, orjson.loads(props)) for lead, key, props in rows]


SAID = """
    SELECT event.lead_id, subject.key, event.props FROM tracking_event AS event
      JOIN tracking_subject AS subject ON subject.tenant_id = event.tenant_id AND subject.id = event.subject_id
     WHERE event.tenant_id = %(tenant_id)s AND event.name = %(name)s ORDER BY event.lead_id
"""
