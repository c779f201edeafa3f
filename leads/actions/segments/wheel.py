"""The time wheel turned: memberships that time alone may have changed, looked at when their moment has come."""

from __future__ import annotations

from datetime import datetime

from leads.actions.segments.settling import Settled, settle
from ma_platform.db import sql

LOOKS_AT_ONCE = 5_000


def turn_wheel(*, now: datetime, limit: int = LOOKS_AT_ONCE) -> tuple[int, Settled]:
    """Take the looks that are due in the tenant in scope, at most `limit`; (looks taken, what changed).

    Looks owed to a segment that is being built, or cannot be judged, stay.
    """
    stirred: dict[int, set[int]] = {}
    rows = sql.run(TAKE, now=now, limit=limit).rows
    for segment_id, lead_id in rows:
        stirred.setdefault(segment_id, set()).add(lead_id)
    return len(rows), settle(stirred, now=now) if stirred else Settled()


TAKE = """
    DELETE FROM leads_segmentmoment AS moment
     USING (SELECT due.id
              FROM leads_segmentmoment AS due
              JOIN leads_segment AS segment ON segment.tenant_id = %(tenant_id)s AND segment.id = due.segment_id
             WHERE due.tenant_id = %(tenant_id)s AND due.due_at <= %(now)s AND segment.version > 0
               AND segment.state NOT IN ('applying', 'failed')
             ORDER BY due.due_at LIMIT %(limit)s
               FOR UPDATE OF due SKIP LOCKED) AS due
     WHERE moment.tenant_id = %(tenant_id)s AND moment.id = due.id
    RETURNING moment.segment_id, moment.lead_id
"""
