"""The browsers of a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from ma_platform.db import sql


@dataclass(frozen=True, slots=True)
class VisitorRow:
    """A browser: `source` is where it first came from; `marked_at`: when a member marked it as shared."""

    id: int
    key: str
    lead_id: int | None
    first_seen_at: datetime
    last_seen_at: datetime
    visits: int
    shared: bool
    marked_at: datetime | None
    source: Mapping[str, str]


def visitors(lead_id: int) -> list[VisitorRow]:
    """The browsers bound to a person, last seen first."""
    rows = sql.run(VISITORS, lead_id=lead_id).rows
    return [VisitorRow(*(*row[:-1], orjson.loads(row[-1] or "{}"))) for row in rows]


def find_visitor(key: str) -> VisitorRow | None:
    """A browser by its key."""
    rows = sql.run(VISITOR, key=key).rows
    return VisitorRow(*(*rows[0][:-1], orjson.loads(rows[0][-1] or "{}"))) if rows else None


def browser_ids(keys: Sequence[str]) -> set[int]:
    """The numbers of browsers by their keys; keys nobody has seen are missing. No query without keys."""
    return set(sql.run(IDS, keys=list(keys)).values()) if keys else set()


IDS = "SELECT id FROM tracking_visitor WHERE tenant_id = %(tenant_id)s AND key = ANY (%(keys)s::text[])"
VISITOR = """
    SELECT id, key, lead_id, first_seen_at, last_seen_at, visits, shared, shared_at, first_source
      FROM tracking_visitor WHERE tenant_id = %(tenant_id)s AND key = %(key)s
"""
VISITORS = """
    SELECT id, key, lead_id, first_seen_at, last_seen_at, visits, shared, shared_at, first_source
      FROM tracking_visitor
     WHERE tenant_id = %(tenant_id)s AND lead_id = %(lead_id)s ORDER BY last_seen_at DESC
"""


def hung_on(lead_id: int) -> tuple[int, int]:
    """(events, browsers) that count as this person's."""
    found: tuple[int, int] = sql.run(HUNG_ON, lead_id=lead_id).one()
    return found


HUNG_ON = """
    SELECT (SELECT count(*) FROM tracking_event WHERE tenant_id = %(tenant_id)s AND lead_id = %(lead_id)s),
           (SELECT count(*) FROM tracking_visitor WHERE tenant_id = %(tenant_id)s AND lead_id = %(lead_id)s)
"""
