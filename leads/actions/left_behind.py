"""Who stays in a company that somebody left: what is asked about their colleagues may have another answer now."""

from __future__ import annotations

from collections.abc import Collection

from ma_platform.db import sql


def look_at_left(companies: Collection[int]) -> None:
    """Have the time wheel look at their people, in segments that ask about colleagues. One statement."""
    if companies:
        sql.run(LOOK_AT_LEFT, companies=sorted(companies))


LOOK_AT_LEFT = """
    INSERT INTO leads_segmentmoment AS moment (tenant_id, segment_id, lead_id, due_at)
    SELECT %(tenant_id)s, asking.id, stays.id, to_timestamp(0)
      FROM leads_segment AS asking
      JOIN leads_lead AS stays ON stays.tenant_id = %(tenant_id)s AND stays.company_id = ANY(%(companies)s::bigint[])
       AND stays.merged_into_id IS NULL
     WHERE asking.tenant_id = %(tenant_id)s AND asking.archived_at IS NULL AND asking.condition IS NOT NULL
       AND (asking.reads ->> 'account')::boolean
     ORDER BY asking.id, stays.id
        ON CONFLICT (tenant_id, segment_id, lead_id) DO UPDATE SET due_at = excluded.due_at
     WHERE moment.due_at > excluded.due_at
"""
