"""When the workspace takes stock: right after things that people did, so that judgements carry believable times.

Pure. Recent days are lived in short stretches, since somebody looks at them closely; older days in longer ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from random import Random

OPENING = 0  # 9:00 in Japan, as an hour of UTC; office days there and UTC days are the same
WEEKEND = 5
STRETCHES = ((2, 6), (14, 2))  # age of a day in days below which it has so many stretches
EXHAUSTIVE = timedelta(seconds=40)


@dataclass(frozen=True)
class Stretch:
    """From `start` to `end`, which is the moment of judgement; `work` is the share of a working day in it."""

    start: datetime
    end: datetime
    work: float

    def office_hour(self, chance: Random) -> datetime:
        """Some moment of it when people are at work."""
        start = max(self.start, self.end.replace(hour=OPENING, minute=0, second=0, microsecond=0))
        return start + (self.end - start) * chance.uniform(0.02, 0.98)


def stretches(times: Iterable[datetime], *, now: datetime, chance: Random) -> list[Stretch]:
    """Parts of the past that hold `times` between them, in order, without gaps; each ends seconds after one of them."""
    days: dict[date, list[datetime]] = defaultdict(list)
    for time in sorted(times):
        days[time.date()].append(time)
    if not days:
        return []
    ends = [(min(now, max(days[max(days)]) + EXHAUSTIVE), 0.0)]
    for day, moments in days.items():
        picked = _picked(moments, _count(day, now.date()), chance)
        work = 0.0 if day.weekday() >= WEEKEND else 1 / len(picked)
        ends += [(min(now, end + EXHAUSTIVE * chance.random()), work) for end in picked]
    first = (days[min(days)][0] - timedelta(minutes=1), 0.0)
    return [Stretch(start, end, work) for (start, _), (end, work) in pairwise([first, *sorted(ends)])]


def _count(day: date, today: date) -> int:
    """An old weekend has none: its few facts are judged on Monday."""
    age = (today - day).days
    count = next((count for below, count in STRETCHES if age < below), 1)
    return count if day.weekday() < WEEKEND else count // 2


def _picked(moments: list[datetime], count: int, chance: Random) -> list[datetime]:
    """`count` of them at equal distances in their order, the last among them; a single one is in the afternoon."""
    if count == 1:
        return [moments[int(len(moments) * chance.uniform(0.6, 0.999))]]
    count = min(count, len(moments))
    return [moments[len(moments) * (number + 1) // count - 1] for number in range(count)]
