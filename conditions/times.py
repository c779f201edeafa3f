"""Durations, named periods and the edges of local days. Pure; `today` and zones are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from conditions.phrases import Phrase

MAX_DAYS = 3660
UNITS = {"days": 1440, "hours": 60, "minutes": 1}  # minutes in one
FISCAL_YEAR_STARTS_IN = 4


@dataclass(frozen=True, slots=True)
class Duration:
    """`Duration(14, "days")`. A day is 24 hours when measured against a moment, a calendar day against a date."""

    amount: int
    unit: str

    @property
    def delta(self) -> timedelta:
        return timedelta(minutes=self.amount * UNITS[self.unit])


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of calendar days named relative to today: `Period("this_week")`."""

    name: str


def period_days(period: Period, *, today: date) -> tuple[date, date]:
    """First day, and the first day no longer in it. Weeks begin on Monday, fiscal years in April."""
    return PERIODS[period.name].days(today)


def day_start(day: date, *, tz: tzinfo) -> datetime:
    """The instant the local day begins."""
    return datetime.combine(day, time.min, tzinfo=tz)


def local_day(now: datetime, *, tz: tzinfo) -> date:
    return now.astimezone(tz).date()


def _days(first: int, after: int) -> Callable[[date], tuple[date, date]]:
    return lambda today: (today + timedelta(days=first), today + timedelta(days=after))


def _week(shift: int) -> Callable[[date], tuple[date, date]]:
    def days(today: date) -> tuple[date, date]:
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=shift)
        return monday, monday + timedelta(weeks=1)

    return days


def _month(shift: int) -> Callable[[date], tuple[date, date]]:
    def first(today: date, shift: int) -> date:
        years, month = divmod(today.month - 1 + shift, 12)
        return date(today.year + years, month + 1, 1)

    return lambda today: (first(today, shift), first(today, shift + 1))


def _fiscal_year(shift: int) -> Callable[[date], tuple[date, date]]:
    def days(today: date) -> tuple[date, date]:
        year = today.year - (today.month < FISCAL_YEAR_STARTS_IN) + shift
        return date(year, FISCAL_YEAR_STARTS_IN, 1), date(year + 1, FISCAL_YEAR_STARTS_IN, 1)

    return days


@dataclass(frozen=True)
class NamedPeriod:
    label: Phrase
    days: Callable[[date], tuple[date, date]]


PERIODS: Mapping[str, NamedPeriod] = {
    "today": NamedPeriod(Phrase("today", "今日"), _days(0, 1)),
    "yesterday": NamedPeriod(Phrase("yesterday", "昨日"), _days(-1, 0)),
    "tomorrow": NamedPeriod(Phrase("tomorrow", "明日"), _days(1, 2)),
    "this_week": NamedPeriod(Phrase("this week", "今週"), _week(0)),
    "last_week": NamedPeriod(Phrase("last week", "先週"), _week(-1)),
    "next_week": NamedPeriod(Phrase("next week", "来週"), _week(1)),
    "this_month": NamedPeriod(Phrase("this month", "今月"), _month(0)),
    "last_month": NamedPeriod(Phrase("last month", "先月"), _month(-1)),
    "next_month": NamedPeriod(Phrase("next month", "来月"), _month(1)),
    "this_fiscal_year": NamedPeriod(Phrase("this fiscal year", "今年度"), _fiscal_year(0)),
    "last_fiscal_year": NamedPeriod(Phrase("last fiscal year", "前年度"), _fiscal_year(-1)),
}
