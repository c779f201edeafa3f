"""When a member is told of a visit: at once, or held for a digest. Pure: zone, days and wishes are given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LATEST = timedelta(minutes=15)  # what is older is no visit that goes on: told late, replayed or imported
LOOK_AHEAD = 400  # days and hours off passed over in a row; longer than any run of holidays and closure days
AT_ONCE, HOURLY, MORNING = "at_once", "hourly", "morning"


@dataclass(frozen=True)
class Pacing:
    """A member's wishes by the wall clock of `zone`. quiet_from after quiet_until: across midnight; both None: never.

    works_on: whether a day is a working day, None when days off do not matter. opens: when, after days off, what was
    held comes.
    """

    zone: ZoneInfo
    pace: str = AT_ONCE
    morning_at: time = time(9)
    quiet_from: time | None = None
    quiet_until: time | None = None
    works_on: Callable[[date], bool] | None = None
    opens: time = time(9)

    def is_quiet(self, moment: datetime) -> bool:
        """Whether nothing is to be told at `moment`."""
        local = moment.astimezone(self.zone)
        return self._hushed(local.time()) or self._off(local.date())

    def due(self, moment: datetime) -> datetime:
        """When what is noticed at `moment` is told, in UTC: `moment` itself where nothing holds it back."""
        if self.pace == HOURLY:
            return self._after_quiet(self._next_hour(moment))
        if self.pace == MORNING:
            return self._after_quiet(self._next_morning(moment))
        return self._after_quiet(moment)

    def _next_hour(self, moment: datetime) -> datetime:
        began = moment.astimezone(self.zone).replace(minute=0, second=0, microsecond=0)
        return began.astimezone(UTC) + timedelta(hours=1)

    def _next_morning(self, moment: datetime) -> datetime:
        today = moment.astimezone(self.zone).date()
        days = (today + timedelta(days=ahead) for ahead in range(LOOK_AHEAD))
        mornings = (self._at(day, self.morning_at) for day in days if not self._off(day))
        return next((at for at in mornings if at > moment), moment)

    def _after_quiet(self, moment: datetime) -> datetime:
        for _ in range(LOOK_AHEAD):
            local = moment.astimezone(self.zone)
            if self.quiet_until is not None and self._hushed(local.time()):
                tomorrow = self.quiet_until <= local.time()
                moment = self._at(local.date() + timedelta(days=tomorrow), self.quiet_until)
            elif self._off(local.date()):
                moment = self._at(local.date() + timedelta(days=1), self.opens)
            else:
                break
        return moment.astimezone(UTC)

    def _hushed(self, clock: time) -> bool:
        since, until = self.quiet_from, self.quiet_until
        if since is None or until is None:
            return False
        return since <= clock < until if since < until else clock >= since or clock < until

    def _off(self, day: date) -> bool:
        return self.works_on is not None and not self.works_on(day)

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, tzinfo=self.zone)
