"""The log's monthly partitions: made ahead of time, and back in time when an old fact arrives."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

from ma_platform.db import sql

MONTHS_AHEAD = 3
MONTHS_BACK = 4
_made: set[date] = set()  # by this process, in a transaction that may have been rolled back
_known: set[date] = set()  # Partitions are never dropped under a running process, so knowing one is enough.


def ensure_partitions(*, now: datetime, back: int = MONTHS_BACK, ahead: int = MONTHS_AHEAD) -> int:
    """Make every month from `back` months ago to `ahead` months from now; returns how many were missing."""
    this = month_of(now)
    wanted = [_shifted(this, step) for step in range(-back, ahead + 1)]
    return sum(sql.run(ENSURE_MONTH, month=month).value() for month in wanted)


def ensure_months(moments: Iterable[datetime]) -> None:
    """Make sure each of these moments has its partition. Free once a month is known to this process."""
    for month in sorted({month_of(moment) for moment in set(moments)} - _known):
        if sql.run(ENSURE_MONTH, month=month).value():
            _made.add(month)
        elif month not in _made or not _in_doubt():
            _known.add(month)


def month_of(moment: datetime) -> date:
    """The first day of the moment's month, in UTC: the partition it lives in."""
    return moment.astimezone(UTC).date().replace(day=1)


def forget_months() -> None:
    """For tests that drop partitions or roll their creation back."""
    _known.clear()
    _made.clear()


def _in_doubt() -> bool:
    # A partition made in a transaction that rolls back is gone again: believe it only outside of that.
    return bool(sql.run("SELECT pg_current_xact_id_if_assigned() IS NOT NULL").value())


def _shifted(month: date, by: int) -> date:
    years, index = divmod(month.month - 1 + by, 12)
    return date(month.year + years, index + 1, 1)


ENSURE_MONTH = "SELECT tracking_ensure_month(%(month)s)"
