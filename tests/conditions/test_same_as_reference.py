"""What the database answers is what the obvious reading of the JSON answers, for random trees and random worlds."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings

from conditions import compile_event, parse_where
from tests.conditions.random_trees import NOW, TOKYO, condition, did, events, lead_test, leads, where
from tests.conditions.reference import World, holds_for_event
from tests.conditions.scratch import TENANT, Event, Lead, add, load
from tests.conditions.subjects import PEOPLE, SHARED
from tests.conditions.words import WORDS


@settings(max_examples=150, **SHARED)
@given(document=lead_test, people=leads)
def test_one_test_agrees_with_the_reference(cursor: Any, document: Any, people: list[Lead]) -> None:
    load(cursor, people, [])

    found = PEOPLE.answer(cursor, document)

    assert found == PEOPLE.expected(document, people, World([], NOW, TOKYO, people))


@settings(max_examples=100, **SHARED)
@given(document=did, people=leads, happened=events)
def test_events_agree_with_the_reference(cursor: Any, document: Any, people: list[Lead], happened: list[Event]) -> None:
    load(cursor, people, happened)

    found = PEOPLE.answer(cursor, document)

    assert found == PEOPLE.expected(document, people, World(happened, NOW, TOKYO, people))


@settings(max_examples=150, **SHARED)
@given(document=condition, people=leads, happened=events)
def test_whole_trees_agree_with_the_reference_and_do_not_see_other_tenants(
    cursor: Any, document: Any, people: list[Lead], happened: list[Event]
) -> None:
    load(cursor, people, happened)
    add(cursor, people, happened, tenant=TENANT + 1)

    everybody = PEOPLE.answer(cursor, document)

    assert everybody == PEOPLE.expected(document, people, World(happened, NOW, TOKYO, people))
    assert PEOPLE.answer(cursor, document, lead_ids=[1]) & {1} == everybody & {1}


@settings(max_examples=30, **SHARED)
@given(document=condition, people=leads, happened=events)
def test_explanation_holds_the_answer_of_every_node(
    cursor: Any, document: Any, people: list[Lead], happened: list[Event]
) -> None:
    load(cursor, people, happened)

    told = PEOPLE.told(cursor, document)

    assert told == PEOPLE.reading(document, people[0], World(happened, NOW, TOKYO, people))


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
