"""Addresses lose their last part after the workspace's number of days: of visits, and of mail and pixel hits.

Set-wise over all workspaces with the same days, and as often as one likes: what is short stays as it is. Each
workspace remembers how far it has come; a day ends at its own midnight, and without days to wait nothing waits.
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

LATE_VISITS = limits.OLDEST + timedelta(days=1)  # a browser may tell so late what happened
LATE_HITS = limits.SPOOL_AGE + timedelta(hours=1)  # we see hits ourselves, and may have kept them on disk
LONGEST = timedelta(days=31)  # of hits a statement looks at
Span = tuple[datetime, datetime]


def shorten_due(*, now: datetime) -> int:
    """Shorten what is due in every workspace; returns addresses shortened. Nearly free when nothing is."""
    with system_scope():
        due = sql.run(DUE).rows
    visits, hits = defaultdict(list), defaultdict(list)
    for tenant_id, days, zone, visits_until, hits_until in due:
        until = midnight(now, days, ZoneInfo(zone)) if days else now
        if visits_until is None or visits_until < until:
            visits[(visits_until or BEGINNING, until)].append(tenant_id)
        hour = until if days else now.replace(minute=0, second=0, microsecond=0)
        if hits_until is None or hits_until < hour:
            hits[(hits_until or BEGINNING, hour)].append(tenant_id)
    done = sum(_visits(span, tenants) for span, tenants in sorted(visits.items()))
    return done + sum(_hits(span, tenants) for span, tenants in sorted(hits.items()))


def _visits(span: Span, tenants: list[int]) -> int:
    since, until = span
    with system_scope():
        done = sql.run(VISITS, tenants=tenants, since=since - LATE_VISITS, until=until).rowcount
        sql.run(VISITS_DONE, tenants=tenants, until=until)
    return done


def _hits(span: Span, tenants: list[int]) -> int:
    """A month a transaction."""
    since, until = span
    begins = since - LATE_HITS
    if since == BEGINNING:
        with system_scope():
            begins = sql.run(FIRST, until=until).value() or until
    done = 0
    while True:
        ends = min(begins + LONGEST, until)
        with system_scope():
            done += sql.run(HITS, tenants=tenants, since=begins, until=ends, hit=HIT, path=[HIT, "ip"]).rowcount
            sql.run(HITS_DONE, tenants=tenants, until=max(ends, since))
        if ends >= until:
            return done
        begins = ends


DUE = """
    SELECT workspace.id, coalesce(chosen.ip_days, 90), workspace.timezone, upkeep.visits_until, upkeep.hits_until
      FROM tenancy_workspace AS workspace
      LEFT JOIN tracking_settings AS chosen ON chosen.tenant_id = workspace.id
      LEFT JOIN tracking_upkeep AS upkeep ON upkeep.tenant_id = workspace.id
     ORDER BY workspace.id
"""
SHORT = "host(network(set_masklen({0}, CASE family({0}) WHEN 4 THEN 24 ELSE 48 END)))"
# Not before somebody has looked whose network it is.
VISITS = f"""
    UPDATE tracking_session AS visit SET ip = {SHORT.format("visit.ip")}::inet
      FROM unnest(%(tenants)s::bigint[]) AS due(tenant_id)
     WHERE visit.tenant_id = due.tenant_id AND visit.last_at >= %(since)s AND visit.last_at < %(until)s
       AND visit.ip IS NOT NULL AND visit.enriched_at IS NOT NULL
       AND visit.ip <> {SHORT.format("visit.ip")}::inet
"""  # noqa: S608 - constants put together, values are parameters
FIRST = "SELECT min(occurred_at) FROM tracking_event WHERE occurred_at < %(until)s"
HITS = f"""
    WITH found AS MATERIALIZED (
        SELECT event.tenant_id, event.id, event.occurred_at, event.props #>> %(path)s::text[] AS ip
          FROM tracking_event AS event
         WHERE event.tenant_id = ANY (%(tenants)s::bigint[]) AND event.occurred_at >= %(since)s
           AND event.occurred_at < %(until)s AND event.props -> %(hit)s IS NOT NULL
    ), long AS MATERIALIZED (
        SELECT found.tenant_id, found.id, found.occurred_at,
               CASE WHEN pg_input_is_valid(found.ip, 'inet') THEN {SHORT.format("(found.ip)::inet")} ELSE '' END
                   AS short
          FROM found WHERE found.ip <> ''
    )
    UPDATE tracking_event AS event
       SET props = jsonb_set(event.props, %(path)s::text[], to_jsonb(long.short))
      FROM long
     WHERE event.tenant_id = long.tenant_id AND event.id = long.id AND event.occurred_at = long.occurred_at
       AND event.occurred_at >= %(since)s AND event.occurred_at < %(until)s
       AND event.props #>> %(path)s::text[] <> long.short
"""  # noqa: S608 - constants put together, values are parameters
_DONE = """
    INSERT INTO tracking_upkeep AS upkeep (tenant_id, {0})
    SELECT tenant_id, %(until)s FROM unnest(%(tenants)s::bigint[]) AS due(tenant_id)
    ON CONFLICT (tenant_id) DO UPDATE SET {0} = excluded.{0}
"""
VISITS_DONE, HITS_DONE = _DONE.format("visits_until"), _DONE.format("hits_until")
