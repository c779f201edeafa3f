"""When a visit is told: at once, by the hour, in the morning; never in quiet hours or on days off."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from lifecycle.hours import Hours
from lifecycle.pacing import HOURLY, MORNING, Pacing

TOKYO = ZoneInfo("Asia/Tokyo")
NIGHT = {"quiet_from": time(22), "quiet_until": time(7)}
NOON = {"quiet_from": time(12), "quiet_until": time(13)}
WEEK = Hours(TOKYO, frozenset(range(5)), time(9), time(18))
OFF = {"works_on": WEEK.works_on, "opens": time(9)}


def at(text: str) -> datetime:
    """A moment of November 2026 in Tokyo; the 20th is a Friday, the 23rd a holiday."""
    return datetime.strptime(f"2026-11-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=TOKYO)


@pytest.mark.parametrize(
    ("wishes", "noticed", "told"),
    [
        ({}, "20 03:00", "20 03:00"),
        (NIGHT, "20 21:59", "20 21:59"),
        (NIGHT, "20 22:00", "21 07:00"),
        (NIGHT, "21 00:00", "21 07:00"),
        (NIGHT, "21 06:59", "21 07:00"),
        (NIGHT, "21 07:00", "21 07:00"),
        (NOON, "20 12:30", "20 13:00"),
        (NOON, "20 13:00", "20 13:00"),
        (OFF, "20 23:00", "20 23:00"),
        (OFF, "21 10:00", "24 09:00"),
        ({**OFF, **NIGHT}, "20 23:00", "24 09:00"),
        ({**OFF, "quiet_from": time(22), "quiet_until": time(10)}, "21 10:00", "24 10:00"),
        ({"pace": HOURLY}, "20 12:20", "20 13:00"),
        ({"pace": HOURLY}, "20 13:00", "20 14:00"),
        ({"pace": HOURLY, **NIGHT}, "20 21:30", "21 07:00"),
        ({"pace": MORNING}, "20 08:59", "20 09:00"),
        ({"pace": MORNING}, "20 09:00", "21 09:00"),
        ({"pace": MORNING, "morning_at": time(8, 30), **OFF}, "20 12:00", "24 08:30"),
    ],
)
def test_when_a_visit_is_told(wishes: dict[str, object], noticed: str, told: str) -> None:
    due = Pacing(TOKYO, **wishes).due(at(noticed))  # type: ignore[arg-type]  # the table's own values

    assert due == at(told)


def test_hours_are_the_clock_of_the_zone_that_is_given() -> None:
    kolkata = ZoneInfo("Asia/Kolkata")  # half an hour beside the others

    due = Pacing(kolkata, HOURLY).due(at("20 12:20"))

    assert due.astimezone(kolkata) == datetime(2026, 11, 20, 9, 0, tzinfo=kolkata)


def test_where_nobody_ever_works_it_is_told_some_day() -> None:
    never = Pacing(TOKYO, works_on=lambda day: day < date(2026, 1, 1))

    assert never.due(at("20 12:00")) > at("21 12:00")
