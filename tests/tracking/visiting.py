"""Visits as the ingest process leaves them, before anything is known of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import orjson

from ma_platform.db import sql
from tests.tracking.collecting import NOW

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
)
INSERT = """
    WITH seen AS (
        INSERT INTO tracking_visitor AS visitor (tenant_id, key, lead_id, first_seen_at, last_seen_at)
        VALUES (%(tenant_id)s, %(visitor)s, %(lead)s, %(at)s, %(at)s)
        ON CONFLICT (tenant_id, key) DO UPDATE SET lead_id = coalesce(excluded.lead_id, visitor.lead_id)
        RETURNING id
    ), landed AS (
        INSERT INTO tracking_subject AS subject (tenant_id, kind, key, name, url, host, path)
        VALUES (%(tenant_id)s, 'page', %(url)s, %(title)s, %(url)s, 'acme.jp', '/')
        ON CONFLICT (tenant_id, kind, key) DO UPDATE SET name = excluded.name RETURNING id
    ), happened AS (
        INSERT INTO tracking_event (tenant_id, id, visitor_id, lead_id, name, subject_id, session, occurred_at,
                                    received_at, props)
        SELECT %(tenant_id)s, gen_random_uuid(), seen.id, %(lead)s, 1, landed.id, %(id)s, %(at)s, %(at)s,
               jsonb_build_object('url', %(url)s::text)
          FROM seen, landed
    ), counted AS (
        INSERT INTO tracking_daily (tenant_id, lead_id, visitor_id, name, subject_id, day, count, visible_ms, first_at,
                                    last_at)
        SELECT %(tenant_id)s, %(lead)s, seen.id, 1, landed.id, (%(at)s AT TIME ZONE 'Asia/Tokyo')::date, 1, 0, %(at)s,
               %(at)s
          FROM seen, landed ON CONFLICT DO NOTHING
    )
    INSERT INTO tracking_session (tenant_id, id, visitor_id, started_at, last_at, views, events, visible_ms, landing_id,
                                  source, channel, agent, language, ip, verdict, device)
    SELECT %(tenant_id)s, %(id)s, seen.id, %(at)s, %(at)s, 3, 5, 83000, landed.id, %(source)s, %(channel)s, %(agent)s,
           'ja', %(ip)s, %(verdict)s, %(device)s
      FROM seen, landed
    RETURNING visitor_id
"""


def visit(
    visitor: str = "v1",
    *,
    minutes: int = 0,
    lead: int | None = None,
    source: dict[str, str] | None = None,
    ip: str | None = None,
    agent: str = CHROME,
    url: str = "https://acme.jp/",
    title: str = "アクメ",
    verdict: int = 0,
    device: str = "",
) -> UUID:
    """A visit of the tenant in scope, `minutes` from now, with one page view in it; not yet enriched."""
    number = uuid4()
    sql.run(
        INSERT,
        id=str(number),
        visitor=visitor,
        lead=lead,
        at=moment(minutes),
        source=None if source is None else orjson.dumps(source).decode(),
        channel=(source or {}).get("channel", "direct"),
        agent=agent,
        ip=ip,
        url=url,
        title=title,
        verdict=verdict,
        device=device,
    )
    return number


def moment(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def visitor_number(key: str = "v1") -> int:
    found: int = sql.run(
        "SELECT id FROM tracking_visitor WHERE tenant_id = %(tenant_id)s AND key = %(key)s", key=key
    ).value()
    return found
