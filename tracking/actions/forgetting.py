"""What came with hits of nobody (agent, neighbourhood of the address) goes after ninety days; the hits stay counted.

Whoever has not agreed has no id and can ask for nothing to be deleted: so little is kept of them, and so long. Hits of
people and of browsers with an id keep theirs as long as the event: its days are the workspace's choice, its address is
shortened, and mails of a year are to be judged again when a gateway is known.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ma_platform.db import sql
from ma_platform.tenancy.scope import system_scope, tenant_scope
from tracking.actions.retention import BEGINNING, midnight, months_between
from tracking.collector import limits
from tracking.facts import HIT

DAYS = 90
LATE = limits.OLDEST + limits.SPOOL_AGE + timedelta(hours=1)  # older ones are kept without it from the start
AT_ONCE = 5_000  # hits a transaction: consumers wait for the oldest that is open


def forget_hits_of_nobody(*, now: datetime, running: Callable[[], bool] = lambda: True) -> int:
    """Forget what is due, after each workspace's midnight; stops between chunks when `running()` is false.

    Returns hits forgotten. Nearly free when nothing is due.
    """
    with system_scope():
        due = sql.run(DUE).rows
    gone = 0
    for tenant_id, zone, done in due:
        until = midnight(now, DAYS, ZoneInfo(zone))
        if done is None or done < until:
            gone += _forget(tenant_id, done - LATE if done else BEGINNING, until, running)
    return gone


def _forget(tenant_id: int, since: datetime, until: datetime, running: Callable[[], bool]) -> int:
    """A chunk a transaction; done is what was looked at to the end."""
    gone = 0
    for begins, ends in months_between(since, until):
        last: datetime | None = begins
        while last is not None and running():
            with tenant_scope(tenant_id):
                some, last = sql.run(FORGET, since=last, until=ends, hit=HIT, most=AT_ONCE).one()
            gone += some
    if running():
        with tenant_scope(tenant_id):
            sql.run(DONE, until=until)
    return gone


DUE = """
    SELECT workspace.id, workspace.timezone, upkeep.nobody_until
      FROM tenancy_workspace AS workspace
      LEFT JOIN tracking_upkeep AS upkeep ON upkeep.tenant_id = workspace.id
     ORDER BY workspace.id
"""
# In the order of the index by browser. `last`: where the next chunk begins; null when there is none.
FORGET = """
    WITH due AS MATERIALIZED (
        SELECT event.id, event.occurred_at FROM tracking_event AS event
         WHERE event.tenant_id = %(tenant_id)s AND event.visitor_id IS NULL AND event.lead_id IS NULL
           AND event.occurred_at >= %(since)s AND event.occurred_at < %(until)s AND event.props ? %(hit)s
         ORDER BY event.visitor_id, event.occurred_at LIMIT %(most)s
    ), gone AS (
        UPDATE tracking_event AS event SET props = event.props - %(hit)s
          FROM due
         WHERE event.tenant_id = %(tenant_id)s AND event.id = due.id AND event.occurred_at = due.occurred_at
           AND event.occurred_at >= %(since)s AND event.occurred_at < %(until)s
    )
    SELECT count(*)::int, CASE WHEN count(*) = %(most)s THEN max(occurred_at) END AS last FROM due
"""
DONE = """
    INSERT INTO tracking_upkeep AS upkeep (tenant_id, nobody_until) VALUES (%(tenant_id)s, %(until)s)
    ON CONFLICT (tenant_id) DO UPDATE SET nobody_until = excluded.nobody_until
"""
