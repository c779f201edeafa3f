"""The same trees over browsers, known and unknown: what the database answers is what the obvious reading answers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from conditions import VISITORS, ConditionRefused, compile, describe, explain, parse
from tests.conditions.random_trees import NOW, TOKYO, browsers, events, visitor_condition
from tests.conditions.reference import World
from tests.conditions.scratch import TENANT, Event, Lead, Visitor, found_visitors, load_visitors
from tests.conditions.visitor_reference import holds_for_visitor
from tests.conditions.words import VISITOR_WORDS, WORDS

SHARED: dict[str, Any] = {
    "suppress_health_check": [HealthCheck.function_scoped_fixture],
    "deadline": None,
    "derandomize": True,
}
TAGGED = {"field": "lead.tags", "op": "contains", "value": "顧客"}
UNTAGGED = {"field": "lead.tags", "op": "not_contains", "value": "顧客"}


def answer(cursor: Any, document: Any, **params: object) -> set[int]:
    node = parse(document, vocabulary=VISITOR_WORDS)
    among = next(iter(params), None)
    return found_visitors(cursor, compile(node, vocabulary=VISITOR_WORDS, now=NOW, tz=TOKYO, among=among), **params)


@settings(max_examples=200, **SHARED)
@given(document=visitor_condition, people=browsers, happened=events)
def test_trees_over_visitors_agree_with_the_reference(
    cursor: Any, document: Any, people: list[Visitor], happened: list[Event]
) -> None:
    load_visitors(cursor, people, happened)
    world = World(happened, NOW, TOKYO)

    everybody = answer(cursor, document)

    assert everybody == {one.id for one in people if holds_for_visitor(document, one, world)}
    assert answer(cursor, document, visitor_ids=[1]) & {1} == everybody & {1}


@settings(max_examples=40, **SHARED)
@given(document=visitor_condition, people=browsers, happened=events)
def test_explanation_of_a_visitor_holds_the_answer_of_every_node(
    cursor: Any, document: Any, people: list[Visitor], happened: list[Event]
) -> None:
    load_visitors(cursor, people, happened)
    explained = explain(parse(document, vocabulary=VISITOR_WORDS), vocabulary=VISITOR_WORDS, now=NOW, tz=TOKYO)

    cursor.execute(
        f"SELECT {explained.select} FROM {VISITORS.rows} WHERE visitor.id = 1",
        {**explained.params, "tenant_id": TENANT},
    )
    row = dict(zip(explained.columns, cursor.fetchone(), strict=True))

    told = explained.verdict(row).as_json(locale="ja", vocabulary=VISITOR_WORDS)
    assert results(told) == expected(document, people[0], World(happened, NOW, TOKYO))


def results(told: dict[str, Any]) -> list[Any]:
    return [told["result"], *map(results, told["children"])]


def expected(document: dict[str, Any], one: Visitor, world: World) -> list[Any]:
    below = document.get("all") or document.get("any") or ([document["not"]] if "not" in document else [])
    return [holds_for_visitor(document, one, world), *(expected(each, one, world) for each in below)]


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

    assert answer(cursor, document) == told


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
