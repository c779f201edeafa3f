"""Which browsers a condition holds for, known or not: what channels on the web itself ask.

    node = parse({"all": [{"field": "visitor.visits", "op": "gte", "value": 2}, {"event": "page_viewed", …}]})
    chosen = holding(visitor_id, [node, other], now=now)     # one statement for one browser: [True, False]

What somebody did is what this browser did. Browsers are named by their number, `VisitorRow.id`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from psycopg2.sql import SQL, Composable, Identifier

import conditions
from conditions import VISITOR_WORDS, VISITORS, Node, Verdict
from ma_platform.db import sql
from ma_platform.tenancy.scope import current_tenant

LARGEST = 10_000


@dataclass(frozen=True, slots=True)
class Matching:
    """Selects the browsers' `id`, to be put where a SELECT may stand; `tenant_id` is not among the `params`."""

    text: Composable
    params: dict[str, Any]  # Any: whatever the driver adapts


def parse(document: object, *, at: str = "") -> Node:
    """A condition over browsers. Raises ConditionRefused with the path of the bad part."""
    return conditions.parse(document, vocabulary=VISITOR_WORDS, at=at)


def matching_sql(node: Node, *, now: datetime) -> Matching:
    """The browsers it holds for, as a SELECT to be put into another statement. In no order."""
    asked = conditions.compile(node, now=now, tz=_zone(), vocabulary=VISITOR_WORDS, prefix="audience")
    return Matching(SQL(CHOSEN).format(rows=SQL(VISITORS.rows), asked=SQL(asked.sql)), asked.params)


def visitors_matching(node: Node, *, now: datetime, after: int = 0, limit: int = 1_000) -> list[int]:
    """The browsers it holds for, by number, those after `after`; at most `limit` (up to LARGEST)."""
    chosen = matching_sql(node, now=now)
    listed = SQL(LISTED).format(chosen=chosen.text)
    return sql.run(listed, **chosen.params, after=after, limit=min(limit, LARGEST)).values()


def count_matching(node: Node, *, now: datetime) -> int:
    """How many browsers it holds for."""
    chosen = matching_sql(node, now=now)
    count: int = sql.run(SQL(COUNTED).format(chosen=chosen.text), **chosen.params).value()
    return count


def holding(visitor_id: int, nodes: Sequence[Node], *, now: datetime) -> list[bool]:
    """Which of these hold for one browser, in their order; all False for one nobody has seen. One statement."""
    if not nodes:
        return []
    asked = [_of_one(node, place, now=now) for place, node in enumerate(nodes)]
    columns = [
        SQL("{} AS {}").format(SQL(one.sql), Identifier(f"held_{place}"))  # our own SQL, values are parameters
        for place, one in enumerate(asked)
    ]
    params = {name: value for one in asked for name, value in one.params.items()}
    rows = sql.run(_judged(SQL(", ").join(columns)), visitor_ids=[visitor_id], **params).rows
    return [bool(value) for value in rows[0]] if rows else [False] * len(nodes)


def explain(node: Node, visitor_id: int, *, now: datetime) -> Verdict | None:
    """Why a browser is in or out, node by node; None for one nobody has seen."""
    told = conditions.explain(node, now=now, tz=_zone(), vocabulary=VISITOR_WORDS, among="visitor_ids")
    rows = sql.run(_judged(SQL(told.select)), visitor_ids=[visitor_id], **told.params).dicts()
    return told.verdict(rows[0]) if rows else None


def _of_one(node: Node, place: int, *, now: datetime) -> conditions.Compiled:
    return conditions.compile(
        node, now=now, tz=_zone(), vocabulary=VISITOR_WORDS, among="visitor_ids", prefix=f"asked{place}"
    )


def _judged(columns: Composable) -> Composable:
    return SQL(JUDGED).format(columns=columns, rows=SQL(VISITORS.rows))


def _zone() -> ZoneInfo:
    return ZoneInfo(current_tenant().timezone)


CHOSEN = "SELECT visitor.id FROM {rows} WHERE visitor.tenant_id = %(tenant_id)s AND {asked}"
LISTED = """
    SELECT chosen.id FROM ({chosen}) AS chosen WHERE chosen.id > %(after)s ORDER BY chosen.id LIMIT %(limit)s
"""
COUNTED = "SELECT count(*) FROM ({chosen}) AS chosen"
JUDGED = """
    SELECT {columns} FROM {rows}
     WHERE visitor.tenant_id = %(tenant_id)s AND visitor.id = ANY (%(visitor_ids)s::bigint[])
"""
