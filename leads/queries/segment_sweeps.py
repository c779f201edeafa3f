"""Sweeps over all tenants: segments that want building, looking at by the clock, or checking at night."""

from __future__ import annotations

from datetime import datetime

from ma_platform.db import sql


def tenants_with_looks(now: datetime) -> list[int]:
    """Workspaces with a look due, or an override whose time is over."""
    return sql.run(LOOKS_DUE, now=now).values()


LOOKS_DUE = """
    SELECT workspace.id FROM tenancy_workspace AS workspace
     WHERE workspace.closed_at IS NULL
       AND (EXISTS (SELECT FROM leads_segmentmoment AS moment
                      JOIN leads_segment AS segment
                        ON segment.tenant_id = moment.tenant_id AND segment.id = moment.segment_id
                     WHERE moment.tenant_id = workspace.id AND moment.due_at <= %(now)s AND segment.version > 0
                       AND segment.state NOT IN ('applying', 'failed'))
            OR EXISTS (SELECT FROM leads_segmentoverride AS override
                        WHERE override.tenant_id = workspace.id AND override.expires_at <= %(now)s))
     ORDER BY workspace.id
"""


def stalled_segments(*, before: datetime) -> list[tuple[int, int]]:
    """(tenant, segment) of builds that were asked for before that moment and have not come to an end."""
    return [(tenant, pk) for tenant, pk in sql.run(STALLED, before=before).rows]


STALLED = """
    SELECT segment.tenant_id, segment.id FROM leads_segment AS segment
      JOIN tenancy_workspace AS workspace ON workspace.id = segment.tenant_id AND workspace.closed_at IS NULL
     WHERE segment.state IN ('building', 'applying') AND segment.archived_at IS NULL
       AND segment.updated_at <= %(before)s
     ORDER BY segment.tenant_id, segment.id LIMIT 200
"""


def late_segments() -> list[tuple[int, int]]:
    """(tenant, segment) of those that read something no fact tells of: everybody is looked at again now and then."""
    return [(tenant, pk) for tenant, pk in sql.run(LATE).rows]


LATE = """
    SELECT segment.tenant_id, segment.id FROM leads_segment AS segment
      JOIN tenancy_workspace AS workspace ON workspace.id = segment.tenant_id AND workspace.closed_at IS NULL
     WHERE segment.archived_at IS NULL AND (segment.reads ->> 'late')::boolean
     ORDER BY segment.tenant_id, segment.id
"""


def unchecked_segments(*, now: datetime, before: datetime) -> list[tuple[int, int]]:
    """(tenant, segment) not checked since `before` where it is night now: from one to five in the workspace's zone."""
    return [(tenant, pk) for tenant, pk in sql.run(UNCHECKED, now=now, before=before).rows]


UNCHECKED = """
    SELECT segment.tenant_id, segment.id FROM leads_segment AS segment
      JOIN tenancy_workspace AS workspace ON workspace.id = segment.tenant_id AND workspace.closed_at IS NULL
     WHERE segment.archived_at IS NULL AND segment.version > 0
       AND (segment.checked_at IS NULL OR segment.checked_at < %(before)s)
       AND extract(hour FROM %(now)s AT TIME ZONE workspace.timezone) BETWEEN 1 AND 4
     ORDER BY segment.tenant_id, segment.id LIMIT 500
"""
