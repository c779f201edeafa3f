"""Mails are opened like mails: by a third, most within a day, awake, and before a click."""

from datetime import UTC, datetime, timedelta
from random import Random

from ma_platform.demo.reading import read, unasked
from tracking.catalogue import Verdict
from tracking.verdict import judge_mail

SENT = datetime(2026, 11, 18, 1, 30, tzinfo=UTC)  # Wednesday, 10:30 in Japan


def sample(seed: int = 3) -> list[tuple[datetime, datetime | None]]:
    """Opens and clicks of 3,000 mails."""
    chance = Random(seed)
    return [(one.opened, one.clicked) for _ in range(3000) if (one := read(SENT, chance))]


def test_a_third_opens_and_a_third_of_those_clicks():
    opens = sample()

    assert 0.30 < len(opens) / 3000 < 0.38
    assert 0.25 < sum(clicked is not None for _, clicked in opens) / len(opens) < 0.35


def test_most_open_within_a_day_and_hardly_anybody_at_once():
    lags = sorted(opened - SENT for opened, _ in sample())

    assert lags[0] >= timedelta(minutes=1)
    assert timedelta(hours=1) < lags[len(lags) // 2] < timedelta(hours=6)
    assert 0.8 < sum(lag < timedelta(days=1) for lag in lags) / len(lags) < 0.98


def test_nobody_opens_at_night_and_clicks_follow():
    for opened, clicked in sample():
        assert 7 <= (opened + timedelta(hours=9)).hour < 23
        assert clicked is None or clicked > opened + timedelta(seconds=5)


def test_the_same_seed_reads_the_same_mails():
    assert sample() == sample()
    assert sample(4) != sample()


def test_programs_open_some_unasked_and_are_not_taken_for_people():
    chance = Random(3)
    judged = [judge_mail(hit, opened=True).verdict for _ in range(3000) for _at, hit in unasked(SENT, chance)]

    assert 0.14 < judged.count(Verdict.UNSURE) / 3000 < 0.18
    assert 0.03 < judged.count(Verdict.MACHINE) / 3000 < 0.07
    assert Verdict.HUMAN not in judged
