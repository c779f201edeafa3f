"""Which days are working days: weekends, national holidays of Japan, and the turn of the year. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

_NATIONAL = holidays.country_holidays("JP")


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


def is_japanese_holiday(day: date) -> bool:
    """National holidays (振替休日 and 国民の休日 included) and 年末年始 (12/29 to 1/3), whatever the weekday."""
    year_end = (day.month == 12 and day.day >= 29) or (day.month == 1 and day.day <= 3)
    return year_end or day in _NATIONAL


@lru_cache(maxsize=16)
def japanese_calendar(zone: str) -> Calendar:
    """Weekends, national holidays and 年末年始 are closed."""
    return Calendar(zone=ZoneInfo(zone), closed=lambda day: day.weekday() >= 5 or is_japanese_holiday(day))
