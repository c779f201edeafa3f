"""The condition language: one tree that segments, scoring, flows and reports read, and the only thing that judges it.

It owns parsing, SQL, explanation and sentences of conditions; it refuses to know our tables: apps bring the words.

    node = parse({"event": "page_viewed", "where": {"field": "path", "op": "eq", "value": "/pricing"},
                  "count": {"op": "gte", "value": 3}, "within": {"days": 14}})
    describe(node, locale="ja")                      # 過去14日間に /pricing を3回以上閲覧
    asked = compile(node, now=now, tz=ZoneInfo("Asia/Tokyo"))
    sql.run("SELECT lead.id FROM leads_lead AS lead WHERE lead.tenant_id = %(tenant_id)s AND " + asked.sql,
            **asked.params)

Every compiled expression is true or false, never NULL, and takes `tenant_id` from the statement around it. One lead is
a set of one: `compile(node, …, among="lead_ids")` reads only those leads' events. `explain` selects every node as a
column, `refs` says what an answer depends on, `compile_event` judges one event row (scoring rules). Words are
registered as `conditions.vocabulary` shows; grammar and meaning are in docs/conditions.md.

The same tree is judged over browsers, known or not, by giving `vocabulary=VISITOR_WORDS` to every function: rows are
then those of `VISITORS.rows`, aliases `visitor` and (NULL for an unknown visitor) `lead`.
"""

from conditions.audience import LEADS, VISITORS, Audience
from conditions.compiler import Compiled, compile, compile_event
from conditions.costing import Estimate, estimate
from conditions.explainer import Explained, Verdict, explain
from conditions.finding import WITHHELD
from conditions.fold import CREATE_FOLD, DROP_FOLD, fold
from conditions.kinds import Kind
from conditions.moments import Changes, next_changes
from conditions.offering import hints, offered, offered_too
from conditions.operators import OPERATORS, Operator, operators_for
from conditions.parser import parse, parse_where
from conditions.phrases import Phrase
from conditions.references import Refs, refs
from conditions.refused import ConditionRefused
from conditions.rolled import Days
from conditions.sentences import describe, describe_where
from conditions.tally import Tally, tally, tally_inside
from conditions.tree import Node, Test, walk
from conditions.visitors import VISITOR_WORDS, VisitorWords
from conditions.vocabulary import (
    SUBJECT,
    WORDS,
    Choice,
    EventWord,
    EventWords,
    Field,
    Fields,
    Piece,
    Through,
    Vocabulary,
)

__all__ = [
    "CREATE_FOLD",
    "DROP_FOLD",
    "LEADS",
    "OPERATORS",
    "SUBJECT",
    "VISITORS",
    "VISITOR_WORDS",
    "WITHHELD",
    "WORDS",
    "Audience",
    "Changes",
    "Choice",
    "Compiled",
    "ConditionRefused",
    "Days",
    "Estimate",
    "EventWord",
    "EventWords",
    "Explained",
    "Field",
    "Fields",
    "Kind",
    "Node",
    "Operator",
    "Phrase",
    "Piece",
    "Refs",
    "Tally",
    "Test",
    "Through",
    "Verdict",
    "VisitorWords",
    "Vocabulary",
    "compile",
    "compile_event",
    "describe",
    "describe_where",
    "estimate",
    "explain",
    "fold",
    "hints",
    "next_changes",
    "offered",
    "offered_too",
    "operators_for",
    "parse",
    "parse_where",
    "refs",
    "tally",
    "tally_inside",
    "walk",
]
