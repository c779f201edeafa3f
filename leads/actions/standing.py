"""Who stands for whom. `merged_into` names the one who stands today, however many merges lie in between."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ma_platform.db import sql


def stand_aside(lead_id: int, *, for_id: int, now: datetime) -> None:
    """The person, and everybody they stood for, points at the survivor; they leave their segments without a word."""
    sql.run(POINT, lead_id=lead_id, into=for_id, now=now)
    sql.run(LEAVE_SEGMENTS, lead_id=lead_id, now=now)


def stand_again(lead_id: int, *, under: Sequence[int]) -> None:
    """The person stands for themselves again, and for those below them."""
    sql.run(STAND, lead_id=lead_id)
    if under:
        sql.run(POINT_UNDER, lead_id=lead_id, ids=list(under))


def below(lead_id: int) -> list[int]:
    """Everybody who stands aside for this person by a merge of their own, not by a later one of the survivor."""
    found: list[int] = sql.run(BELOW, lead_id=lead_id).values()
    return found


def family(lead_id: int) -> list[int]:
    """The person and everybody for whom they stand."""
    found: list[int] = sql.run(FAMILY, lead_id=lead_id).values()
    return found


def count_stays(lead_ids: Sequence[int]) -> None:
    """The numbers of the segments these people were in or are in, after their stays were put back."""
    sql.run(COUNT_STAYS, ids=list(lead_ids))


POINT = """
    UPDATE leads_lead SET merged_into_id = %(into)s, updated_at = %(now)s
     WHERE tenant_id = %(tenant_id)s AND (id = %(lead_id)s OR merged_into_id = %(lead_id)s)
"""
STAND = "UPDATE leads_lead SET merged_into_id = NULL WHERE tenant_id = %(tenant_id)s AND id = %(lead_id)s"
POINT_UNDER = """
    UPDATE leads_lead SET merged_into_id = %(lead_id)s
     WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::bigint[])
"""
BELOW = """
    WITH RECURSIVE under AS (
        SELECT %(lead_id)s::bigint AS id
        UNION
        SELECT merge.drop_id FROM leads_merge AS merge JOIN under ON merge.keep_id = under.id
         WHERE merge.tenant_id = %(tenant_id)s AND merge.undone_at IS NULL
    )
    SELECT id FROM under WHERE id <> %(lead_id)s ORDER BY id
"""
FAMILY = """
    SELECT id FROM leads_lead
     WHERE tenant_id = %(tenant_id)s AND (id = %(lead_id)s OR merged_into_id = %(lead_id)s)
     ORDER BY id
"""
LEAVE_SEGMENTS = """
    WITH gone AS (
        UPDATE leads_segmentmember AS stay SET until = %(now)s
         WHERE stay.tenant_id = %(tenant_id)s AND stay.lead_id = %(lead_id)s AND stay.until IS NULL
        RETURNING stay.segment_id
    )
    UPDATE leads_segment AS segment SET members = segment.members - 1 FROM gone
     WHERE segment.tenant_id = %(tenant_id)s AND segment.id = gone.segment_id
"""
COUNT_STAYS = """
    UPDATE leads_segment AS segment
       SET members = (SELECT count(*) FROM leads_segmentmember AS stay
                       WHERE stay.tenant_id = %(tenant_id)s AND stay.segment_id = segment.id AND stay.until IS NULL)
     WHERE segment.tenant_id = %(tenant_id)s
       AND segment.id IN (SELECT stay.segment_id FROM leads_segmentmember AS stay
                           WHERE stay.tenant_id = %(tenant_id)s AND stay.lead_id = ANY (%(ids)s::bigint[]))
"""
