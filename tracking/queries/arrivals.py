"""What arrived last, for the tag debugger: of known browsers and of nobody, machines and all.

What comes in at once is found by the browsers last seen; what had waited (in an app without a network, on a server) has
an index of its own, by when it arrived.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ma_platform.db import sql
from tracking.queries.timeline import Entry, arrived

LATE_WITHIN = timedelta(hours=1)  # late ones are shown so long; a bound for whoever sees few of many


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event, whose browser it was, and its visit."""

    entry: Entry
    visitor: str | None


def arrivals(*, now: datetime, visitor: str = "", limit: int = 50) -> list[Arrival]:
    """The last to arrive first, of browsers and views of nobody. `visitor`: one browser's key."""
    entries = arrived(ONE_BROWSER if visitor else EVERYBODY, key=visitor, limit=limit, since=now - LATE_WITHIN)
    known = sorted({entry.visitor_id for entry in entries if entry.visitor_id})
    keys: dict[int, str] = dict(sql.run(KEYS, visitors=known).rows)
    return [Arrival(entry, keys.get(entry.visitor_id or 0)) for entry in entries]


KEYS = """
    SELECT id, key FROM tracking_visitor WHERE tenant_id = %(tenant_id)s AND id = ANY (%(visitors)s::bigint[])
"""
# As the index `tracking_event_late` says it.
_LATE = """
            SELECT event.* FROM tracking_event AS event
             WHERE event.tenant_id = %(tenant_id)s AND event.received_at >= %(since)s
               AND event.received_at - event.occurred_at > interval '10 seconds'
               AND (event.visitor_id IS NOT NULL OR event.lead_id IS NULL)
"""
_LAST = " ORDER BY event.received_at DESC LIMIT %(limit)s"
ONE_BROWSER = (
    """
    WITH seen AS (
        SELECT id FROM tracking_visitor WHERE tenant_id = %(tenant_id)s AND key = %(key)s
    ), found AS (
        SELECT newest.* FROM seen CROSS JOIN LATERAL (
            SELECT * FROM tracking_event AS event
             WHERE event.tenant_id = %(tenant_id)s AND event.visitor_id = seen.id
             ORDER BY event.occurred_at DESC LIMIT %(limit)s) AS newest
        UNION ALL
        SELECT late.* FROM ("""  # noqa: S608 - constants put together, values are parameters
    + _LATE
    + " AND event.visitor_id = (SELECT id FROM seen)"
    + _LAST
    + """) AS late
    ), recent AS (
        SELECT DISTINCT ON (id, occurred_at) * FROM found
    )
"""
)
# Views of nobody are found by the browser index too: NULL has its place there.
EVERYBODY = (
    """
    WITH seen AS (
        SELECT id FROM tracking_visitor WHERE tenant_id = %(tenant_id)s ORDER BY last_seen_at DESC LIMIT %(limit)s
    ), found AS (
        SELECT newest.* FROM seen CROSS JOIN LATERAL (
            SELECT * FROM tracking_event AS event
             WHERE event.tenant_id = %(tenant_id)s AND event.visitor_id = seen.id
             ORDER BY event.occurred_at DESC LIMIT %(limit)s) AS newest
        UNION ALL
        SELECT nobody.* FROM (
            SELECT * FROM tracking_event AS event
             WHERE event.tenant_id = %(tenant_id)s AND event.visitor_id IS NULL AND event.lead_id IS NULL
             ORDER BY event.occurred_at DESC LIMIT %(limit)s) AS nobody
        UNION ALL
        SELECT late.* FROM ("""  # noqa: S608 - constants put together, values are parameters
    + _LATE
    + _LAST
    + """) AS late
    ), recent AS (
        SELECT DISTINCT ON (id, occurred_at) * FROM found
    )
"""
)
