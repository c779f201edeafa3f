"""Stages, where leads stand, and how they came there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from psycopg2.sql import SQL

from leads.queries.left_out import LEFT_OUT
from lifecycle.models import Stage, Transition
from ma_platform.db import sql


@dataclass(frozen=True)
class FunnelStep:
    """One main stage: how many stand in it now, and how many have ever reached it or gone beyond in their pass."""

    stage: Stage
    count: int
    reached: int
    rate: float | None


def all_stages() -> list[Stage]:
    """The workspace's stages along the way, side states last."""
    return list(Stage.objects.order_by("order"))


def stage_names() -> dict[str, tuple[str, str]]:
    """What the stages are called, Japanese and English, by key and in order: for choices and lists."""
    return {key: (ja, en) for key, ja, en in sql.run(NAMES).rows}


def stage_keys(lead_ids: Iterable[int]) -> dict[int, str]:
    """Where leads stand; those without a stage are missing."""
    return dict(sql.run(STANDING, ids=list(lead_ids)).rows)


def history(lead_id: int) -> list[Transition]:
    """A lead's moves, newest first, with who made them."""
    rows = Transition.objects.filter(lead_id=lead_id).select_related("by_user")
    return list(rows.order_by("-at", "-id")[:100])


def known_then(moments: Mapping[int, datetime]) -> list[int]:
    """Of these leads, in order, those we knew already at the moment named beside them."""
    if not moments:
        return []
    return sql.run(KNOWN, lead_ids=list(moments), moments=list(moments.values())).values()


def stage_stock() -> dict[str, int]:
    """How many leads stand in each stage, those on the exclusion list not counted; empty stages are missing."""
    return dict(sql.run(STOCK).rows)


def left_out_stock() -> int:
    """How many people on the exclusion list stand in a stage."""
    people: int = sql.run(LEFT_OUT_STOCK).value()
    return people


def funnel() -> list[FunnelStep]:
    """The main stages in order; `rate` is the share of the step before that came this far."""
    stages = [stage for stage in all_stages() if not stage.side]
    stock = stage_stock()
    counts = [stock.get(stage.key, 0) for stage in stages]
    reached = [sum(counts[place:]) for place in range(len(counts))]
    rates = [None, *(now / before if before else None for before, now in pairwise(reached))]
    return [FunnelStep(*row) for row in zip(stages, counts, reached, rates, strict=True)]


NAMES = """
    SELECT key, name_ja, name_en FROM lifecycle_stage WHERE tenant_id = %(tenant_id)s ORDER BY "order"
"""

STANDING = """
    SELECT lead_id, stage_key FROM lifecycle_position
     WHERE tenant_id = %(tenant_id)s AND lead_id = ANY (%(ids)s::bigint[])
"""

KNOWN = """
    SELECT lead.id
      FROM unnest(%(lead_ids)s::bigint[], %(moments)s::timestamptz[]) AS told(lead_id, at)
      JOIN leads_lead AS lead
        ON lead.tenant_id = %(tenant_id)s AND lead.id = told.lead_id AND lead.created_at <= told.at
     ORDER BY lead.id
"""

STOCK = SQL("""
    SELECT here.stage_key, count(*)
      FROM lifecycle_position AS here
     WHERE here.tenant_id = %(tenant_id)s
       AND NOT EXISTS (SELECT FROM ({left_out}) AS away WHERE away.lead_id = here.lead_id)
     GROUP BY here.stage_key
""").format(left_out=SQL(LEFT_OUT))
LEFT_OUT_STOCK = SQL("""
    SELECT count(*) FROM lifecycle_position AS here
     WHERE here.tenant_id = %(tenant_id)s AND here.lead_id IN ({left_out})
""").format(left_out=SQL(LEFT_OUT))
