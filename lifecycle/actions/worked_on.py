"""What sales does with people who came with a file: they stay when the file is taken back."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from leads.actions.imports import at_undo
from ma_platform.db import sql


@at_undo
def worked_on_in_sales(lead_ids: Sequence[int]) -> Collection[int]:
    """Those who were moved by hand or by another system, are part of a deal, or are watched."""
    found: Collection[int] = sql.run(WORKED_ON, lead_ids=list(lead_ids)).values()
    return found


WORKED_ON = """
    SELECT move.lead_id FROM lifecycle_transition AS move
     WHERE move.tenant_id = %(tenant_id)s AND move.lead_id = ANY(%(lead_ids)s::bigint[])
       AND (move.rule = '' OR move.by_user_id IS NOT NULL)
     UNION
    SELECT part.lead_id FROM lifecycle_deallead AS part
     WHERE part.tenant_id = %(tenant_id)s AND part.lead_id = ANY(%(lead_ids)s::bigint[])
     UNION
    SELECT watched.lead_id FROM lifecycle_watchedperson AS watched
     WHERE watched.tenant_id = %(tenant_id)s AND watched.lead_id = ANY(%(lead_ids)s::bigint[])
"""
