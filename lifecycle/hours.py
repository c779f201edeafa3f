"""When a workspace is open for business. Pure: the zone, the days and the hours are given."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ma_platform.workdays import Closure, is_closed, is_japanese_holiday

LOOK_AHEAD_DAYS = 200  # longer than any run of holidays and closure days


@dataclass(frozen=True)
class Hours:
    """Open on `days` (Monday is 0) from `opens` until before `closes`, by the zone's wall clock.

    A closing time not after the opening time is that of the next morning: 22:00–06:00 is a night, 00:00–00:00 a whole
    day. What began before midnight belongs to the day it began on, holidays included.
    """

    zone: ZoneInfo
    days: Collection[int]
    opens: time
    closes: time
    rests_on_holidays: bool = True
    closures: Collection[Closure] = ()  # of the workspace: nobody works then, whatever the holidays

    def is_open(self, moment: datetime) -> bool:
        """Whether somebody works at `moment`."""
        today = moment.astimezone(self.zone).date()
        return any(self._began(day) <= moment < self._ends(day) for day in _until(today) if self._works(day))

    def works_on(self, day: date) -> bool:
        """Whether `day`, of the zone's calendar, is a working day."""
        return self._works(day)

    def next_open(self, moment: datetime) -> datetime | None:
        """The first moment not before `moment` at which somebody works, in UTC; None when nobody ever does."""
        if self.is_open(moment):
            return moment.astimezone(UTC)
        first = moment.astimezone(self.zone).date()
        days = (first + timedelta(days=ahead) for ahead in range(LOOK_AHEAD_DAYS))
        opening = (self._began(day) for day in days if self._works(day))
        return next((began.astimezone(UTC) for began in opening if began >= moment), None)

    def _works(self, day: date) -> bool:
        rests = self.rests_on_holidays and is_japanese_holiday(day)
        return day.weekday() in self.days and not rests and not is_closed(day, self.closures)

    def _began(self, day: date) -> datetime:
        return datetime.combine(day, self.opens, tzinfo=self.zone)

    def _ends(self, day: date) -> datetime:
        over = self.closes <= self.opens
        return datetime.combine(day + timedelta(days=over), self.closes, tzinfo=self.zone)


def _until(today: date) -> tuple[date, date]:
    """The days whose hours may reach into today."""
    return today - timedelta(days=1), today
