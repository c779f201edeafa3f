"""Everything that is kept about one browser, for whoever asks what is kept about them."""

from __future__ import annotations

from typing import Any

import orjson

from ma_platform.db import sql
from tracking.catalogue import BY_NUMBER
from tracking.facts import PROOF, TOKEN


def kept_about(key: str) -> dict[str, Any] | None:  # Any: JSON
    """Browser, bindings, visits and every event with its properties; None when there is no such browser."""
    browsers = sql.run(BROWSER, key=key).rows
    if not browsers:
        return None
    visitor_id, browser = browsers[0]
    found: dict[str, Any] = {"visitor": orjson.loads(browser)}
    for part, statement in (("bindings", BINDINGS), ("visits", VISITS), ("events", EVENTS)):
        rows = sql.run(statement, visitor_id=visitor_id, proofs=[PROOF, TOKEN])
        found[part] = [orjson.loads(text) for text in rows.values()]
    for event in found["events"]:
        number = event["name"]
        event["name"] = BY_NUMBER[number].wire if number in BY_NUMBER else number
    return found


BROWSER = """
    SELECT id, jsonb_build_object('id', id, 'key', key, 'first_seen_at', first_seen_at, 'last_seen_at', last_seen_at,
                                  'visits', visits, 'agent', agent, 'shared', shared, 'first_source', first_source,
                                  'last_source', last_source)::text
      FROM tracking_visitor WHERE tenant_id = %(tenant_id)s AND key = %(key)s
"""
BINDINGS = """
    SELECT jsonb_build_object('source', source, 'since', since, 'undone_at', undone_at, 'followed', took)::text
      FROM tracking_binding WHERE tenant_id = %(tenant_id)s AND visitor_id = %(visitor_id)s ORDER BY since, id
"""
VISITS = """
    SELECT (to_jsonb(visit) - 'tenant_id' - 'visitor_id' - 'landing_id' - 'exit_id')::text
      FROM tracking_session AS visit
     WHERE visit.tenant_id = %(tenant_id)s AND visit.visitor_id = %(visitor_id)s
     ORDER BY visit.started_at, visit.id
"""
EVENTS = """
    SELECT jsonb_build_object(
               'id', event.id, 'name', coalesce(to_jsonb(own.name), to_jsonb(event.name)),
               'occurred_at', event.occurred_at, 'received_at', event.received_at,
               'visible_ms', event.duration, 'verdict', event.verdict,
               'reasons', to_jsonb(event.reasons), 'visit', event.session,
               'subject', CASE WHEN subject.id IS NOT NULL THEN jsonb_build_object(
                              'kind', subject.kind, 'key', subject.key, 'name', subject.name,
                              'url', coalesce(nullif(subject.url, ''), subject.key)) END,
               'properties', event.props - %(proofs)s::text[])::text
      FROM tracking_event AS event
      LEFT JOIN tracking_subject AS subject
             ON subject.tenant_id = event.tenant_id AND subject.id = event.subject_id
      LEFT JOIN tracking_customname AS own ON own.tenant_id = event.tenant_id AND own.number = event.name
     WHERE event.tenant_id = %(tenant_id)s AND event.visitor_id = %(visitor_id)s
     ORDER BY event.occurred_at, event.id
"""
