"""The statements of one drained batch, over the temporary table `incoming`. In the order they run.

Nothing here depends on what the planner believes of the batch or of the tables, which in a new installation is
nothing: OFFSET 0 keeps one index look-up per row (as joins the planner reads the whole log, whose size must not
matter), ORDER BY what the look-up ends with leaves but the one index that has this order (any that begins with the
tenant looks as good while nothing was analysed), and WRITE, planned once for a connection, may not pair line with line
(HASHED). "BETWEEN x AND x" is equality, which would leave nothing to order.
"""

from __future__ import annotations

from hashlib import sha256

from tracking.actions.record import ROLL_UP
from tracking.actions.visits import DOUBTED, NEAR, PLACED, SEEN, STAY, VISITS

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
# Sorts and hashes of a batch stay in memory, long texts are hashed rather than sorted, what has an index is looked up,
# and the plan is not compiled, which would take longer than running it. `horizon`: transactions that may not be seen.
READY = """
    SELECT to_regclass('pg_temp.incoming') IS NOT NULL AS stands,
           coalesce(pg_relation_size(to_regclass('pg_temp.incoming')), 0) > 0 AS filled,
           EXISTS (SELECT FROM pg_prepared_statements WHERE name = %(write)s) AS planned,
           (SELECT count(*) FROM tracking_streamoffset
             WHERE moved_at > %(now)s - interval '1 hour' AND shard NOT LIKE '%%:overflow:%%') > 1 AS several,
           pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon
      FROM (SELECT set_config('work_mem', '64MB', true), set_config('enable_mergejoin', 'off', true),
                   set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true),
                   set_config('plan_cache_mode', 'force_generic_plan', true) OFFSET 0) AS room
"""
LOOK = """
    WITH batch AS MATERIALIZED (
        SELECT min(occurred_at) AS oldest, max(occurred_at) AS newest, array_agg(DISTINCT tenant_id) AS tenants,
               array_agg(DISTINCT date_trunc('month', occurred_at, 'UTC')) AS months,
               bool_or(name IS NULL) AS own_names,
               coalesce(bool_or(name = 1 AND props ? 'replaces'), false) AS told_again,
               coalesce(bool_or(name = 1 AND visitor IS NULL AND lead_id IS NULL), false) AS counted
          FROM incoming
    )
    SELECT batch.*,
           batch.counted AND EXISTS (SELECT FROM tracking_retold AS again
                                      WHERE again.tenant_id = ANY (batch.tenants)) AS awaited,
           EXISTS (SELECT FROM unnest(batch.tenants) AS stated(id)
                    WHERE NOT EXISTS (SELECT FROM tenancy_workspace AS workspace
                                       WHERE workspace.id = stated.id AND workspace.closed_at IS NULL))
               AS orphans,
           EXISTS (SELECT FROM tracking_tombstone AS tomb WHERE tomb.tenant_id = ANY (batch.tenants)) AS buried,
           EXISTS (SELECT FROM tracking_domain AS domain
                    WHERE domain.tenant_id = ANY (batch.tenants) AND domain.kind = 'site') AS own_sites
      FROM batch
"""
DROP_ORPHANS = """
    DELETE FROM incoming
     WHERE NOT EXISTS (SELECT FROM tenancy_workspace AS workspace
                        WHERE workspace.id = incoming.tenant_id AND workspace.closed_at IS NULL)
"""
# A deferred check would fail at the commit, where no line can be singled out any more.
CHECK_NOW = "SET CONSTRAINTS ALL IMMEDIATE"
# The title a person's browser stated last is the page's; a program's only where there is none yet.
SUBJECTS = """
    WITH named AS MATERIALIZED (
        SELECT tenant_id, kind, key, max(subject_name) FILTER (WHERE verdict = 0) AS seen, max(subject_name) AS name,
               coalesce(max(url), '') AS url, coalesce(max(host), '') AS host, coalesce(max(path), '') AS path
          FROM incoming WHERE kind IS NOT NULL AND key IS NOT NULL
         GROUP BY tenant_id, kind, key
    )
    INSERT INTO tracking_subject (tenant_id, kind, key, name, url, host, path)
    SELECT tenant_id, kind, key, coalesce(seen, name, ''), url, host, path
      FROM named
     WHERE NOT EXISTS (SELECT FROM tracking_subject AS known
                        WHERE known.tenant_id = named.tenant_id AND known.kind = named.kind
                          AND known.key BETWEEN named.key AND named.key
                          AND (named.name IS NULL OR known.name = named.seen
                               OR (named.seen IS NULL AND known.name <> ''))
                        ORDER BY known.key OFFSET 0)
     ORDER BY tenant_id, kind, key
    ON CONFLICT (tenant_id, kind, key) DO UPDATE SET name = excluded.name WHERE excluded.name <> ''
"""
NEW_VISITORS = """
    WITH stated AS MATERIALIZED (
        SELECT tenant_id, visitor AS key, min(occurred_at) AS since, max(occurred_at) AS until,
               coalesce(max(agent), '') AS agent
          FROM incoming WHERE visitor IS NOT NULL
         GROUP BY tenant_id, visitor
    )
    INSERT INTO tracking_visitor (tenant_id, key, first_seen_at, last_seen_at, visits, agent)
    SELECT tenant_id, key, since, until, 0, agent
      FROM stated
     WHERE NOT EXISTS (SELECT FROM tracking_visitor AS known
                        WHERE known.tenant_id = stated.tenant_id AND known.key BETWEEN stated.key AND stated.key
                        ORDER BY known.key OFFSET 0)
     ORDER BY tenant_id, key
    ON CONFLICT (tenant_id, key) DO NOTHING
"""
# `new`: events not yet in the log. `browser`: their browsers, locked in key order, so that a binding made at the same
# time is either seen here or sees our events. `fresh`: what is written; `early`: before the browser changed hands, so
# perhaps somebody else's. Returns how many were new and the (tenant, browser) of early ones.
WRITE = (
    """
    WITH about AS MATERIALIZED (
        SELECT named.*, subject.id
          FROM (SELECT DISTINCT tenant_id, kind, key FROM incoming WHERE kind IS NOT NULL AND key IS NOT NULL) AS named
         CROSS JOIN LATERAL (SELECT known.id FROM tracking_subject AS known
                              WHERE known.tenant_id = named.tenant_id AND known.kind = named.kind
                                AND known.key BETWEEN named.key AND named.key
                              ORDER BY known.key OFFSET 0) AS subject
    ), new AS MATERIALIZED (
        SELECT DISTINCT ON (incoming.tenant_id, incoming.id)
               incoming.tenant_id, incoming.id, incoming.visitor, incoming.lead_id, incoming.name,
               about.id AS subject_id, incoming.session AS own_session, incoming.occurred_at, incoming.received_at,
               incoming.duration, incoming.verdict, incoming.reasons, incoming.rule_version, incoming.source,
               CASE WHEN incoming.source IS NOT NULL THEN coalesce(incoming.source ->> 'utm_campaign', '') END
                   AS campaign,
               incoming.agent, incoming.language, incoming.ip, incoming.props
          FROM incoming
          LEFT JOIN about ON about.tenant_id = incoming.tenant_id AND about.kind = incoming.kind
                         AND about.key = incoming.key
         WHERE NOT EXISTS (SELECT FROM tracking_event AS earlier
                            WHERE earlier.tenant_id = incoming.tenant_id AND earlier.id = incoming.id
                              AND earlier.occurred_at BETWEEN %(since)s AND %(until)s
                            ORDER BY earlier.occurred_at OFFSET 0)
         ORDER BY incoming.tenant_id, incoming.id, incoming.occurred_at
    ), people AS MATERIALIZED (
        SELECT tenant_id, visitor AS key, min(occurred_at) AS since, max(occurred_at) AS until,
               min(campaign) AS first_campaign, max(campaign) AS last_campaign, bool_or(own_session IS NOT NULL) AS own
          FROM new WHERE visitor IS NOT NULL
         GROUP BY tenant_id, visitor ORDER BY tenant_id, visitor
    ), browser AS MATERIALIZED (
        SELECT people.*, known.id, known.lead_id, known.turned_at
          FROM people
         CROSS JOIN LATERAL (SELECT visitor.id, visitor.lead_id, visitor.turned_at FROM tracking_visitor AS visitor
                              WHERE visitor.tenant_id = people.tenant_id
                                AND visitor.key BETWEEN people.key AND people.key
                              ORDER BY visitor.key OFFSET 0 FOR NO KEY UPDATE) AS known
    ), """  # noqa: S608 - constants put together, values are parameters
    + ", ".join((NEAR, DOUBTED, STAY, PLACED))
    + """, merged AS MATERIALIZED (
        SELECT told.tenant_id, told.lead_id, alias.into_id
          FROM (SELECT DISTINCT tenant_id, lead_id FROM new WHERE lead_id IS NOT NULL) AS told
         CROSS JOIN LATERAL (SELECT known.into_id FROM tracking_alias AS known
                              WHERE known.tenant_id = told.tenant_id
                                AND known.lead_id BETWEEN told.lead_id AND told.lead_id
                              ORDER BY known.lead_id OFFSET 0) AS alias
    ), fresh AS MATERIALIZED (
        SELECT new.tenant_id, new.id, stay.id AS visitor_id,
               coalesce(alias.into_id, new.lead_id, stay.lead_id) AS lead_id,
               new.lead_id IS NOT NULL AS stated, CASE WHEN alias.into_id IS NOT NULL THEN new.lead_id END AS named,
               new.occurred_at < stay.turned_at AS early, new.name,
               new.subject_id,
               coalesce(stay.stays, placed.session, md5(stay.id || ' ' || new.own_session)::uuid) AS session,
               new.occurred_at, new.received_at, new.duration, coalesce(doubted.verdict, new.verdict) AS verdict,
               CASE WHEN doubted.verdict IS NULL THEN new.reasons ELSE doubted.reasons || new.reasons END AS reasons,
               coalesce(doubted.rule_version, new.rule_version) AS rule_version, new.source,
               new.agent, new.language, new.ip, new.props
          FROM new
          LEFT JOIN stay ON stay.tenant_id = new.tenant_id AND stay.key = new.visitor
          LEFT JOIN merged AS alias ON alias.tenant_id = new.tenant_id AND alias.lead_id = new.lead_id
          LEFT JOIN placed ON placed.tenant_id = new.tenant_id AND placed.event = new.id
          LEFT JOIN doubted ON doubted.tenant_id = new.tenant_id AND new.verdict = 0 AND NOT new.props ? 'hit'
                AND doubted.visit = coalesce(stay.stays, placed.session,
                                             md5(stay.id || ' ' || new.own_session)::uuid)
    ), written AS (
        INSERT INTO tracking_event (tenant_id, id, visitor_id, lead_id, stated, named, name, subject_id, session,
                                    occurred_at, received_at, duration, verdict, reasons, rule_version, props)
        SELECT tenant_id, id, visitor_id, lead_id, stated, named, name, subject_id, session, occurred_at, received_at,
               duration, verdict, reasons, rule_version, props
          FROM fresh
    ), """
    + VISITS
    + ", "
    + SEEN
    + """, zone AS MATERIALIZED (
        SELECT workspace.id, workspace.timezone FROM tenancy_workspace AS workspace
         WHERE workspace.id = ANY (%(tenants)s::bigint[])
    ), counted AS ("""
    + ROLL_UP
    + """)
    SELECT count(*), jsonb_agg(DISTINCT jsonb_build_array(tenant_id, visitor_id)) FILTER (WHERE early AND NOT stated)
      FROM fresh
"""
)
# Planned for a connection once: planning takes longer than writing a few hundred lines.
NAME = f"tracking_write_{sha256(WRITE.encode()).hexdigest()[:12]}"
PLAN = f"PREPARE {NAME} (timestamptz, timestamptz, bigint[]) AS " + WRITE % {
    "since": "$1",
    "until": "$2",
    "tenants": "$3",
}
EXECUTE = f"EXECUTE {NAME} (%(since)s, %(until)s, %(tenants)s)"
HASHED = "SET LOCAL enable_nestloop = off"
FREELY = "SET LOCAL enable_nestloop = on"
