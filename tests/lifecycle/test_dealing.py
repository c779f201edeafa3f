"""Whose turn it is, and when the business is open: tables of cases, no database."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from lifecycle.dealing import Turn, deal
from lifecycle.hours import Hours

TOKYO = ZoneInfo("Asia/Tokyo")
OFFICE = Hours(TOKYO, {0, 1, 2, 3, 4}, time(9), time(18))
NIGHT = Hours(TOKYO, {4}, time(22), time(6), rests_on_holidays=False)
ALWAYS = Hours(TOKYO, {0, 1, 2, 3, 4, 5, 6}, time(0), time(0), rests_on_holidays=False)


def test_heavier_members_are_spread_and_not_bunched() -> None:
    dealt, credits = deal([Turn(1, 5, 0), Turn(2, 1, 0), Turn(3, 1, 0)], 7)

    assert [one.user_id for one in dealt] == [1, 1, 2, 1, 3, 1, 1]
    assert credits == {1: 0, 2: 0, 3: 0}


def test_dealing_in_two_sittings_is_dealing_in_one() -> None:
    turns = [Turn(1, 3, 0), Turn(2, 2, 0), Turn(3, 1, 0)]
    together, _ = deal(turns, 100)

    first, left = deal(turns, 37)
    then, _ = deal([Turn(one.user_id, one.weight, left[one.user_id]) for one in turns], 63)

    assert [*first, *then] == together
    assert Counter(one.user_id for one in together) == {1: 50, 2: 33, 3: 17}


def test_who_owns_enough_is_passed_over_and_named() -> None:
    dealt, _ = deal([Turn(1, 1, 0, room=1), Turn(2, 1, 0, room=2)], 5)

    assert [(one.user_id, one.full) for one in dealt] == [(1, ()), (2, (1,)), (2, (1,))]


def test_more_than_the_cap_already_is_no_room() -> None:
    assert deal([Turn(1, 1, 0, room=-3)], 2) == ([], {1: 0})


def test_nobody_deals_to_nobody() -> None:
    assert deal([], 3) == ([], {})


@pytest.mark.parametrize(
    ("hours", "local", "opens"),
    [
        pytest.param(OFFICE, "2026-11-20 09:00", "2026-11-20 09:00", id="on the minute"),
        pytest.param(OFFICE, "2026-11-20 08:59", "2026-11-20 09:00", id="before the day"),
        pytest.param(OFFICE, "2026-11-20 18:00", "2026-11-24 09:00", id="after Friday, over a weekend and a holiday"),
        pytest.param(OFFICE, "2026-11-23 10:00", "2026-11-24 09:00", id="a holiday"),
        pytest.param(OFFICE, "2026-12-28 18:30", "2027-01-04 09:00", id="the turn of the year"),
        pytest.param(NIGHT, "2026-11-20 23:30", "2026-11-20 23:30", id="before midnight"),
        pytest.param(NIGHT, "2026-11-21 05:59", "2026-11-21 05:59", id="after midnight, the night before's"),
        pytest.param(NIGHT, "2026-11-21 06:00", "2026-11-27 22:00", id="the morning ends it"),
        pytest.param(NIGHT, "2026-11-20 05:00", "2026-11-20 22:00", id="the night before was not open"),
        pytest.param(ALWAYS, "2026-11-22 00:00", "2026-11-22 00:00", id="midnight of a whole day"),
        pytest.param(Hours(TOKYO, set(), time(9), time(18)), "2026-11-20 10:00", None, id="never"),
    ],
)
def test_the_next_opening(hours: Hours, local: str, opens: str | None) -> None:
    moment = datetime.fromisoformat(local).replace(tzinfo=TOKYO)

    found = hours.next_open(moment)

    assert found == (datetime.fromisoformat(opens).replace(tzinfo=TOKYO) if opens else None)
    assert hours.is_open(moment) == (found == moment)
