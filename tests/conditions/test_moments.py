"""Until the moment `next_changes` names, time alone changes no answer: seeded random trees, worlds and clocks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings

from conditions import next_changes, parse
from tests.conditions.random_trees import NOW, OFFSETS, TOKYO, busy_leads, clock_condition, clock_leaf, views
from tests.conditions.reference import World, holds
from tests.conditions.scratch import TENANT, Event, Lead, load
from tests.conditions.subjects import SHARED
from tests.conditions.words import WORDS

FAR = timedelta(days=400)
INSTANT = timedelta(microseconds=1)
# Hours at which something can happen in these small worlds: their moments plus any window, and midnights.
STEPS = sorted(
    {offset + span for offset in OFFSETS for span in (timedelta(days=days) for days in (-14, -7, -1, 0, 1, 7, 14, 40))}
    | {timedelta(hours=hours, minutes=-90) for hours in range(0, 240, 24)}
    | {timedelta(hours=each) for each in (1, 2, 3, 24 * 30, 24 * 100, 24 * 365)}
)
LATER = [step for step in STEPS if step > timedelta()]


def moments(cursor: Any, document: Any) -> dict[int, datetime]:
    changes = next_changes(parse(document, vocabulary=WORDS), vocabulary=WORDS, now=NOW, tz=TOKYO)
    assert changes.whole
    if changes.sql is None:
        return {}
    cursor.execute(changes.sql, {**changes.params, "tenant_id": TENANT})
    rows = cursor.fetchall()
    assert len({lead for lead, _ in rows}) == len(rows)
    return dict(rows)


@settings(max_examples=200, **SHARED)
@given(document=clock_leaf, people=busy_leads, happened=views)
def test_a_leaf_never_changes_before_the_moment_named(
    cursor: Any, document: Any, people: list[Lead], happened: list[Event]
) -> None:
    load(cursor, people, happened)

    assert changed_early(document, people, happened, moments(cursor, document)) == []


@settings(max_examples=60, **SHARED)
@given(document=clock_condition, people=busy_leads, happened=views)
def test_a_tree_never_changes_before_the_moment_named(
    cursor: Any, document: Any, people: list[Lead], happened: list[Event]
) -> None:
    load(cursor, people, happened)

    assert changed_early(document, people, happened, moments(cursor, document)) == []


def changed_early(
    document: Any, people: list[Lead], happened: list[Event], due: dict[int, datetime]
) -> list[tuple[int, datetime]]:
    now = World(happened, NOW, TOKYO, people)
    return [
        (lead.id, moment)
        for lead in people
        for moment in looked_at(due.get(lead.id, NOW + FAR))
        if holds(document, lead, World(happened, moment, TOKYO, people)) != holds(document, lead, now)
    ]


def looked_at(end: datetime) -> list[datetime]:
    """Just before the end, and at and just before each step until then."""
    return [moment for step in [end - NOW, *LATER] for moment in (NOW + step - INSTANT, NOW + step) if moment < end]
