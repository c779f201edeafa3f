"""What the database answers is what the obvious reading of the JSON answers, for random trees and random worlds."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings

from conditions import compile, compile_event, explain, parse, parse_where
from tests.conditions.random_trees import NOW, TOKYO, condition, did, events, lead_test, leads, where
from tests.conditions.reference import World, holds, holds_for_event
from tests.conditions.scratch import TENANT, Event, Lead, add, found, load
from tests.conditions.words import WORDS

SHARED: dict[str, Any] = {
    "suppress_health_check": [HealthCheck.function_scoped_fixture],
    "deadline": None,
    "derandomize": True,
}


def expected(document: dict[str, Any], people: list[Lead], happened: list[Event]) -> set[int]:
    world = World(happened, NOW, TOKYO)
    return {lead.id for lead in people if holds(document, lead, world)}


@settings(max_examples=150, **SHARED)
@given(document=lead_test, people=leads)
def test_one_test_agrees_with_the_reference(cursor: Any, document: Any, people: list[Lead]) -> None:
    load(cursor, people, [])

    compiled = compile(parse(document, vocabulary=WORDS), vocabulary=WORDS, now=NOW, tz=TOKYO)

    assert found(cursor, compiled) == expected(document, people, [])


@settings(max_examples=100, **SHARED)
@given(document=did, people=leads, happened=events)
def test_events_agree_with_the_reference(cursor: Any, document: Any, people: list[Lead], happened: list[Event]) -> None:
    load(cursor, people, happened)

    compiled = compile(parse(document, vocabulary=WORDS), vocabulary=WORDS, now=NOW, tz=TOKYO)

    assert found(cursor, compiled) == expected(document, people, happened)


@settings(max_examples=150, **SHARED)
@given(document=condition, people=leads, happened=events)
def test_whole_trees_agree_with_the_reference_and_do_not_see_other_tenants(
    cursor: Any, document: Any, people: list[Lead], happened: list[Event]
) -> None:
    load(cursor, people, happened)
    add(cursor, people, happened, tenant=TENANT + 1)

    node = parse(document, vocabulary=WORDS)
    everybody = found(cursor, compile(node, vocabulary=WORDS, now=NOW, tz=TOKYO))
    first_only = compile(node, vocabulary=WORDS, now=NOW, tz=TOKYO, among="lead_ids")

    assert everybody == expected(document, people, happened)
    assert found(cursor, first_only, lead_ids=[1]) & {1} == everybody & {1}


@settings(max_examples=30, **SHARED)
@given(document=condition, people=leads, happened=events)
def test_explanation_holds_the_answer_of_every_node(
    cursor: Any, document: Any, people: list[Lead], happened: list[Event]
) -> None:
    load(cursor, people, happened)
    explained = explain(parse(document, vocabulary=WORDS), vocabulary=WORDS, now=NOW, tz=TOKYO)

    cursor.execute(
        f"SELECT {explained.select} FROM leads_lead AS lead WHERE lead.id = 1",
        {**explained.params, "tenant_id": TENANT},
    )
    row = dict(zip(explained.columns, cursor.fetchone(), strict=True))

    told = explained.verdict(row).as_json(locale="ja", vocabulary=WORDS)
    assert results(told) == expected_results(document, people[0], World(happened, NOW, TOKYO))


def results(told: dict[str, Any]) -> list[Any]:
    return [told["result"], *map(results, told["children"])]


def expected_results(document: dict[str, Any], lead: Lead, world: World) -> list[Any]:
    below = document.get("all") or document.get("any") or ([document["not"]] if "not" in document else [])
    return [holds(document, lead, world), *(expected_results(each, lead, world) for each in below)]


@settings(max_examples=80, **SHARED)
@given(document=where, happened=events)
def test_one_event_is_judged_as_the_reference_judges_it(cursor: Any, document: Any, happened: list[Event]) -> None:
    load(cursor, [], happened)
    compiled = compile_event(parse_where(document, vocabulary=WORDS), vocabulary=WORDS, now=NOW, tz=TOKYO)

    cursor.execute(
        f"""SELECT {compiled.sql} FROM tracking_event AS event
              LEFT JOIN tracking_subject AS subject
                     ON subject.tenant_id = event.tenant_id AND subject.id = event.subject_id
             ORDER BY event.id""",
        {**compiled.params, "tenant_id": TENANT},
    )

    world = World(happened, NOW, TOKYO)
    assert [row[0] for row in cursor.fetchall()] == [holds_for_event(document, event, world) for event in happened]
