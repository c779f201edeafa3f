"""The days off that are coming, with what they are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ma_platform.tenancy.models import ClosureDays
from ma_platform.workdays import Closure, holiday_name, is_japanese_holiday

AHEAD = 366
Own = Sequence[tuple[str, Closure]]


@dataclass(frozen=True, slots=True)
class Rest:
    """Days off in a row that have one name; `own`: the workspace's closure days."""

    name: str
    first: date
    last: date
    own: bool


def coming_rests(today: date, closures: Sequence[ClosureDays]) -> list[Rest]:
    """The days off of a year from today, in order; weekends are not told."""
    own = [(one.name, Closure(one.starts_on, one.ends_on, one.yearly)) for one in closures]
    days = (today + timedelta(days=ahead) for ahead in range(AHEAD))
    named = ((day, _named(day, own)) for day in days)
    runs = [(name, [day for day, _same in run]) for name, run in groupby(named, key=lambda one: one[1])]
    return [Rest(name[0], run[0], run[-1], name[1]) for name, run in runs if name is not None]


def _named(day: date, own: Own) -> tuple[str, bool] | None:
    """(what the day is called, whether it is the workspace's own); None for a day like others."""
    for name, closure in own:
        if closure.covers(day):
            return name, True
    if not is_japanese_holiday(day):
        return None
    return holiday_name(day, language=get_language() or "ja") or _("Turn of the year"), False
