"""The statements of one drained batch, over the temporary table `incoming`. In the order they run."""

from __future__ import annotations

from tracking.actions.record import ROLL_UP

TABLE = "incoming"
# Lives as long as the connection: a table per batch would bloat the catalogue.
CREATE = """
    CREATE TEMPORARY TABLE IF NOT EXISTS incoming (
        tenant_id bigint NOT NULL, id uuid NOT NULL, visitor text, lead_id bigint, name smallint, custom text,
        kind text, key text, subject_name text, url text, host text, path text, session uuid,
        occurred_at timestamptz NOT NULL, received_at timestamptz NOT NULL, duration int, verdict smallint NOT NULL,
        reasons text[] NOT NULL, rule_version smallint NOT NULL, source jsonb, agent text, language text,
        ip inet, props jsonb NOT NULL
    ) ON COMMIT DELETE ROWS
"""
EMPTY = "TRUNCATE incoming"
DROP_ORPHANS = """
    DELETE FROM incoming
     WHERE NOT EXISTS (SELECT FROM tenancy_workspace AS workspace WHERE workspace.id = incoming.tenant_id)
"""
# A deferred check would fail at the commit, where no line can be singled out any more.
CHECK_NOW = "SET CONSTRAINTS ALL IMMEDIATE"
ANALYZE = "ANALYZE incoming"  # without figures the planner pairs every line with every visitor
MONTHS = "SELECT DISTINCT date_trunc('month', occurred_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' FROM incoming"
SPAN = "SELECT min(occurred_at), max(occurred_at) FROM incoming"
SUBJECTS = """
    INSERT INTO tracking_subject (tenant_id, kind, key, name, url, host, path)
    SELECT DISTINCT ON (tenant_id, kind, key)
           tenant_id, kind, key, coalesce(subject_name, ''), coalesce(url, ''), coalesce(host, ''), coalesce(path, '')
      FROM incoming
     WHERE kind IS NOT NULL AND key IS NOT NULL
       AND NOT EXISTS (SELECT FROM tracking_subject AS known
                        WHERE known.tenant_id = incoming.tenant_id AND known.kind = incoming.kind
                          AND known.key = incoming.key
                          AND (known.name <> '' OR incoming.subject_name IS NULL))
     ORDER BY tenant_id, kind, key, subject_name NULLS LAST
    ON CONFLICT (tenant_id, kind, key) DO UPDATE SET name = excluded.name WHERE tracking_subject.name = ''
"""
# Visitors are locked in key order (also those that need no change: a binding made meanwhile waits for our events).
# A visit is new after half an hour of silence, or with another campaign; `last_seen_at` is true to 30 seconds.
VISITORS = """
    WITH seen AS (
        SELECT tenant_id, visitor AS key, min(occurred_at) AS first_seen_at, max(occurred_at) AS last_seen_at,
               (array_agg(source ORDER BY occurred_at) FILTER (WHERE source IS NOT NULL))[1] AS first_source,
               (array_agg(source ORDER BY occurred_at DESC) FILTER (WHERE source IS NOT NULL))[1] AS last_source,
               coalesce(max(agent), '') AS agent
          FROM incoming WHERE visitor IS NOT NULL
         GROUP BY tenant_id, visitor
    )
    INSERT INTO tracking_visitor AS visitor
           (tenant_id, key, first_seen_at, last_seen_at, visits, session, first_source, last_source, agent)
    SELECT tenant_id, key, first_seen_at, last_seen_at, 1, gen_random_uuid(), first_source, last_source, agent
      FROM seen ORDER BY tenant_id, key
    ON CONFLICT (tenant_id, key) DO UPDATE
       SET first_seen_at = least(visitor.first_seen_at, excluded.first_seen_at),
           last_seen_at = greatest(visitor.last_seen_at, excluded.last_seen_at),
           visits = visitor.visits + CASE WHEN excluded.last_seen_at > visitor.last_seen_at + interval '30 minutes'
               OR visitor.session IS NULL THEN 1 ELSE 0 END,
           session = CASE WHEN visitor.session IS NOT NULL
               AND excluded.last_seen_at <= visitor.last_seen_at + interval '30 minutes'
               AND coalesce(excluded.last_source ->> 'utm_campaign', visitor.last_source ->> 'utm_campaign', '')
                   = coalesce(visitor.last_source ->> 'utm_campaign', '')
               THEN visitor.session ELSE excluded.session END,
           first_source = coalesce(visitor.first_source, excluded.first_source),
           last_source = CASE WHEN excluded.last_source ->> 'channel' = 'direct' AND visitor.last_source IS NOT NULL
               THEN visitor.last_source ELSE coalesce(excluded.last_source, visitor.last_source) END,
           agent = coalesce(nullif(excluded.agent, ''), visitor.agent)
     WHERE visitor.session IS NULL OR excluded.first_seen_at < visitor.first_seen_at
        OR excluded.last_seen_at > visitor.last_seen_at + interval '30 seconds'
        OR (excluded.last_source ->> 'channel' <> 'direct'
            AND excluded.last_source IS DISTINCT FROM visitor.last_source)
        OR (excluded.last_source IS NOT NULL AND visitor.last_source IS NULL)
"""
# OFFSET 0 keeps one index look-up per line. As joins the planner, whose guesses row-level security spoils, pairs every
# line with every row, or reads the whole log, whose size must not matter.
WRITE = (
    """
    WITH fresh AS (
        INSERT INTO tracking_event (tenant_id, id, visitor_id, lead_id, name, subject_id, session, occurred_at,
                                    received_at, duration, verdict, reasons, rule_version, props)
        SELECT DISTINCT ON (incoming.tenant_id, incoming.id)
               incoming.tenant_id, incoming.id, visitor.id, coalesce(incoming.lead_id, visitor.lead_id),
               incoming.name, subject.id, coalesce(incoming.session, visitor.session), incoming.occurred_at,
               incoming.received_at, incoming.duration, incoming.verdict, incoming.reasons, incoming.rule_version,
               incoming.props
          FROM incoming
          LEFT JOIN LATERAL (SELECT known.id, known.lead_id, known.session FROM tracking_visitor AS known
                              WHERE known.tenant_id = incoming.tenant_id AND known.key = incoming.visitor
                             OFFSET 0) AS visitor ON true
          LEFT JOIN LATERAL (SELECT known.id FROM tracking_subject AS known
                              WHERE known.tenant_id = incoming.tenant_id AND known.kind = incoming.kind
                                AND known.key = incoming.key
                             OFFSET 0) AS subject ON true
         WHERE NOT EXISTS (SELECT FROM tracking_event AS earlier
                            WHERE earlier.tenant_id = incoming.tenant_id AND earlier.id = incoming.id
                              AND earlier.occurred_at BETWEEN %(since)s AND %(until)s
                            OFFSET 0)
         ORDER BY incoming.tenant_id, incoming.id, incoming.occurred_at
        ON CONFLICT DO NOTHING
        RETURNING tenant_id, lead_id, visitor_id, name, subject_id, occurred_at, duration, verdict
    ), counted AS ("""  # noqa: S608 - constants put together, values are parameters
    + ROLL_UP
    + """)
    SELECT count(*) FROM fresh
"""
)
# A view that was only counted is told again with an id once cookies are allowed, and names the first telling.
RETOLD = """
    SELECT DISTINCT tenant_id, (props ->> 'replaces')::uuid AS id FROM incoming
     WHERE name = 1 AND visitor IS NOT NULL AND props ->> 'replaces' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
     ORDER BY 1, 2
"""
# Only views of nobody can be taken back, and only once: the verdict is the mark.
TAKE_BACK = """
    WITH told AS MATERIALIZED (
        SELECT found.tenant_id, found.id, found.occurred_at
          FROM unnest(%(tenants)s::bigint[], %(ids)s::uuid[]) AS again(tenant_id, id)
         CROSS JOIN LATERAL (SELECT first.tenant_id, first.id, first.occurred_at FROM tracking_event AS first
                              WHERE first.tenant_id = again.tenant_id AND first.id = again.id AND first.name = 1
                                AND first.occurred_at BETWEEN %(since)s AND %(until)s AND first.verdict = 0
                                AND first.visitor_id IS NULL AND first.lead_id IS NULL
                             OFFSET 0) AS found
    ), gone AS (
        UPDATE tracking_event AS event SET verdict = 2, reasons = event.reasons || '{replaced}'
          FROM told
         WHERE event.tenant_id = told.tenant_id AND event.id = told.id AND event.occurred_at = told.occurred_at
        RETURNING event.tenant_id, event.subject_id, event.occurred_at
    ), less AS (
        SELECT gone.tenant_id, gone.subject_id, (gone.occurred_at AT TIME ZONE workspace.timezone)::date AS day,
               count(*) AS count
          FROM gone JOIN tenancy_workspace AS workspace ON workspace.id = gone.tenant_id
         GROUP BY 1, 2, 3
    )
    UPDATE tracking_daily AS daily SET count = daily.count - less.count
      FROM less
     WHERE daily.tenant_id = less.tenant_id AND daily.name = 1 AND daily.subject_id IS NOT DISTINCT FROM less.subject_id
       AND daily.lead_id IS NULL AND daily.visitor_id IS NULL AND daily.day = less.day
"""
