"""How many people are new, for the home page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ma_platform.db import sql


@dataclass(frozen=True, slots=True)
class Arrivals:
    """People by when they were first known: since midnight, in the last 7 days, in the 7 days before those."""

    today: int
    week: int
    week_before: int

    @property
    def growth(self) -> float | None:
        """Of the week against the one before: 0.5 is half as many again. None when there is nothing to compare with."""
        return self.week / self.week_before - 1 if self.week_before else None


def arrivals(*, now: datetime, midnight: datetime) -> Arrivals:
    """One statement over the newest people; `midnight` is where the reader's day began."""
    (found,) = sql.typed(ARRIVALS, Arrivals, now=now, midnight=midnight)
    return found


ARRIVALS = """
    SELECT count(*) FILTER (WHERE created_at >= %(midnight)s) AS today,
           count(*) FILTER (WHERE created_at > %(now)s - interval '7 days') AS week,
           count(*) FILTER (WHERE created_at <= %(now)s - interval '7 days') AS week_before
      FROM leads_lead
     WHERE tenant_id = %(tenant_id)s AND created_at > %(now)s - interval '14 days' AND created_at <= %(now)s
       AND merged_into_id IS NULL
"""
