"""What happened today and in the days before it, as the home page shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext

from tracking.catalogue import BY_NUMBER, Event
from tracking.queries import DayCount, counts_per_day

DAYS = 14
COUNTED = (Event.PAGE_VIEWED, Event.FORM_SUBMITTED, Event.ASSET_DOWNLOADED, Event.EMAIL_CLICKED)


@dataclass(frozen=True, slots=True)
class Activity:
    """`today`: counts by event; `visible_ms` on screen today; `chart`: the last DAYS local days as `<c-chart>` data."""

    today: Mapping[Event, int]
    visible_ms: int
    chart: Mapping[str, object]


def activity(today: date) -> Activity:
    """One statement over the daily rollup; machines are not in it."""
    days = [today - timedelta(days=ago) for ago in range(DAYS - 1, -1, -1)]
    rows = counts_per_day([*COUNTED], since=days[0])
    found = {(row.day, row.name): row for row in rows}
    here = [found[today, event] for event in COUNTED if (today, event) in found]
    counts = dict.fromkeys(COUNTED, 0) | {BY_NUMBER[row.name]: row.count for row in here}
    return Activity(counts, sum(row.visible_ms for row in here if row.name == Event.PAGE_VIEWED), _chart(days, found))


def _chart(days: Sequence[date], found: Mapping[tuple[date, int], DayCount]) -> dict[str, object]:
    def line(event: Event) -> list[int]:
        return [found[day, event].count if (day, event) in found else 0 for day in days]

    views = {"name": gettext(Event.PAGE_VIEWED.label), "values": line(Event.PAGE_VIEWED), "tone": "brand"}
    return {"labels": [f"{day.month}/{day.day}" for day in days], "series": [views], "unit": ""}
