"""The naive score of one lead: plain loops over plain facts, for tests only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")


@dataclass(frozen=True)
class Seen:
    """One fact as the log keeps it; `about` is the path of a page."""

    id: UUID
    event: str
    about: str
    at: datetime
    verdict: int


@dataclass
class Point:
    """One line while it passes the caps."""

    axis: str
    rule: str
    group: str | None
    order: tuple[Any, ...]
    raw: int
    left: int


def score(document: dict[str, Any], facts: Sequence[Seen], *, fit_keys: set[str]) -> dict[str, Any]:
    """Totals and the points of each line, by the published order of computation."""
    lines = [*_fit(document, fit_keys), *_engagement(document, facts)]
    for rule in document["engagement"]["rules"]:
        _bound([line for line in lines if line.rule == rule["key"]], rule.get("cap"))
    for key, group in document["engagement"].get("groups", {}).items():
        _bound([line for line in lines if line.group == key], group.get("cap"))
    for axis in ("fit", "engagement"):
        _bound([line for line in lines if line.axis == axis], document[axis].get("cap"))
    raw = {axis: sum(line.left for line in lines if line.axis == axis) for axis in ("fit", "engagement")}
    fit, engagement = max(raw["fit"], 0), max(raw["engagement"], 0)
    return {
        "fit": fit,
        "engagement": engagement,
        "total": fit + engagement,
        "lines": sorted((line.rule, line.raw, line.left) for line in lines),
    }


def _fit(document: dict[str, Any], keys: set[str]) -> list[Point]:
    return [
        Point("fit", rule["key"], None, (0, place), rule["points"], rule["points"])
        for place, rule in enumerate(document["fit"]["rules"])
        if rule["key"] in keys
    ]


def _engagement(document: dict[str, Any], facts: Sequence[Seen]) -> list[Point]:
    lines = []
    for place, rule in enumerate(document["engagement"]["rules"]):
        for seen in _counted(rule, facts):
            order = (seen.at, seen.id.int, place)
            lines.append(Point("engagement", rule["key"], rule.get("group"), order, rule["points"], rule["points"]))
    return lines


def _counted(rule: dict[str, Any], facts: Sequence[Seen]) -> list[Seen]:
    repeat = rule.get("repeat", {"mode": "once"})
    matching = sorted({seen for seen in facts if _matches(rule, seen)}, key=lambda seen: (seen.at, seen.id.int))
    places: dict[str, int] = defaultdict(int)
    used: dict[Any, int] = defaultdict(int)
    kept = []
    for seen in matching:
        own = seen.about if repeat["mode"] == "once_per_object" else ""
        places[own] += 1
        if places[own] % rule.get("count", 1):
            continue
        bucket = _bucket(repeat, seen)
        used[bucket] += 1
        if repeat["mode"] == "every" or used[bucket] <= repeat.get("n", 1):
            kept.append(seen)
    return kept


def _matches(rule: dict[str, Any], seen: Seen) -> bool:
    where = rule.get("where")
    return seen.verdict == 0 and seen.event == rule["event"] and (where is None or seen.about == where["value"])


def _bucket(repeat: dict[str, Any], seen: Seen) -> Any:
    day = seen.at.astimezone(TOKYO).date()
    if repeat["mode"] == "once_per_object":
        return seen.about
    if repeat["mode"] != "max":
        return None
    return {"day": day, "week": day - timedelta(days=day.weekday()), "month": day.replace(day=1)}[repeat["per"]]


def _bound(lines: list[Point], cap: int | None) -> None:
    for sign in (1, -1):
        room = cap
        for line in sorted((line for line in lines if line.raw * sign > 0), key=lambda line: line.order):
            if room is None:
                break
            line.left = sign * min(line.left * sign, room)
            room -= line.left * sign
