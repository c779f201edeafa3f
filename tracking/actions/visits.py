"""Which visit a new event belongs to, and what visits and browsers learn from it. Parts of the drain's one statement.

A visit ends after 30 minutes without a sign, or when another campaign begins. Told in order of time, the visits are
exactly these, however the events are cut into batches. An event that comes late joins the visit that covers its time,
or ends or begins within 30 minutes of it; else it is a visit of its own. Visits once written are never merged or torn
apart. A sender's own session id is taken at its word, for one browser.
"""

from __future__ import annotations

IDLE = "interval '30 minutes'"

# Visits within reach of a browser's new events. `campaign` is null where nothing tells where the browser came from, ''
# where it came without a campaign.
NEAR = f"""
    near AS MATERIALIZED (
        SELECT browser.tenant_id, browser.id AS visitor_id, visit.id AS visit, visit.started_at, visit.last_at,
               visit.verdict, visit.reasons, visit.rule_version,
               CASE WHEN visit.source IS NOT NULL THEN coalesce(visit.source ->> 'utm_campaign', '') END AS campaign
          FROM browser
         CROSS JOIN LATERAL (
                SELECT known.id, known.started_at, known.last_at, known.source, known.verdict, known.reasons,
                       known.rule_version
                  FROM tracking_session AS known
                 WHERE known.tenant_id = browser.tenant_id AND known.visitor_id = browser.id
                   AND known.started_at <= browser.until + {IDLE}
                   AND known.started_at >= coalesce((
                       SELECT max(before.started_at) FROM tracking_session AS before
                        WHERE before.tenant_id = browser.tenant_id AND before.visitor_id = browser.id
                          AND before.started_at <= browser.since), '-infinity')
                 ORDER BY known.started_at OFFSET 0) AS visit
         WHERE visit.last_at >= browser.since - {IDLE}
    )"""  # noqa: S608 - constants put together
# Nearly every browser stays: all its new events lie within half an hour of each other and of its one visit, and no
# other campaign is told. `stays` is the visit of all of them, null where they must be looked at one by one.
STAY = f"""
    stay AS MATERIALIZED (
        SELECT browser.*,
               CASE WHEN browser.own OR browser.until - browser.since > {IDLE}
                      OR browser.first_campaign <> browser.last_campaign THEN NULL
                    WHEN around.visits IS NULL THEN md5(browser.id || ' ' || browser.since)::uuid
                    WHEN around.visits = 1 AND browser.since BETWEEN around.begun - {IDLE} AND around.ended + {IDLE}
                     AND (browser.first_campaign IS NULL OR browser.first_campaign = ''
                          OR around.campaign IS NULL OR around.campaign = browser.first_campaign)
                     AND (browser.since >= around.begun OR around.campaign IS NULL OR around.campaign = ''
                          OR browser.first_campaign IS NULL OR around.campaign = browser.first_campaign)
                    THEN around.visit END AS stays
          FROM browser
          LEFT JOIN (SELECT visitor_id, count(*) AS visits, (array_agg(visit))[1] AS visit, min(started_at) AS begun,
                            max(last_at) AS ended, max(campaign) AS campaign
                       FROM near GROUP BY visitor_id) AS around ON around.visitor_id = browser.id
    )"""  # noqa: S608 - constants put together
# Visits whose behaviour was found to be no person's: what is new in them is not a person's either until the sweep has
# looked again. What a single request said of itself says nothing of the next one.
DOUBTED = """
    doubted AS MATERIALIZED (
        SELECT tenant_id, visit, verdict, reasons, rule_version FROM near
         WHERE verdict <> 0 AND NOT reasons && '{replaced,no_user_agent,prefetch}'
    )"""
# The visits and new events of all others, in one row of time.
_ITEMS = """
    SELECT near.tenant_id, near.visitor_id, near.visit, NULL::uuid AS event, near.started_at AS at,
           near.last_at AS until, near.campaign
      FROM near
     WHERE near.visitor_id IN (SELECT id FROM apart)
    UNION ALL
    SELECT new.tenant_id, apart.id, NULL, new.id, new.occurred_at, new.occurred_at, new.campaign
      FROM new JOIN apart ON apart.tenant_id = new.tenant_id AND apart.key = new.visitor
     WHERE new.own_session IS NULL
"""
# `stretch`: cut where a visit is known or half an hour was silent. `turn`: another campaign than the one of before.
# Numbers in front of a campaign make the greatest text the last one told.
PLACED = f"""
    apart AS MATERIALIZED (
        SELECT tenant_id, key, id FROM stay WHERE stays IS NULL
    ), item AS (
        SELECT known.*, row_number() OVER line AS n, lead(visit) OVER line AS next_visit, lead(at) OVER line AS next_at,
               lead(campaign) OVER line AS next_campaign,
               max(until) OVER (line ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
          FROM ({_ITEMS}) AS known
        WINDOW line AS (PARTITION BY visitor_id ORDER BY at, visit IS NULL, event)
    ), stretched AS (
        SELECT item.*, CASE WHEN reached IS NULL OR at >= reached THEN campaign END AS says,
               count(*) FILTER (WHERE visit IS NOT NULL OR reached IS NULL OR at > reached + {IDLE})
                   OVER (PARTITION BY visitor_id ORDER BY n) AS stretch
          FROM item
    ), remembering AS (
        SELECT stretched.*,
               max(CASE WHEN says IS NOT NULL THEN stretch END) OVER earlier AS spoken,
               max(CASE WHEN says <> '' THEN lpad(stretch::text, 7, '0') || lpad(n::text, 7, '0') || says END)
                   OVER earlier AS named
          FROM stretched
        WINDOW earlier AS (PARTITION BY visitor_id ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    ), turning AS (
        SELECT remembering.*,
               CASE WHEN left(named, 7)::int = stretch THEN substr(named, 15) WHEN spoken = stretch THEN '' END AS was
          FROM remembering
    ), legs AS (
        SELECT turning.*, count(*) FILTER (WHERE says <> '' AND says <> was) OVER (PARTITION BY visitor_id ORDER BY n)
                   AS leg,
               CASE WHEN visit IS NULL AND next_at <= at + {IDLE}
                     AND (next_campaign <> '' AND next_campaign
                          <> CASE WHEN says <> '' THEN says ELSE coalesce(was, says) END) IS NOT TRUE
                    THEN next_visit END AS joins
          FROM turning
    ), placed AS MATERIALIZED (
        SELECT tenant_id, event,
               coalesce(first_value(visit) OVER whole, last_value(joins) OVER whole,
                        md5(first_value(event) OVER whole || ' ' || first_value(at) OVER whole)::uuid) AS session
          FROM legs
        WINDOW whole AS (PARTITION BY visitor_id, stretch, leg ORDER BY n
                         ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
    )"""  # noqa: S608 - constants put together
# Landing and exit are the first and last page; late pages change them only at the visit's ends. A visit's verdict
# is at first what was thought of its hits.
VISITS = """
    told AS MATERIALIZED (
        SELECT tenant_id, session AS id, visitor_id, min(occurred_at) AS started_at, max(occurred_at) AS last_at,
               count(*) FILTER (WHERE name = 1) AS views, count(*) AS events, coalesce(sum(duration), 0) AS visible_ms,
               array_agg(subject_id ORDER BY occurred_at) FILTER (WHERE name = 1 AND subject_id IS NOT NULL) AS pages,
               array_agg(source ORDER BY occurred_at) FILTER (WHERE source IS NOT NULL) AS sources,
               array_agg(source ORDER BY occurred_at) FILTER (WHERE source ->> 'channel' <> 'direct') AS touches,
               max(agent) AS agent, max(language) AS language, max(ip) AS ip,
               min(verdict) AS verdict, max(reasons) AS reasons, max(rule_version) AS rule_version
          FROM fresh WHERE session IS NOT NULL
         GROUP BY tenant_id, session, visitor_id
    ), visited AS (
        INSERT INTO tracking_session AS visit
               (tenant_id, id, visitor_id, started_at, last_at, views, events, visible_ms, landing_id, exit_id, source,
                channel, agent, language, ip, verdict, reasons, rule_version)
        SELECT tenant_id, id, visitor_id, started_at, last_at, views, events, visible_ms, pages[1],
               pages[cardinality(pages)], sources[1], coalesce(sources[1] ->> 'channel', 'direct'),
               coalesce(agent, ''), coalesce(language, ''), ip, verdict,
               CASE WHEN verdict = 0 THEN '{}' ELSE reasons END, rule_version
          FROM told ORDER BY tenant_id, visitor_id
        ON CONFLICT (tenant_id, id) DO UPDATE
           SET started_at = least(visit.started_at, excluded.started_at),
               last_at = greatest(visit.last_at, excluded.last_at),
               views = visit.views + excluded.views, events = visit.events + excluded.events,
               visible_ms = visit.visible_ms + excluded.visible_ms,
               landing_id = CASE WHEN excluded.started_at < visit.started_at
                   THEN coalesce(excluded.landing_id, visit.landing_id)
                   ELSE coalesce(visit.landing_id, excluded.landing_id) END,
               exit_id = CASE WHEN excluded.last_at >= visit.last_at
                   THEN coalesce(excluded.exit_id, visit.exit_id) ELSE coalesce(visit.exit_id, excluded.exit_id) END,
               source = CASE WHEN excluded.started_at < visit.started_at
                   THEN coalesce(excluded.source, visit.source) ELSE coalesce(visit.source, excluded.source) END,
               channel = CASE WHEN excluded.source IS NULL
                                OR (visit.source IS NOT NULL AND excluded.started_at >= visit.started_at)
                   THEN visit.channel ELSE excluded.channel END,
               agent = coalesce(nullif(visit.agent, ''), excluded.agent),
               language = coalesce(nullif(visit.language, ''), excluded.language),
               ip = coalesce(visit.ip, excluded.ip), judged_at = NULL,
               enriched_at = CASE WHEN (visit.agent = '' AND excluded.agent <> '')
                                   OR (visit.ip IS NULL AND excluded.ip IS NOT NULL)
                   THEN NULL ELSE visit.enriched_at END
        RETURNING visit.tenant_id, visit.id, visit.visitor_id, visit.started_at, visit.last_at, xmax = 0 AS made
    )"""
# `last_seen_at` is true to 30 seconds: a browser that reads on need not be written at each step. Coming directly
# says nothing new about where somebody came from. The ids as an array have the rows looked up, not the table read.
SEEN = """
    seen AS (
        SELECT visited.tenant_id, visited.visitor_id, min(visited.started_at) AS since, max(visited.last_at) AS until,
               count(*) FILTER (WHERE visited.made) AS visits,
               (array_agg(visited.id ORDER BY visited.last_at DESC))[1] AS session,
               (array_agg(told.sources[1] ORDER BY visited.started_at) FILTER (WHERE told.sources IS NOT NULL))[1]
                   AS first_source,
               (array_agg(coalesce(told.touches[cardinality(told.touches)], told.sources[cardinality(told.sources)])
                          ORDER BY visited.last_at DESC) FILTER (WHERE told.sources IS NOT NULL))[1] AS last_source,
               max(told.agent) AS agent
          FROM visited
          JOIN told ON told.tenant_id = visited.tenant_id AND told.id = visited.id
         GROUP BY visited.tenant_id, visited.visitor_id
    ), remembered AS (
        UPDATE tracking_visitor AS visitor
           SET first_seen_at = least(visitor.first_seen_at, seen.since),
               last_seen_at = greatest(visitor.last_seen_at, seen.until),
               visits = visitor.visits + seen.visits,
               session = CASE WHEN visitor.session IS NULL OR seen.until >= visitor.last_seen_at
                   THEN seen.session ELSE visitor.session END,
               first_source = coalesce(visitor.first_source, seen.first_source),
               last_source = CASE WHEN seen.last_source ->> 'channel' = 'direct' AND visitor.last_source IS NOT NULL
                   THEN visitor.last_source ELSE coalesce(seen.last_source, visitor.last_source) END,
               agent = coalesce(nullif(seen.agent, ''), visitor.agent)
          FROM seen
         WHERE visitor.tenant_id = seen.tenant_id AND visitor.id = seen.visitor_id
           AND visitor.id = ANY (ARRAY(SELECT seen.visitor_id FROM seen))
           AND (seen.visits > 0 OR visitor.session IS NULL OR seen.since < visitor.first_seen_at
                OR seen.until > visitor.last_seen_at + interval '30 seconds'
                OR (seen.session <> visitor.session AND seen.until >= visitor.last_seen_at)
                OR (seen.last_source IS NOT NULL AND visitor.last_source IS NULL)
                OR (seen.last_source ->> 'channel' <> 'direct'
                    AND seen.last_source IS DISTINCT FROM visitor.last_source))
    )"""
