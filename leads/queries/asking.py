"""What a condition being written would find: how many, who for example, and why somebody is in or out.

Each answer is bounded: a condition that takes longer than LIMIT_MS is given up, and its number estimated instead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.db import OperationalError, transaction
from psycopg2.errors import QueryCanceled
from psycopg2.sql import SQL

import conditions
from conditions import VISITOR_WORDS, WITHHELD, WORDS, Node, Test, Verdict, Vocabulary
from leads.models import Lead
from leads.queries.listing import LeadFilter, LeadRow, list_leads
from leads.queries.rolled import CountsByDay
from ma_platform.db import sql
from ma_platform.tenancy import veil
from ma_platform.tenancy.scope import current_tenant

LIMIT_MS = 5_000
MEMORY_MB = 32  # of each sort and hash of a count: several members may write a condition at once
SAMPLE = 5
AUDIENCES: dict[str, Vocabulary] = {"leads": WORDS, "visitors": VISITOR_WORDS}
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Counted:
    """How many it holds for. exact: counted, not estimated. nodes: the same by path of each part; what is too slow to
    be counted is left out: parts of filters and of what is asked about colleagues first, then all.
    """

    total: int
    exact: bool
    nodes: dict[str, int] = field(default_factory=dict)


def count_matching(node: Node, *, now: datetime, audience: str = "leads") -> Counted:
    """The total and every part's own number in one pass, or what the planner expects when that takes too long."""
    words = AUDIENCES[audience]
    zone = _zone()
    asked = conditions.tally(node, now=now, tz=zone, vocabulary=words, days=CountsByDay(zone))
    lines = _in_time(lambda: _lines(asked))
    if lines is not None:
        nodes = asked.counts(lines[0])
        return Counted(nodes[""], exact=True, nodes={**nodes, **_inside(node, words, now=now, zone=zone)})
    return Counted(cost_of(node, now=now, audience=audience).rows, exact=False)


def _inside(node: Node, words: Vocabulary, *, now: datetime, zone: ZoneInfo) -> dict[str, int]:
    """The numbers of what stands inside filters and questions about colleagues."""
    nodes: dict[str, int] = {}
    for asked in conditions.tally_inside(node, now=now, tz=zone, vocabulary=words, days=CountsByDay(zone)):
        lines = _in_time(partial(_lines, asked))
        nodes |= asked.counts(lines[0]) if lines is not None else {}
    return nodes


def _lines(asked: conditions.Tally) -> list[dict[str, Any]]:  # Any: numbers by column
    with sql.thorough(MEMORY_MB):
        return sql.run(asked.sql, **asked.params).dicts()


def cost_of(node: Node, *, now: datetime, audience: str = "leads") -> conditions.Estimate:
    """What finding everybody would take, by the planner's word, nothing being read."""
    zone = _zone()
    asked = conditions.compile(node, now=now, tz=zone, vocabulary=AUDIENCES[audience], days=CountsByDay(zone))
    who = AUDIENCES[audience].audience
    statement = SQL(PLANNED).format(rows=SQL(who.rows), key=SQL(who.key), tests=SQL(f"{who.everybody} AND {asked.sql}"))
    return conditions.estimate(sql.run(statement, **asked.params).value())


def sample_matching(node: Node, *, now: datetime, limit: int = SAMPLE) -> list[LeadRow] | None:
    """A few people it holds for, last changed first; None when finding them takes too long."""
    zone = _zone()
    asked = conditions.compile(node, now=now, tz=zone, days=CountsByDay(zone))
    return _in_time(lambda: list_leads(LeadFilter(condition=asked, limit=limit)))


def explain_lead(node: Node, lead: Lead, *, now: datetime) -> Verdict:
    """Every part of the condition with its answer for this person and the value it was compared with."""
    told = conditions.explain(node, now=now, tz=_zone(), among="lead_ids")
    statement = SQL(JUDGED).format(columns=SQL(told.select))
    with veil.lifted():  # whether a part holds is told, what was found there is not
        row = sql.run(statement, lead_ids=[lead.pk], **told.params).dicts()[0]
    return _unsaid(told.verdict(row))


def _unsaid(verdict: Verdict) -> Verdict:
    """Without the values of fields who is asking may not see."""
    hidden = isinstance(verdict.node, Test) and verdict.node.field in veil.withheld()
    below = tuple(_unsaid(one) for one in verdict.children)
    return replace(verdict, children=below, found=WITHHELD if hidden else verdict.found)


def _in_time(ask: Callable[[], Answer]) -> Answer | None:
    """None when the statement had to be stopped; the transaction around goes on."""
    try:
        with transaction.atomic(), sql.bounded(LIMIT_MS):
            return ask()
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            return None
        raise


def _zone() -> ZoneInfo:
    return ZoneInfo(current_tenant().timezone)


PLANNED = "EXPLAIN (FORMAT JSON) SELECT {key} FROM {rows} WHERE {tests}"
JUDGED = """
    SELECT {columns} FROM leads_lead AS lead
     WHERE lead.tenant_id = %(tenant_id)s AND lead.id = ANY(%(lead_ids)s::bigint[])
"""
