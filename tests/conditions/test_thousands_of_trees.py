"""Two thousand random trees, each over several random people: the database and the obvious reading agree on all."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conditions import compile, parse, tally, tally_inside
from tests.conditions.random_trees import (
    NOW,
    TOKYO,
    asked_of_colleagues,
    events,
    many_leads,
    where,
    whole_condition,
)
from tests.conditions.reference import World, holds
from tests.conditions.scratch import TENANT, Event, Lead, load
from tests.conditions.words import WITH_SEGMENTS

TREES, WORLDS = 8, 250
BOUNDS: dict[str, Any] = {
    "suppress_health_check": list(HealthCheck),
    "deadline": None,
    "derandomize": True,
    "max_examples": WORLDS,
}
batch = st.lists(whole_condition, min_size=TREES, max_size=TREES)
STATEMENT = "SELECT lead.id, {columns} FROM leads_lead AS lead WHERE lead.tenant_id = %(tenant_id)s"


@settings(**BOUNDS)
@given(documents=batch, people=many_leads, happened=events)
def test_every_tree_finds_whom_the_reading_finds(
    cursor: Any, documents: list[Any], people: list[Lead], happened: list[Event]
) -> None:
    load(cursor, people, happened)

    assert found(cursor, documents) == wanted(documents, people, happened)


def found(cursor: Any, documents: list[Any]) -> dict[int, list[bool]]:
    """Answers by lead, all trees in one statement."""
    asked = [
        compile(parse(document, vocabulary=WITH_SEGMENTS), vocabulary=WITH_SEGMENTS, now=NOW, tz=TOKYO, prefix=f"c{at}")
        for at, document in enumerate(documents)
    ]
    params = {name: value for one in asked for name, value in one.params.items()}
    statement = STATEMENT.format(columns=", ".join(one.sql for one in asked))
    cursor.execute(statement, {**params, "tenant_id": TENANT})
    return {lead: answers for lead, *answers in cursor.fetchall()}


def wanted(documents: list[Any], people: list[Lead], happened: list[Event]) -> dict[int, list[bool]]:
    world = World(happened, NOW, TOKYO, people)
    return {
        lead.id: [lead.merged_into_id is None and holds(document, lead, world) for document in documents]
        for lead in people
    }


@settings(**{**BOUNDS, "max_examples": 60})
@given(document=whole_condition, people=many_leads, happened=events)
def test_every_part_is_counted_as_the_reading_counts_it(
    cursor: Any, document: Any, people: list[Lead], happened: list[Event]
) -> None:
    load(cursor, people, happened)
    asked = tally(parse(document, vocabulary=WITH_SEGMENTS), vocabulary=WITH_SEGMENTS, now=NOW, tz=TOKYO)

    cursor.execute(asked.sql, {**asked.params, "tenant_id": TENANT})
    counts = asked.counts(dict(zip([each.name for each in cursor.description], cursor.fetchone(), strict=True)))

    assert counts == parts(document, "", people, World(happened, NOW, TOKYO, people))


def parts(document: Any, path: str, people: list[Lead], world: World) -> dict[str, int]:
    """How many people each part holds for, by its path."""
    counts = {path: sum(lead.merged_into_id is None and holds(document, lead, world) for lead in people)}
    below = {f"{path}/{key}/{at}": one for key in ("all", "any") for at, one in enumerate(document.get(key, ()))}
    below |= {f"{path}/not": document["not"]} if "not" in document else {}
    for place, one in below.items():
        counts |= parts(one, place, people, world)
    return counts


SEEN = {"event": "page_viewed", "within": {"days": 14}}


@settings(**{**BOUNDS, "max_examples": 25})
@given(parts=st.lists(where, min_size=1, max_size=2), mates=asked_of_colleagues, people=many_leads, happened=events)
def test_every_part_inside_a_filter_or_about_colleagues_is_counted_alone(
    cursor: Any, parts: list[Any], mates: Any, people: list[Lead], happened: list[Event]
) -> None:
    load(cursor, people, happened)
    document = {"all": [{**SEEN, "where": {"any": parts}, "count": {"op": "gte", "value": 2}}, {"account": mates}]}
    alone = {f"/all/0/where/any/{at}": {**SEEN, "where": part} for at, part in enumerate(parts)} | {
        "/all/1/account": mates
    }

    counts: dict[str, int] = {}
    for asked in tally_inside(parse(document, vocabulary=WITH_SEGMENTS), vocabulary=WITH_SEGMENTS, now=NOW, tz=TOKYO):
        cursor.execute(asked.sql, {**asked.params, "tenant_id": TENANT})
        counts |= asked.counts(dict(zip([each.name for each in cursor.description], cursor.fetchone(), strict=True)))

    world = World(happened, NOW, TOKYO, people)
    standing = [lead for lead in people if lead.merged_into_id is None]
    assert {path: counts[path] for path in alone} == {
        path: sum(holds(one, lead, world) for lead in standing) for path, one in alone.items()
    }
