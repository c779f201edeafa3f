"""A view that was only counted is told again with an id once cookies are allowed: it counts once.

The two take different ways (another shard, another lane, the spool), so either may be written first. Views that were
told again before they came wait in `tracking_retold`; a batch with views that are only counted looks there.
"""

from __future__ import annotations

from datetime import datetime

from ma_platform.db import sql
from ma_platform.tenancy.scope import system_scope
from tracking.actions.record import DUPLICATE_WINDOW


def take_back_counted(*, since: datetime, until: datetime, now: datetime) -> None:
    """Take back the counted views that staged views replace, and remember those that are still to come."""
    if retold := sql.run(RETOLD).rows:
        tenants, ids = zip(*retold, strict=True)
        named, texts = list(tenants), [str(one) for one in ids]
        sql.run(TAKE_BACK, tenants=named, ids=texts, since=since, until=until)
        sql.run(AWAIT, tenants=named, ids=texts, since=since, until=until, now=now)


def leave_out_retold() -> None:
    """Staged views that are only counted, and were told again before: they do not count any more."""
    sql.run(LEAVE_OUT)


def drop_old_retold(*, now: datetime) -> int:
    """What would be a duplicate by now is not waited for."""
    with system_scope():
        return sql.run("DELETE FROM tracking_retold WHERE at < %(before)s", before=now - DUPLICATE_WINDOW).rowcount


# The second telling names the first.
RETOLD = """
    SELECT DISTINCT tenant_id, (props ->> 'replaces')::uuid AS id FROM incoming
     WHERE name = 1 AND visitor IS NOT NULL AND props ->> 'replaces' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
     ORDER BY 1, 2
"""
# Only views of nobody can be taken back, and only once; what was no person's in our eyes was not counted.
TAKE_BACK = """
    WITH told AS MATERIALIZED (
        SELECT found.tenant_id, found.id, found.occurred_at
          FROM unnest(%(tenants)s::bigint[], %(ids)s::uuid[]) AS again(tenant_id, id)
         CROSS JOIN LATERAL (SELECT first.tenant_id, first.id, first.occurred_at FROM tracking_event AS first
                              WHERE first.tenant_id = again.tenant_id AND first.id = again.id AND first.name = 1
                                AND first.occurred_at BETWEEN %(since)s AND %(until)s
                                AND NOT 'replaced' = ANY (first.reasons)
                                AND first.visitor_id IS NULL AND first.lead_id IS NULL
                             OFFSET 0) AS found
    ), gone AS (
        UPDATE tracking_event AS event SET verdict = CASE event.verdict WHEN 1 THEN 1 ELSE 2 END,
               reasons = event.reasons || '{replaced}'
          FROM told
         WHERE event.tenant_id = told.tenant_id AND event.id = told.id AND event.occurred_at = told.occurred_at
        RETURNING event.tenant_id, event.subject_id, event.occurred_at, old.verdict
    ), less AS (
        SELECT gone.tenant_id, gone.subject_id, (gone.occurred_at AT TIME ZONE workspace.timezone)::date AS day,
               count(*) AS count
          FROM gone JOIN tenancy_workspace AS workspace ON workspace.id = gone.tenant_id
         WHERE gone.verdict = 0
         GROUP BY 1, 2, 3
    )
    UPDATE tracking_daily AS daily SET count = daily.count - less.count
      FROM less
     WHERE daily.tenant_id = less.tenant_id AND daily.name = 1 AND daily.subject_id IS NOT DISTINCT FROM less.subject_id
       AND daily.lead_id IS NULL AND daily.visitor_id IS NULL AND daily.day = less.day
"""
AWAIT = """
    INSERT INTO tracking_retold (tenant_id, event_id, at)
    SELECT again.tenant_id, again.id, %(now)s
      FROM unnest(%(tenants)s::bigint[], %(ids)s::uuid[]) AS again(tenant_id, id)
     WHERE NOT EXISTS (SELECT FROM tracking_event AS first
                        WHERE first.tenant_id = again.tenant_id AND first.id = again.id
                          AND first.occurred_at BETWEEN %(since)s AND %(until)s
                        ORDER BY first.occurred_at OFFSET 0)
     ORDER BY again.tenant_id, again.id
    ON CONFLICT (tenant_id, event_id) DO NOTHING
"""
LEAVE_OUT = """
    UPDATE incoming SET verdict = CASE incoming.verdict WHEN 1 THEN 1 ELSE 2 END,
           reasons = incoming.reasons || '{replaced}'
      FROM tracking_retold AS again
     WHERE again.tenant_id = incoming.tenant_id AND again.event_id = incoming.id AND incoming.name = 1
       AND incoming.visitor IS NULL AND incoming.lead_id IS NULL AND NOT 'replaced' = ANY (incoming.reasons)
"""
