"""Whom reports leave out: people on the exclusion list, as they were last judged."""

from __future__ import annotations

from collections.abc import Collection

from leads.models import LeftOut
from ma_platform.db import sql
from tracking.queries import leave_out

# Their lead ids, to be put where a SELECT may stand; `tenant_id` comes from around it.
LEFT_OUT = "SELECT away.lead_id FROM leads_leftout AS away WHERE away.tenant_id = %(tenant_id)s"
leave_out(LEFT_OUT)


def left_out(lead_ids: Collection[int]) -> dict[int, str]:
    """Those of these people whom reports leave out, with the reason."""
    return dict(LeftOut.objects.filter(lead_id__in=list(lead_ids)).values_list("lead_id", "reason"))


def has_exclusions() -> bool:
    """Whether the list has a line, or still leaves somebody out."""
    return bool(sql.run(ANY).value())


def listing_tenants() -> list[int]:
    """Part of a system sweep: workspaces with an exclusion list."""
    return [int(one) for one in sql.run(TENANTS).values()]


ANY = """
    SELECT EXISTS (SELECT FROM leads_exclusion AS listed WHERE listed.tenant_id = %(tenant_id)s)
        OR EXISTS (SELECT FROM leads_leftout AS away WHERE away.tenant_id = %(tenant_id)s)
"""
TENANTS = "SELECT tenant_id FROM leads_exclusion UNION SELECT tenant_id FROM leads_leftout ORDER BY 1"
