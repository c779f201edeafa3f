"""Durations that run on a workspace's working calendar. Pure: the zone and closed days are given."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from ma_platform.workdays import Calendar
from nurturing.reading import Reader, refuse

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
UNITS: Final = ("minutes", "hours", "days", "business_days")
LONGEST_DAYS: Final = 730
CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
MOST: Final = {
    "minutes": LONGEST_DAYS * 1440,
    "hours": LONGEST_DAYS * 24,
    "days": LONGEST_DAYS,
    "business_days": 500,
}


@dataclass(frozen=True)
class Duration:
    """A length of time as the author wrote it. A day is 24 hours; a business day is a local working date."""

    unit: str
    count: int

    def after(self, moment: datetime, calendar: Calendar) -> datetime:
        """The instant this long after `moment`; business days keep the local wall time."""
        if self.unit == "business_days":
            local = calendar.local(moment)
            return moved_to(local, calendar.add_business_days(local.date(), self.count)).astimezone(moment.tzinfo)
        return moment + timedelta(**{self.unit: self.count})

    def before(self, moment: datetime) -> datetime:
        """The instant this long before `moment`; business days are taken as days, since nobody looks back by them."""
        return moment - timedelta(**{"days" if self.unit == "business_days" else self.unit: self.count})

    @property
    def by_date(self) -> bool:
        """Whether it counts dates, so that a local time of day names one instant on the last of them."""
        return self.unit in ("days", "business_days")


def moved_to(local: datetime, day: date) -> datetime:
    """The same wall time on another date."""
    return datetime.combine(day, local.timetz().replace(fold=0))


def read_duration(raw: object, path: str) -> Duration:
    """`{"days": 3}`: exactly one of minutes, hours, days, business_days, at least 1, at most two years."""
    reader = Reader(raw, path)
    present = [unit for unit in UNITS if reader.has(unit)]
    if len(present) != 1:
        raise refuse(path, "Give one of: %(choices)s.", choices=", ".join(UNITS))
    count = reader.number(present[0], least=1, most=MOST[present[0]])
    reader.close()
    return Duration(unit=present[0], count=count)


def read_time(raw: object, path: str) -> time:
    """`"09:00"`: a local time of day, hours and minutes."""
    if isinstance(raw, str) and (found := CLOCK.fullmatch(raw)):
        return time(int(found.group(1)), int(found.group(2)))
    raise refuse(path, "A time like 09:00 is expected.")


@dataclass(frozen=True)
class Appointment:
    """Wait `length`, then until `at` (local), then until an allowed day. `days` is any, business or weekday keys."""

    length: Duration
    at: time | None = None
    days: tuple[str, ...] = ()

    def after(self, moment: datetime, calendar: Calendar) -> datetime:
        """The instant to go on. Three days at 09:00 from Monday 15:00 is Thursday 09:00, the date that is counted.

        With hours or minutes it is the first 09:00 not before the length has passed.
        """
        local = calendar.local(self.length.after(moment, calendar))
        if self.at is not None:
            at_time = datetime.combine(local.date(), self.at, tzinfo=calendar.zone)
            local = at_time if self.length.by_date or at_time >= local else moved_to(at_time, next_day(local))
        day = local.date()
        while not self.allows(day, calendar):
            day += timedelta(days=1)
        return moved_to(local, day).astimezone(moment.tzinfo)

    def allows(self, day: date, calendar: Calendar) -> bool:
        """Whether `day` is one of the wanted days."""
        if self.days == ("business",):
            return calendar.is_open(day)
        return not self.days or WEEKDAYS[day.weekday()] in self.days


def next_day(local: datetime) -> date:
    """The date after."""
    return local.date() + timedelta(days=1)


def read_days(raw: object, path: str) -> tuple[str, ...]:
    """`"any"` → (), `"business"` → ("business",), `"mon,tue"` → ("mon", "tue")."""
    if raw is None or raw == "any":
        return ()
    if raw == "business":
        return ("business",)
    names = tuple(part.strip() for part in raw.split(",")) if isinstance(raw, str) else ()
    if not names or any(name not in WEEKDAYS for name in names):
        raise refuse(path, "Use any, business, or days such as mon,tue.")
    return names
