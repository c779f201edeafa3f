"""Who is on the workspace's sites right now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ma_platform.db import sql

PRESENT = timedelta(minutes=5)  # a reader says something at least every four minutes


@dataclass(frozen=True, slots=True)
class Presence:
    """A visit that is going on. `page_*`: where the browser was last; `company_*` a guess by network."""

    visitor: str
    lead_id: int | None
    visits: int
    started_at: datetime
    last_at: datetime
    page_at: datetime | None
    page_name: str
    page_url: str
    views: int
    visible_ms: int
    channel: str
    device: str
    prefecture: str
    country: str
    company_name: str
    company_confidence: int | None
    verdict: int


@dataclass(frozen=True, slots=True)
class Present:
    """How many visits are going on, by how many known people; machines are left out."""

    visits: int
    people: int


def present(*, now: datetime, limit: int = 50) -> list[Presence]:
    """Visits with a sign of life in the last five minutes, the newest sign first. Machines are left out."""
    return sql.typed(VISITS, Presence, since=now - PRESENT, now=now, limit=limit)


def count_present(*, now: datetime) -> Present:
    """All of them, also those beyond the list."""
    return sql.typed(COUNT, Present, since=now - PRESENT, now=now)[0]


# A client's clock may run ahead by minutes; what has not happened yet is not here now.
VISITS = """
    WITH going AS (
        SELECT * FROM tracking_session
         WHERE tenant_id = %(tenant_id)s AND last_at > %(since)s AND started_at <= %(now)s AND verdict <> 1
         ORDER BY last_at DESC LIMIT %(limit)s
    )
    SELECT visitor.key AS visitor, visitor.lead_id, visitor.visits, going.started_at, going.last_at,
           newest.occurred_at AS page_at, coalesce(page.name, '') AS page_name,
           coalesce(nullif(page.url, ''), page.key, '') AS page_url, going.views, going.visible_ms, going.channel,
           going.device, going.prefecture, going.country, going.company_name, going.company_confidence, going.verdict
      FROM going
      JOIN tracking_visitor AS visitor ON visitor.tenant_id = %(tenant_id)s AND visitor.id = going.visitor_id
      LEFT JOIN LATERAL (
            SELECT event.occurred_at, event.subject_id FROM tracking_event AS event
             WHERE event.tenant_id = %(tenant_id)s AND event.visitor_id = going.visitor_id AND event.name = 1
               AND event.occurred_at BETWEEN going.started_at AND going.last_at
             ORDER BY event.occurred_at DESC LIMIT 1) AS newest ON true
      LEFT JOIN tracking_subject AS page ON page.tenant_id = %(tenant_id)s AND page.id = newest.subject_id
     ORDER BY going.last_at DESC, going.id
"""
COUNT = """
    SELECT count(*)::int AS visits, count(DISTINCT visitor.lead_id)::int AS people
      FROM tracking_session AS going
      JOIN tracking_visitor AS visitor ON visitor.tenant_id = %(tenant_id)s AND visitor.id = going.visitor_id
     WHERE going.tenant_id = %(tenant_id)s AND going.last_at > %(since)s AND going.started_at <= %(now)s
       AND going.verdict <> 1
"""
