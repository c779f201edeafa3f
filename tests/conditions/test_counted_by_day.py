"""Events counted by day give the answers of the log, whatever the zone, the window and what became of the events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conditions import compile, parse, tally
from conditions.rolled import MOST
from tests.conditions.by_day import (
    EVER,
    LEFT,
    Counts,
    count,
    counted_condition,
    dense_events,
    kept_since,
    of_browsers,
    since,
    zones,
)
from tests.conditions.random_trees import NOW, TOKYO, browsers, many_leads
from tests.conditions.reference import World
from tests.conditions.scratch import TENANT, Event, Lead, Subject, Visitor, add, found, load, load_visitors
from tests.conditions.subjects import BROWSERS
from tests.conditions.test_thousands_of_trees import parts, wanted
from tests.conditions.words import VISITOR_WORDS, WITH_SEGMENTS, WORDS

TREES, WORLDS = 8, 250
BOUNDS: dict[str, Any] = {"suppress_health_check": list(HealthCheck), "deadline": None, "derandomize": True}
batch = st.lists(counted_condition, min_size=TREES, max_size=TREES)
STATEMENT = "SELECT lead.id, {columns} FROM leads_lead AS lead WHERE lead.tenant_id = %(tenant_id)s"


@settings(max_examples=WORLDS, **BOUNDS)
@given(documents=batch, people=many_leads, happened=dense_events, tz=zones, begins=since)
def test_two_thousand_trees_find_whom_the_reading_finds(
    cursor: Any, documents: list[Any], people: list[Lead], happened: list[Event], tz: ZoneInfo, begins: Any
) -> None:
    log = kept_since(happened, begins)
    load(cursor, people, log)
    add(cursor, [], happened, tenant=TENANT + 1)
    count(cursor, happened, tz=tz)

    answers = ask(cursor, documents, Counts(cursor, begins))

    assert answers == wanted(documents, people, log)


def ask(cursor: Any, documents: list[Any], days: Counts) -> dict[int, list[bool]]:
    asked = [
        compile(
            parse(document, vocabulary=WITH_SEGMENTS),
            vocabulary=WITH_SEGMENTS,
            now=NOW,
            tz=TOKYO,
            prefix=f"c{at}",
            days=days,
        )
        for at, document in enumerate(documents)
    ]
    params = {name: value for one in asked for name, value in one.params.items()}
    cursor.execute(STATEMENT.format(columns=", ".join(one.sql for one in asked)), {**params, "tenant_id": TENANT})
    return {lead: answers for lead, *answers in cursor.fetchall()}


@settings(max_examples=60, **BOUNDS)
@given(document=counted_condition, people=many_leads, happened=dense_events, tz=zones)
def test_every_part_is_counted_as_the_reading_counts_it(
    cursor: Any, document: Any, people: list[Lead], happened: list[Event], tz: ZoneInfo
) -> None:
    load(cursor, people, happened)
    count(cursor, happened, tz=tz)
    node = parse(document, vocabulary=WITH_SEGMENTS)
    asked = tally(node, vocabulary=WITH_SEGMENTS, now=NOW, tz=TOKYO, days=Counts(cursor))

    cursor.execute(asked.sql, {**asked.params, "tenant_id": TENANT})
    told = asked.counts(dict(zip([each.name for each in cursor.description], cursor.fetchone(), strict=True)))

    assert told == parts(document, "", people, World(happened, NOW, TOKYO))


@settings(max_examples=60, **BOUNDS)
@given(document=counted_condition, people=browsers, happened=dense_events.map(of_browsers), tz=zones)
def test_browsers_are_counted_alike(
    cursor: Any, document: Any, people: list[Visitor], happened: list[Event], tz: ZoneInfo
) -> None:
    load_visitors(cursor, people, happened)
    count(cursor, happened, tz=tz)
    node = parse(document, vocabulary=VISITOR_WORDS)
    asked = compile(node, vocabulary=VISITOR_WORDS, now=NOW, tz=TOKYO, days=Counts(cursor))

    cursor.execute(
        f"SELECT visitor.id FROM {BROWSERS.audience.rows} WHERE visitor.tenant_id = %(tenant_id)s AND {asked.sql}",
        {**asked.params, "tenant_id": TENANT},
    )

    assert {one for (one,) in cursor.fetchall()} == BROWSERS.expected(document, people, World(happened, NOW, TOKYO))


# By hand

PRICING, BLOG = Subject(1, "料金", "/pricing"), Subject(2, "ブログ", "/blog")
ON_PRICING = {"field": "path", "op": "eq", "value": "/pricing"}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def views(*ages: timedelta, about: Subject | None = PRICING) -> list[Event]:
    return [Event(lead_id=1, occurred_at=NOW - age, subject=about) for age in ages]


def asked(cursor: Any, happened: list[Event], document: Any, *, days: Counts | None = None) -> Any:
    load(cursor, [Lead(1, NOW - 400 * DAY)], happened)
    count(cursor, happened, tz=TOKYO)
    return compile(parse(document, vocabulary=WORDS), vocabulary=WORDS, now=NOW, tz=TOKYO, days=days or Counts(cursor))


def pricing(at_least: int, **more: Any) -> dict[str, Any]:
    return {"event": "page_viewed", "where": ON_PRICING, "count": {"op": "gte", "value": at_least}, **more}


@pytest.mark.parametrize(
    ("happened", "at_least", "holds"),
    [
        (views(DAY, 2 * DAY), 2, True),
        (views(DAY, 2 * DAY), 3, False),
        (views(DAY, DAY + HOUR, DAY + 2 * HOUR), 3, True),  # three in one row
        (views(7 * DAY - HOUR, 7 * DAY + HOUR), 1, True),  # one row, cut by the window's beginning
        (views(7 * DAY - HOUR, 7 * DAY + HOUR), 2, False),
        (views(7 * DAY), 1, False),  # the very instant is outside
        (views(DAY, timedelta(), -HOUR), 2, True),  # one row of now and what is yet to come
        (views(DAY, timedelta(), -HOUR), 3, False),
        ([*views(DAY), Event(1, NOW - HOUR, name=LEFT, subject=PRICING)], 2, False),  # visible time is no view
        (views(DAY, about=BLOG), 1, False),
        (views(DAY, about=None), 1, False),
    ],
)
def test_a_window_that_cuts_through_a_day_counts_what_is_inside(
    cursor: Any, happened: list[Event], at_least: int, holds: bool
) -> None:
    within = pricing(at_least, within={"days": 7})

    assert found(cursor, asked(cursor, happened, within)) == ({1} if holds else set())


@pytest.mark.parametrize("zone", ["Etc/GMT+12", "America/New_York", "UTC", "Asia/Tokyo", "Pacific/Kiritimati"])
def test_whatever_the_zone_was_the_first_hour_of_the_window_is_inside(cursor: Any, zone: str) -> None:
    happened = views(7 * DAY - HOUR)
    compiled = asked(cursor, happened, pricing(1, within={"days": 7}))

    count(cursor, happened, tz=ZoneInfo(zone))

    assert found(cursor, compiled) == {1}


def test_a_page_that_is_about_nothing_is_among_those_that_are_not_pricing(cursor: Any) -> None:
    elsewhere = {**pricing(1), "where": {"not": ON_PRICING}}

    assert found(cursor, asked(cursor, views(DAY, about=None), elsewhere)) == {1}


class Crowded(Counts):
    """More pages than can be named one by one."""

    def rows(self, statement: str, params: Any) -> Sequence[tuple[Any, ...]]:
        asks_for_pages = "AS nothing" in statement
        return [(number,) for number in range(MOST + 1)] if asks_for_pages else super().rows(statement, params)


@pytest.mark.parametrize(("at_least", "holds"), [(2, {1}), (3, set())])
def test_too_many_pages_to_be_named_are_joined(cursor: Any, at_least: int, holds: set[int]) -> None:
    happened = [*views(DAY, 7 * DAY - HOUR, 7 * DAY + HOUR), *views(DAY, about=BLOG)]

    compiled = asked(cursor, happened, pricing(at_least, within={"days": 7}), days=Crowded(cursor))

    assert "tracking_subject" in compiled.sql
    assert found(cursor, compiled) == holds


class Torn(Counts):
    """More rows that the window cuts through than can be handed over."""

    def rows(self, statement: str, params: Any) -> Sequence[tuple[Any, ...]]:
        asks_for_rows = "concat_ws" in statement
        return [(str(number), 1) for number in range(MOST + 1)] if asks_for_rows else super().rows(statement, params)


@pytest.mark.parametrize(("at_least", "holds"), [(2, {1}), (3, set())])
def test_where_too_many_rows_are_cut_the_log_is_read(cursor: Any, at_least: int, holds: set[int]) -> None:
    happened = views(DAY, 7 * DAY - HOUR, 7 * DAY + HOUR)

    compiled = asked(cursor, happened, pricing(at_least, within={"days": 7}), days=Torn(cursor))

    assert "FROM tracking_event AS event" in compiled.sql
    assert found(cursor, compiled) == holds


@pytest.mark.parametrize(
    ("document", "reads"),
    [
        (pricing(3), "tracking_daily"),
        ({"event": "page_viewed", "within": {"days": 7}, "count": {"op": "eq", "value": 0}}, "tracking_daily"),
        ({**pricing(3), "where": {"field": "title", "op": "contains", "value": "料金"}}, "tracking_daily"),
        (pricing(3, after={"event": "asset_downloaded"}), "tracking_event"),
        ({"event": "page_viewed", "sum": "visible_ms", "count": {"op": "gte", "value": 60}}, "tracking_event"),
        ({**pricing(3), "where": {"field": "properties.amount", "op": "gte", "value": 1}}, "tracking_event"),
        (
            {**pricing(3), "where": {"all": [ON_PRICING, {"field": "visible_ms", "op": "gt", "value": 1}]}},
            "tracking_event",
        ),
        ({"event": "trial_started"}, "tracking_event"),  # two names of one number
    ],
)
def test_only_what_the_counts_hold_is_read_from_them(cursor: Any, document: Any, reads: str) -> None:
    sql = asked(cursor, [], document).sql

    assert ("FROM tracking_daily AS event" in sql) == (reads == "tracking_daily")


@pytest.mark.parametrize(
    ("begins", "within", "reads"),
    [
        (NOW - 30 * DAY, {"within": {"days": 30}}, "tracking_daily"),
        (NOW - 30 * DAY + HOUR, {"within": {"days": 30}}, "tracking_event"),
        (NOW - 30 * DAY, {}, "tracking_event"),
        (EVER, {}, "tracking_daily"),
        (None, {"within": {"days": 1}}, "tracking_event"),
    ],
)
def test_what_the_log_has_forgotten_is_not_counted_either(cursor: Any, begins: Any, within: Any, reads: str) -> None:
    sql = asked(cursor, [], pricing(1, **within), days=Counts(cursor, begins)).sql

    assert ("FROM tracking_daily AS event" in sql) == (reads == "tracking_daily")
