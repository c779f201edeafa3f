"""Browsers as rows: found or made by key, locked in key order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ma_platform.db import sql


def visitor_ids(seen: Mapping[str, datetime]) -> dict[str, int]:
    """The number of each visitor key, made where missing and seen at that moment."""
    if not seen:
        return {}
    keys = sorted(seen)
    rows = sql.run(FIND_VISITORS, key=keys, seen_at=[seen[key] for key in keys]).rows
    return dict(rows)


# Locks each row, so that a binding made at the same time is either seen here or sees our events.
FIND_VISITORS = """
    INSERT INTO tracking_visitor AS visitor (tenant_id, key, first_seen_at, last_seen_at, visits)
    SELECT %(tenant_id)s, key, seen_at, seen_at, 0
      FROM unnest(%(key)s::text[], %(seen_at)s::timestamptz[]) AS seen(key, seen_at)
     ORDER BY key
    ON CONFLICT (tenant_id, key) DO UPDATE
       SET first_seen_at = least(visitor.first_seen_at, excluded.first_seen_at),
           last_seen_at = greatest(visitor.last_seen_at, excluded.last_seen_at)
    RETURNING visitor.key, visitor.id
"""
