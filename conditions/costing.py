"""What a condition would cost, in plain words, from the planner's own account of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conditions.phrases import Phrase

Plan = Mapping[str, Any]  # Any: EXPLAIN's JSON
FEW = 20_000  # rows that are read in no time, index or not
ROWS_PER_COST = 12  # of a scan; about: a page holds some thirty of ours, and each costs a little to test

PEOPLE = Phrase(
    "Every person has to be looked at (about {n}): none of the tests can use an index.",
    "全員（約{n}件）を調べる必要があります。索引を使える条件がありません。",
)
EVENTS = Phrase(
    "A large part of the activity log is read (about {n} rows). A shorter period or a narrower filter helps.",
    "行動履歴の広い範囲（約{n}件）を読みます。期間を短くするか、絞り込みを加えると速くなります。",
)
OTHERS = Phrase("A whole table is read (about {n} rows).", "表の全体（約{n}件）を読みます。")
TABLES = {"leads_lead": PEOPLE, "tracking_event": EVENTS, "tracking_daily": EVENTS}


@dataclass(frozen=True)
class Estimate:
    """rows: how many it will find, roughly. indexed: no big table is read whole. reasons: what is, biggest first."""

    rows: int
    indexed: bool
    reasons: tuple[tuple[Phrase, int], ...]

    def told(self, locale: str) -> list[str]:
        return [phrase.say(locale, n=f"{count:,}") for phrase, count in self.reasons]


def estimate(answer: object) -> Estimate:
    """Reads what `EXPLAIN (FORMAT JSON)` answered, as text or already read."""
    plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]  # type: ignore[index]  # EXPLAIN's
    read: dict[Phrase, int] = {}
    for step in _steps(plan):
        if step["Node Type"] in ("Seq Scan", "Parallel Seq Scan"):
            phrase = _phrase(str(step.get("Relation Name", "")))
            read[phrase] = read.get(phrase, 0) + _width(step)
    reasons = sorted(((phrase, n) for phrase, n in read.items() if n > FEW), key=lambda each: -each[1])
    return Estimate(int(plan["Plan Rows"]), not reasons, tuple(reasons))


def _phrase(table: str) -> Phrase:
    return next((phrase for name, phrase in TABLES.items() if table.startswith(name)), OTHERS)


def _width(step: Plan) -> int:
    """Rows a scan reads: what comes out, or more where a filter keeps some back, told from its cost."""
    return max(int(step["Plan Rows"]), int(float(step["Total Cost"]) * ROWS_PER_COST))


def _steps(plan: Plan) -> Iterator[Plan]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _steps(below)
