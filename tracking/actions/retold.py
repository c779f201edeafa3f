"""A view that was only counted is told again with an id once cookies are allowed: it counts once."""

from __future__ import annotations

from datetime import datetime

from ma_platform.db import sql


def take_back_counted(*, since: datetime, until: datetime) -> None:
    """Take back the counted views that staged views replace."""
    if retold := sql.run(RETOLD).rows:
        tenants, firsts = zip(*retold, strict=True)
        sql.run(TAKE_BACK, tenants=list(tenants), ids=[str(one) for one in firsts], since=since, until=until)


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
