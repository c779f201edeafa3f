"""The same trees over browsers, known and unknown: what the database answers is what the obvious reading answers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from conditions import ConditionRefused, describe, parse
from tests.conditions.random_trees import NOW, TOKYO, browsers, events, visitor_condition
from tests.conditions.reference import World
from tests.conditions.scratch import Event, Lead, Visitor, load_visitors
from tests.conditions.subjects import BROWSERS, SHARED
from tests.conditions.words import VISITOR_WORDS, WORDS

TAGGED = {"field": "lead.tags", "op": "contains", "value": "顧客"}
UNTAGGED = {"field": "lead.tags", "op": "not_contains", "value": "顧客"}


@settings(max_examples=200, **SHARED)
@given(document=visitor_condition, people=browsers, happened=events)
def test_trees_over_visitors_agree_with_the_reference(
    cursor: Any, document: Any, people: list[Visitor], happened: list[Event]
) -> None:
    load_visitors(cursor, people, happened)

    everybody = BROWSERS.answer(cursor, document)

    assert everybody == BROWSERS.expected(document, people, world_of(people, happened))
    assert BROWSERS.answer(cursor, document, visitor_ids=[1]) & {1} == everybody & {1}


@settings(max_examples=40, **SHARED)
@given(document=visitor_condition, people=browsers, happened=events)
def test_explanation_of_a_visitor_holds_the_answer_of_every_node(
    cursor: Any, document: Any, people: list[Visitor], happened: list[Event]
) -> None:
    load_visitors(cursor, people, happened)

    told = BROWSERS.told(cursor, document)

    assert told == BROWSERS.reading(document, people[0], world_of(people, happened))


def world_of(people: list[Visitor], happened: list[Event]) -> World:
    return World(happened, NOW, TOKYO, [one.lead for one in people if one.lead])


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (TAGGED, {2}),
        (UNTAGGED, {3}),
        ({**UNTAGGED, "unknown": True}, {1, 3}),
        ({"not": TAGGED}, {1, 3}),
        ({"field": "lead.tags", "op": "is_not_set"}, {1, 3}),
        ({"field": "visitor.known", "op": "eq", "value": False}, {1}),
        ({"segment": "seg_1"}, {2}),
        ({"not": {"segment": "seg_1"}}, {1, 3}),
    ],
)
def test_what_is_asked_of_the_person_is_unknown_of_an_unknown_visitor(
    cursor: Any, document: Any, told: set[int]
) -> None:
    customer, other = Lead(1, NOW, tags=("顧客",)), Lead(2, NOW)
    load_visitors(cursor, [Visitor(1, None, NOW, NOW), Visitor(2, customer, NOW, NOW), Visitor(3, other, NOW, NOW)], [])

    assert BROWSERS.answer(cursor, document) == told


def test_words_of_visitors_are_refused_over_people() -> None:
    with pytest.raises(ConditionRefused) as refused:
        parse({"field": "visitor.visits", "op": "gte", "value": 2}, vocabulary=WORDS)

    assert refused.value.path == "/field"


def test_the_sentence_speaks_both_kinds_of_words() -> None:
    tree = {
        "all": [{"field": "visitor.visits", "op": "gte", "value": 2}, {"field": "lead.visits", "op": "eq", "value": 1}]
    }

    node = parse(tree, vocabulary=VISITOR_WORDS)

    assert describe(node, locale="ja", vocabulary=VISITOR_WORDS) == "訪問回数が2以上、かつ訪問回数が1"
