"""Who belongs into a segment at a moment, as SQL: by its condition, and by what people put in or kept out by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from psycopg2.sql import SQL, Composable

from conditions import Changes, Compiled, Node, compile, next_changes, parse
from leads.queries.rolled import CountsByDay
from ma_platform.tenancy.scope import current_tenant

LEAD_IDS = "lead_ids"  # the parameter that names the few


@dataclass(frozen=True)
class Wanted:
    """`sql` selects (lead_id, reason), nobody twice. `tenant_id`, and `lead_ids` for a few, come from around it."""

    sql: Composable
    params: dict[str, Any]  # Any: whatever the driver adapts


def zone() -> ZoneInfo:
    """The workspace's time zone: one query, so whoever looks at many segments asks once and hands it on."""
    return ZoneInfo(current_tenant().timezone)


def node_of(condition: object) -> Node | None:
    """The tree of a stored condition; None for a list kept by hand. Raises ConditionRefused for words that are gone."""
    return None if condition is None else parse(condition)


def wanted(segment_id: int, condition: object, *, now: datetime, few: bool, tz: ZoneInfo | None = None) -> Wanted:
    """Those who belong in. few: only `lead_ids` are looked at; tz: the workspace's. Raises ConditionRefused."""
    node = node_of(condition)
    test, params = "FALSE", dict[str, Any]()
    if node is not None:
        asked = _few(node, now=now, tz=tz or zone()) if few else _everybody(node, now=now, tz=tz or zone())
        test, params = asked.sql, asked.params
    text = SQL(WANTED).format(
        test=SQL(test),
        by_rule=SQL("AND lead.id = ANY(%(lead_ids)s::bigint[])" if few else ""),
        by_hand=SQL("AND override.lead_id = ANY(%(lead_ids)s::bigint[])" if few else ""),
    )
    return Wanted(text, {**params, "segment_id": segment_id, "now": now})


def _few(node: Node, *, now: datetime, tz: ZoneInfo) -> Compiled:
    return compile(node, now=now, tz=tz, among=LEAD_IDS)


def _everybody(node: Node, *, now: datetime, tz: ZoneInfo) -> Compiled:
    return compile(node, now=now, tz=tz, days=CountsByDay(tz))


def turns(condition: object, *, now: datetime, few: bool, tz: ZoneInfo | None = None) -> Changes | None:
    """When time alone may change the answers next; None for a list kept by hand."""
    node = node_of(condition)
    return None if node is None else next_changes(node, now=now, tz=tz or zone(), among=LEAD_IDS if few else None)


# Two halves rather than one CASE: a condition that stands alone is planned as a join, inside another it is not.
WANTED = """
    SELECT lead.id AS lead_id, 'rule' AS reason
      FROM leads_lead AS lead
     WHERE lead.tenant_id = %(tenant_id)s AND lead.merged_into_id IS NULL {by_rule} AND {test}
       AND NOT EXISTS (SELECT FROM leads_segmentoverride AS override
                        WHERE override.tenant_id = %(tenant_id)s AND override.segment_id = %(segment_id)s
                          AND override.lead_id = lead.id
                          AND (override.expires_at IS NULL OR override.expires_at > %(now)s))
    UNION ALL
    SELECT override.lead_id, 'hand' AS reason
      FROM leads_segmentoverride AS override
      JOIN leads_lead AS lead ON lead.tenant_id = %(tenant_id)s AND lead.id = override.lead_id
     WHERE override.tenant_id = %(tenant_id)s AND override.segment_id = %(segment_id)s AND override.belongs
       AND lead.merged_into_id IS NULL {by_hand}
       AND (override.expires_at IS NULL OR override.expires_at > %(now)s)
"""
