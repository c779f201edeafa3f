"""What time it is, for edges, and moments that come in over them. Below the edge `now` is a parameter.

With DEBUG on, `manage.py advance_clock` moves the clock of every process on this machine forward,
so that a scenario of days can be tried in minutes. The offset lives in one file under DATA_DIR.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from ma_platform.env import ENV


def now() -> datetime:
    """The current moment, aware, in UTC."""
    moment = datetime.now(UTC)
    return moment + offset() if ENV.debug else moment


def instant(text: str) -> datetime:
    """A moment that somebody states, in UTC: offsets of 16 hours and more are read by Python and refused by Postgres.

    Raises ValueError, also for one without a zone, and OverflowError.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.astimezone(UTC)


def offset() -> timedelta:
    """How far the clock is ahead of real time; zero when nobody moved it."""
    try:
        return timedelta(seconds=float(_file().read_text()))
    except (OSError, ValueError):
        return timedelta()


def advance(by: timedelta) -> timedelta:
    """Move the clock forward by `by` and return the new offset. Only with DEBUG on."""
    if not ENV.debug or by < timedelta():
        raise ValueError("the clock moves forward only, and only with DEBUG=1")
    ahead = offset() + by
    _file().parent.mkdir(parents=True, exist_ok=True)
    _file().write_text(str(ahead.total_seconds()))
    return ahead


def _file() -> Path:
    return ENV.data_dir / "clock-offset"
