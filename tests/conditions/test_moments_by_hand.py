"""The moment at which a window passes, for the cases people ask about."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from conditions import next_changes, parse
from tests.conditions.random_trees import NOW, TOKYO
from tests.conditions.scratch import TENANT, Event, Lead, load
from tests.conditions.words import WORDS

OLD = NOW - timedelta(days=100)
MIDNIGHT = datetime(2028, 2, 22, tzinfo=TOKYO)
DAY = timedelta(days=1)


def due(cursor: Any, document: Any, lead: Lead, *happened: Event) -> datetime | None:
    load(cursor, [lead], list(happened))
    changes = next_changes(parse(document, vocabulary=WORDS), vocabulary=WORDS, now=NOW, tz=TOKYO)
    if changes.sql is None:
        return None
    cursor.execute(changes.sql, {**changes.params, "tenant_id": TENANT})
    return dict(cursor.fetchall()).get(lead.id)


def views(*ages: int) -> list[Event]:
    return [Event(lead_id=1, occurred_at=NOW - timedelta(days=age)) for age in ages]


def test_two_views_within_a_month_end_when_the_second_newest_is_a_month_old(cursor: Any) -> None:
    twice = {"event": "page_viewed", "count": {"op": "gte", "value": 2}, "within": {"days": 30}}

    assert due(cursor, twice, Lead(1, OLD), *views(3, 10, 20)) == NOW + 20 * DAY
    assert due(cursor, twice, Lead(1, OLD), *views(3)) is None


def test_has_not_begins_when_the_last_view_is_a_month_old_and_the_person_known_so_long(cursor: Any) -> None:
    never = {"event": "page_viewed", "count": {"op": "eq", "value": 0}, "within": {"days": 30}}

    assert due(cursor, never, Lead(1, OLD), *views(3)) == NOW + 27 * DAY
    assert due(cursor, never, Lead(1, NOW - 5 * DAY)) == NOW + 25 * DAY


@pytest.mark.parametrize(
    ("op", "value", "at", "expected"),
    [
        ("within_last", {"hours": 48}, NOW - DAY, NOW + DAY),
        ("within_last", {"hours": 48}, NOW - 3 * DAY, None),
        ("within_next", {"days": 2}, NOW + 5 * DAY, NOW + 3 * DAY),
        ("on", "today", NOW, MIDNIGHT),
        ("on", "this_week", NOW, datetime(2028, 2, 28, tzinfo=TOKYO)),
        ("on", "this_fiscal_year", NOW - 200 * DAY, datetime(2028, 4, 1, tzinfo=TOKYO)),
        ("on", "yesterday", NOW - 9 * DAY, None),
    ],
)
def test_a_moment_leaves_its_window(cursor: Any, op: str, value: Any, at: datetime, expected: datetime | None) -> None:
    asked = {"field": "lead.last_seen_at", "op": op, "value": value}

    assert due(cursor, asked, Lead(1, OLD, last_seen_at=at)) == expected


def test_what_no_clock_touches_has_no_moment(cursor: Any) -> None:
    assert due(cursor, {"field": "lead.visits", "op": "gte", "value": 2}, Lead(1, OLD, visits=1)) is None
    assert due(cursor, {"event": "page_viewed"}, Lead(1, OLD), *views(3)) is None


def test_the_first_of_the_other_events_decides_an_order_so_its_leaving_counts(cursor: Any) -> None:
    after_another = {"event": "page_viewed", "after": {"event": "page_viewed", "within": {"days": 14}}}

    assert due(cursor, after_another, Lead(1, OLD), *views(1, 3)) == NOW + 11 * DAY
