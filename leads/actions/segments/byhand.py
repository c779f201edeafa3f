"""People put into a segment, or kept out of it, by hand: whatever its condition says, until the override expires."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from leads.actions.segments.settling import Settled, settle
from leads.actions.segments.telling import rounds
from leads.actions.upsert import Actor
from leads.models import Segment, SegmentOverride
from ma_platform import audit
from ma_platform.db import sql
from ma_platform.tenancy.models import User
from ma_platform.tenancy.reach import everybody

NOTE_LIMIT = 200
AT_ONCE = 5_000


@everybody()
@transaction.atomic
def put(  # noqa: PLR0913 - the parts of one statement by hand, named by the caller
    segment: Segment,
    lead_ids: Sequence[int],
    belongs: bool,
    *,
    by: Actor,
    now: datetime,
    expires_at: datetime | None = None,
    note: str = "",
) -> Settled:
    """Put these people in (`belongs`), or keep them out; what was said before about them is replaced.

    To be kept out of a list kept by hand is not to be on it: nothing is remembered. People who are not there are left
    out. Returns what changed.
    """
    if not belongs and segment.condition is None:
        return release(segment, lead_ids, by=by, now=now)
    ids = sorted(set(lead_ids))
    said = {"belongs": belongs, "expires_at": expires_at, "note": note.strip()[:NOTE_LIMIT], "source": None}
    settled = _put(segment, ids, said, by=by, now=now)
    audit.record(by, "segment.put" if belongs else "segment.kept_out", segment.public_id, at=now, people=len(ids))
    return settled


@everybody()
@transaction.atomic
def put_by_file(
    segment: Segment, lead_ids: Sequence[int], *, source: str, file_name: str, by: Actor, now: datetime
) -> Settled:
    """Put in whom a file names. It stands in the audit log itself, its chunks do not. source: "import:imp_…"."""
    said = {"belongs": True, "expires_at": None, "note": file_name.strip()[:NOTE_LIMIT], "source": source}
    return _put(segment, sorted(set(lead_ids)), said, by=by, now=now)


@everybody()
@transaction.atomic
def withdraw_file(segment: Segment, lead_ids: Sequence[int], *, source: str, now: datetime) -> Settled:
    """Take off those of them whom this file put in, and nobody else has put in since."""
    leaving = sorted(sql.run(WITHDRAW, segment_id=segment.pk, lead_ids=list(lead_ids), source=source).values())
    return settle({segment.pk: leaving}, now=now) if leaving else Settled()


def _put(segment: Segment, ids: Sequence[int], said: Mapping[str, Any], *, by: Actor, now: datetime) -> Settled:
    by_id = by.pk if isinstance(by, User) else None
    for some in rounds(ids, AT_ONCE):
        sql.run(PUT, segment_id=segment.pk, lead_ids=some, by_id=by_id, now=now, **said)
    return settle({segment.pk: ids}, now=now)


@everybody()
@transaction.atomic
def release(segment: Segment, lead_ids: Sequence[int], *, by: Actor, now: datetime) -> Settled:
    """Forget what was said by hand about these people: the condition alone decides again."""
    ids = sorted(set(lead_ids))
    SegmentOverride.objects.filter(segment=segment, lead_id__in=ids).delete()
    audit.record(by, "segment.released", segment.public_id, at=now, people=len(ids))
    return settle({segment.pk: ids}, now=now)


def expire_overrides(*, now: datetime, limit: int = AT_ONCE) -> Settled:
    """Drop the overrides of the tenant in scope whose time is over, and judge their people anew."""
    stirred: dict[int, set[int]] = {}
    for segment_id, lead_id in sql.run(EXPIRE, now=now, limit=limit).rows:
        stirred.setdefault(segment_id, set()).add(lead_id)
    return settle(stirred, now=now) if stirred else Settled()


PUT = """
    INSERT INTO leads_segmentoverride AS override
           (tenant_id, segment_id, lead_id, belongs, expires_at, note, source, by_id, at)
    SELECT %(tenant_id)s, %(segment_id)s, lead.id, %(belongs)s, %(expires_at)s, %(note)s, %(source)s, %(by_id)s,
           %(now)s
      FROM leads_lead AS lead
     WHERE lead.tenant_id = %(tenant_id)s AND lead.id = ANY(%(lead_ids)s::bigint[])
     ORDER BY lead.id
        ON CONFLICT (tenant_id, segment_id, lead_id) DO UPDATE
       SET belongs = excluded.belongs, expires_at = excluded.expires_at, note = excluded.note,
           source = excluded.source, by_id = excluded.by_id, at = excluded.at
"""
WITHDRAW = """
    DELETE FROM leads_segmentoverride AS override
     WHERE override.tenant_id = %(tenant_id)s AND override.segment_id = %(segment_id)s
       AND override.lead_id = ANY(%(lead_ids)s::bigint[]) AND override.source = %(source)s
    RETURNING override.lead_id
"""
EXPIRE = """
    DELETE FROM leads_segmentoverride AS override
     USING (SELECT over.id FROM leads_segmentoverride AS over
             WHERE over.tenant_id = %(tenant_id)s AND over.expires_at <= %(now)s
             ORDER BY over.expires_at LIMIT %(limit)s
               FOR UPDATE SKIP LOCKED) AS due
     WHERE override.tenant_id = %(tenant_id)s AND override.id = due.id
    RETURNING override.segment_id, override.lead_id
"""
