"""Which days are working days: weekends, national holidays of Japan, the turn of the year, closure days. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

_NATIONAL = holidays.country_holidays("JP", language="ja")
_IN_ENGLISH = holidays.country_holidays("JP", language="en_US")


@dataclass(frozen=True)
class Calendar:
    """Local days of one zone; `closed` says which dates nobody works."""

    zone: ZoneInfo
    closed: Callable[[date], bool]

    def local(self, moment: datetime) -> datetime:
        """The wall clock at `moment`."""
        return moment.astimezone(self.zone)

    def is_open(self, day: date) -> bool:
        """Whether `day` is a business day."""
        return not self.closed(day)

    def add_business_days(self, day: date, count: int) -> date:
        """The `count`-th business day after `day`; `day` itself never counts."""
        while count > 0:
            day += timedelta(days=1)
            count -= self.is_open(day)
        return day


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which nobody of a workspace works, both ends included. `yearly`: month and day alone count, so that
    8/13 to 8/16 is お盆 of every year, and 12/28 to 1/5 goes over the new year.
    """

    starts_on: date
    ends_on: date
    yearly: bool = False

    def covers(self, day: date) -> bool:
        """Whether `day` is one of them."""
        if not self.yearly:
            return self.starts_on <= day <= self.ends_on
        first, last, this = _in_year(self.starts_on), _in_year(self.ends_on), _in_year(day)
        return first <= this <= last if first <= last else this >= first or this <= last

    @property
    def length(self) -> int:
        """Days from the first to the last; of a yearly one, in each year."""
        return (self.ends_on - self.starts_on).days + 1


def _in_year(day: date) -> tuple[int, int]:
    return day.month, day.day


def is_closed(day: date, closures: Iterable[Closure]) -> bool:
    """Whether `day` is a closure day of a workspace with these."""
    return any(closure.covers(day) for closure in closures)


def holiday_name(day: date, *, language: str) -> str:
    """What a national holiday is called in "ja" or "en"; "" for other days, those of 年末年始 too."""
    return str((_NATIONAL if language == "ja" else _IN_ENGLISH).get(day, ""))


def is_japanese_holiday(day: date) -> bool:
    """National holidays (振替休日 and 国民の休日 included) and 年末年始 (12/29 to 1/3), whatever the weekday."""
    year_end = (day.month == 12 and day.day >= 29) or (day.month == 1 and day.day <= 3)
    return year_end or day in _NATIONAL


@lru_cache(maxsize=64)
def japanese_calendar(zone: str, closures: tuple[Closure, ...] = ()) -> Calendar:
    """Weekends, national holidays, 年末年始 and these closure days are closed."""

    def closed(day: date) -> bool:
        return day.weekday() >= 5 or is_japanese_holiday(day) or is_closed(day, closures)

    return Calendar(zone=ZoneInfo(zone), closed=closed)
