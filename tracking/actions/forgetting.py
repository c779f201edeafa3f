"""What came with hits of nobody (agent, neighbourhood of the address) goes after ninety days; the hits stay counted.

Whoever has not agreed has no id and can ask for nothing to be deleted: so little is kept of them, and so long. Hits of
people and of browsers with an id keep theirs as long as the event: its days are the workspace's choice, its address is
shortened, and mails of a year are to be judged again when a gateway is known.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ma_platform.db import sql
from ma_platform.tenancy.scope import system_scope
from tracking.actions.retention import BEGINNING, midnight
from tracking.collector import limits
from tracking.facts import HIT

DAYS = 90
LATE = limits.OLDEST + limits.SPOOL_AGE + timedelta(hours=1)  # older ones are kept without it from the start
LONGEST = timedelta(days=31)  # of hits a statement looks at


def forget_hits_of_nobody(*, now: datetime) -> int:
    """Forget what is due, after each workspace's midnight; returns hits forgotten. Nearly free when nothing is."""
    with system_scope():
        due = sql.run(DUE).rows
    spans = defaultdict(list)
    for tenant_id, zone, done in due:
        until = midnight(now, DAYS, ZoneInfo(zone))
        if done is None or done < until:
            spans[(done or BEGINNING, until)].append(tenant_id)
    return sum(_forget(since, until, tenants) for (since, until), tenants in sorted(spans.items()))


def _forget(since: datetime, until: datetime, tenants: list[int]) -> int:
    """A month a transaction."""
    with system_scope():
        begins = since - LATE if since > BEGINNING else sql.run(FIRST, until=until).value() or until
    gone = 0
    while True:
        ends = min(begins + LONGEST, until)
        with system_scope():
            gone += sql.run(FORGET, tenants=tenants, since=begins, until=ends, hit=HIT).rowcount
            sql.run(DONE, tenants=tenants, until=max(ends, since))
        if ends >= until:
            return gone
        begins = ends


DUE = """
    SELECT workspace.id, workspace.timezone, upkeep.nobody_until
      FROM tenancy_workspace AS workspace
      LEFT JOIN tracking_upkeep AS upkeep ON upkeep.tenant_id = workspace.id
     ORDER BY workspace.id
"""
FIRST = "SELECT min(occurred_at) FROM tracking_event WHERE occurred_at < %(until)s"
FORGET = """
    UPDATE tracking_event AS event SET props = event.props - %(hit)s
     WHERE event.tenant_id = ANY (%(tenants)s::bigint[]) AND event.visitor_id IS NULL AND event.lead_id IS NULL
       AND event.occurred_at >= %(since)s AND event.occurred_at < %(until)s AND event.props -> %(hit)s IS NOT NULL
"""
DONE = """
    INSERT INTO tracking_upkeep AS upkeep (tenant_id, nobody_until)
    SELECT tenant_id, %(until)s FROM unnest(%(tenants)s::bigint[]) AS due(tenant_id)
    ON CONFLICT (tenant_id) DO UPDATE SET nobody_until = excluded.nobody_until
"""
