"""The periods reports can be asked for. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_noop as _

DAYS = {"7": 7, "30": 30, "90": 90, "365": 365}
LABELS = {"7": _("7 days"), "30": _("30 days"), "90": _("90 days"), "365": _("1 year")}
USUAL = "30"


@dataclass(frozen=True, slots=True)
class Period:
    """Local days, both included."""

    key: str
    since: date
    until: date

    @property
    def days(self) -> list[date]:
        """Every day of it."""
        return [self.since + timedelta(days=step) for step in range((self.until - self.since).days + 1)]


def period(key: str, *, today: date) -> Period:
    """period("7", today=22 Nov) is 16 to 22 November; an unknown key is the usual one."""
    known = key if key in DAYS else USUAL
    return Period(known, today - timedelta(days=DAYS[known] - 1), today)
