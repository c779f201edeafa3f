"""What an alert says. Pure: facts in, a body and its text out, in the language of whoever reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, ngettext


@dataclass(frozen=True)
class Crossing:
    """A moment somebody became hot: what scoring said in its fact."""

    lead_id: int
    crossing: str
    reason: str
    total: int | None
    cell: str | None
    fact_received_at: datetime


def crossing_of(lead_id: int, props: Mapping[str, object], *, received_at: datetime) -> Crossing:
    """Read a became_hot fact; `received_at` stands in when the fact names no earlier one."""
    stated = props.get("fact_received_at")
    total = props.get("total")
    return Crossing(
        lead_id=lead_id,
        crossing=str(props["crossing"]),
        reason=str(props.get("reason", "")),
        total=total if isinstance(total, int) else None,
        cell=str(props["cell"]) if props.get("cell") else None,
        fact_received_at=datetime.fromisoformat(stated) if isinstance(stated, str) else received_at,
    )


def visit_subject(body: Mapping[str, Any]) -> str:  # Any: JSON
    """The line in the mailbox: who is here, since when; or how many came."""
    first = body["people"][0]
    if not body["digest"]:
        return gettext("[On the site] %(name)s (%(ago)s)") % {"name": first["headline"], "ago": first["ago"]}
    count = len(body["people"])
    text = ngettext("[Visits] %(name)s", "[Visits] %(name)s and others, %(n)s people", count)
    return text % {"name": first["headline"], "n": count}


def stamp(moment: datetime, zone: ZoneInfo) -> str:
    """A moment to the millisecond, so that the two times of an alert can be compared: 2026-11-22 14:05:03.412."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S.") + f"{moment.microsecond // 1000:03d}"


def visible(milliseconds: int) -> str:
    """Time on screen as minutes and seconds: visible(83_000) == "1:23"."""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    return f"{minutes}:{seconds:02d}"


def summed(lines: Sequence[tuple[str, int]]) -> list[tuple[str, int, int]]:
    """Lines of one rule together, most points first: [("Product page", 10, 2 times), …]; lines worth 0 are left out."""
    totals: dict[str, tuple[int, int]] = {}
    for name, points in lines:
        if points:
            before, times = totals.get(name, (0, 0))
            totals[name] = (before + points, times + 1)
    rows = [(name, points, times) for name, (points, times) in totals.items()]
    return sorted(rows, key=lambda row: (-abs(row[1]), row[0]))
