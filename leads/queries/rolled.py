"""What the counts by day may be asked instead of the log: looked up once while a condition is written as SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ma_platform.db import sql
from tracking.catalogue import Event

EVER = datetime.min.replace(tzinfo=UTC)


class CountsByDay:
    """Of the workspace in scope, whose zone is `tz`. See `conditions.Days`."""

    def __init__(self, tz: ZoneInfo) -> None:
        self._tz = tz
        self._kept: dict[int, tuple[int, datetime | None]] | None = None

    def whole_since(self, code: int, *, now: datetime) -> datetime | None:
        """Counts stay when events are past their time, so what is due to be deleted, or is already, is not the same."""
        if code == Event.PAGE_LEFT:  # counted as time on the page that was viewed
            return None
        if self._kept is None:
            self._kept = {name: (days, done) for name, days, done in sql.run(KEPT).rows}
        if code not in self._kept:
            return EVER
        days, done = self._kept[code]
        due = datetime.combine(now.astimezone(self._tz).date() - timedelta(days=days), time.min, tzinfo=self._tz)
        return max(due, done) if done else due

    def rows(self, statement: str, params: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:  # Any: SQL values
        return sql.run(statement, **params).rows


KEPT = "SELECT name, days, done_until FROM tracking_retention WHERE tenant_id = %(tenant_id)s"
