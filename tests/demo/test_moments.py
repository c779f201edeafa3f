"""Judgements fall on the days and hours of the facts that they judge."""

import itertools
from datetime import UTC, datetime, timedelta
from random import Random

from ma_platform.demo.moments import stretches

FRIDAY = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)  # 17:00 in Japan


def facts(days: int, seed: int = 5) -> list[datetime]:
    """Ten facts in the business hours of each of the last `days` days."""
    chance, midnight = Random(seed), FRIDAY.replace(hour=0)
    return [midnight - timedelta(days=day, hours=-7 * chance.random()) for day in range(days) for _ in range(10)]


def test_stretches_hold_every_fact_once_and_end_right_after_one():
    times = facts(90)

    found = stretches(times, now=FRIDAY, chance=Random(1))

    assert all(one.start < one.end <= FRIDAY for one in found)
    assert all(before.end == after.start for before, after in itertools.pairwise(found))
    assert [sum(one.start < time <= one.end for one in found) for time in times] == [1] * len(times)
    assert all(min(one.end - time for time in times if time <= one.end) <= timedelta(seconds=40) for one in found)


def test_every_working_day_is_judged_on_that_day_and_recent_days_often():
    found = stretches(facts(90), now=FRIDAY, chance=Random(1))

    days = [one.end.date() for one in found]
    working = {time.date() for time in facts(90) if time.weekday() < 5}
    assert working <= set(days)
    assert days.count(FRIDAY.date()) >= 6
    assert len(found) < 130  # each costs time when the demo is made


def test_work_of_a_working_day_adds_up_to_one_and_weekends_have_none():
    found = stretches(facts(90), now=FRIDAY, chance=Random(1))

    by_day: dict[int, float] = {}
    for one in found:
        by_day[one.end.toordinal()] = by_day.get(one.end.toordinal(), 0) + one.work
    assert {round(work, 6) for work in by_day.values()} == {0.0, 1.0}
    assert not any(one.work for one in found if one.end.weekday() >= 5)


def test_hours_of_judgement_are_spread():
    found = stretches(facts(90), now=FRIDAY, chance=Random(1))
    hours = [one.end.hour for one in found]

    assert max(hours.count(hour) for hour in set(hours)) < 0.5 * len(hours)


def test_the_same_seed_gives_the_same_stretches():
    first, second = (stretches(facts(90), now=FRIDAY, chance=Random(1)) for _ in range(2))

    assert first == second
    assert stretches([], now=FRIDAY, chance=Random(1)) == []
