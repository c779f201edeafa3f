"""The newest events for the tag debugger: of known browsers and of nobody, machines and all."""

from __future__ import annotations

from dataclasses import dataclass

from ma_platform.db import sql
from tracking.queries.timeline import Entry, newest


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event, whose browser it was, and its visit."""

    entry: Entry
    visitor: str | None


def arrivals(*, visitor: str = "", limit: int = 50) -> list[Arrival]:
    """Newest first. `visitor`: one browser's key. Looks at the browsers last seen and at views of nobody."""
    entries = newest(ONE_BROWSER if visitor else EVERYBODY, key=visitor, limit=limit)
    known = sorted({entry.visitor_id for entry in entries if entry.visitor_id})
    keys: dict[int, str] = dict(sql.run(KEYS, visitors=known).rows)
    return [Arrival(entry, keys.get(entry.visitor_id or 0)) for entry in entries]


KEYS = """
    SELECT id, key FROM tracking_visitor WHERE tenant_id = %(tenant_id)s AND id = ANY (%(visitors)s::bigint[])
"""
ONE_BROWSER = """
    WITH recent AS (
        SELECT event.* FROM tracking_visitor AS seen CROSS JOIN LATERAL (
            SELECT * FROM tracking_event AS event
             WHERE event.tenant_id = %(tenant_id)s AND event.visitor_id = seen.id
             ORDER BY event.occurred_at DESC LIMIT %(limit)s) AS event
         WHERE seen.tenant_id = %(tenant_id)s AND seen.key = %(key)s
    )
"""
# Views of nobody are found by the browser index too: NULL has its place there.
EVERYBODY = """
    WITH seen AS (
        SELECT id FROM tracking_visitor WHERE tenant_id = %(tenant_id)s ORDER BY last_seen_at DESC LIMIT %(limit)s
    ), recent AS (
        SELECT newest.* FROM seen CROSS JOIN LATERAL (
            SELECT * FROM tracking_event AS event
             WHERE event.tenant_id = %(tenant_id)s AND event.visitor_id = seen.id
             ORDER BY event.occurred_at DESC LIMIT %(limit)s) AS newest
        UNION ALL
        SELECT nobody.* FROM (
            SELECT * FROM tracking_event AS event
             WHERE event.tenant_id = %(tenant_id)s AND event.visitor_id IS NULL AND event.lead_id IS NULL
             ORDER BY event.occurred_at DESC LIMIT %(limit)s) AS nobody
    )
"""
