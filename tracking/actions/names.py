"""Numbers for customers' own event names, made when a name is first seen. At most 500 names a workspace."""

from __future__ import annotations

from datetime import datetime

from ma_platform.db import sql

MOST = 500


def number_custom_names(*, now: datetime) -> int:
    """Give every staged row with a name of its own its number; rows past the limit are set aside and counted."""
    sql.run(MAKE, most=MOST)
    sql.run(NUMBER)
    return sql.run(SET_ASIDE, now=now, reason=f"more than {MOST} event names of the workspace's own").rowcount


# One writer at a time gives out numbers, so that two drainers never give the same one.
MAKE = """
    WITH alone AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtext('tracking_customname'))),
    unknown AS (
        SELECT DISTINCT incoming.tenant_id, incoming.custom
          FROM alone, incoming
         WHERE incoming.name IS NULL AND incoming.custom IS NOT NULL
           AND NOT EXISTS (SELECT FROM tracking_customname AS known
                            WHERE known.tenant_id = incoming.tenant_id AND known.name = incoming.custom)
    ), numbered AS (
        SELECT unknown.tenant_id, unknown.custom,
               coalesce((SELECT max(known.number) FROM tracking_customname AS known
                          WHERE known.tenant_id = unknown.tenant_id), 999)
               + row_number() OVER (PARTITION BY unknown.tenant_id ORDER BY unknown.custom) AS number
          FROM unknown
    )
    INSERT INTO tracking_customname (tenant_id, name, number)
    SELECT tenant_id, custom, number FROM numbered WHERE number < 1000 + %(most)s
    ON CONFLICT DO NOTHING
"""
NUMBER = """
    UPDATE incoming SET name = known.number
      FROM tracking_customname AS known
     WHERE incoming.name IS NULL AND known.tenant_id = incoming.tenant_id AND known.name = incoming.custom
"""
SET_ASIDE = """
    WITH gone AS (DELETE FROM incoming WHERE name IS NULL RETURNING *)
    INSERT INTO tracking_rejected (tenant_id, line, reason, at)
    SELECT gone.tenant_id, gone::text, %(reason)s, %(now)s FROM gone
"""
