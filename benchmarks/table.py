"""The row of a benchmark, and the A-B-A measurement everybody uses."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

LARGEST_DRIFT = 0.20


@dataclass(frozen=True)
class Row:
    """`value` and `yardstick` in `unit`; ratio = value / yardstick. None: not measured."""

    name: str
    value: float | None
    unit: str
    yardstick: float | None
    ratio: float | None
    goal: str
    growth: str = ""


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def interleaved(
    yardstick: Callable[[], float], ours: Callable[[], float], *, rounds: int = 3, tries: int = 3
) -> tuple[float, float] | None:
    """(yardstick, ours) as medians over `rounds` rounds of A-B-A; None when too few are to be had.

    A round counts when the yardstick before and after it differ by less than 20 %; one that does not is repeated, up to
    rounds x tries rounds in all.
    """
    kept: list[tuple[float, float]] = []
    before = yardstick()
    for _attempt in range(rounds * tries):
        inner, after = ours(), yardstick()
        if max(before, after) / min(before, after) - 1 < LARGEST_DRIFT:
            kept.append(((before + after) / 2, inner))
        if len(kept) == rounds:
            return statistics.median(outer for outer, _ in kept), statistics.median(inner for _, inner in kept)
        before = after
    return None


def compared(name: str, measured: tuple[float, float] | None, *, unit: str, goal: str, growth: str = "") -> Row:
    """A row from (yardstick, ours)."""
    if measured is None:
        return Row(name, None, unit, None, None, goal, growth)
    yardstick, value = measured
    return Row(name, value, unit, yardstick, value / yardstick, goal, growth)


def show(rows: Sequence[Row]) -> str:
    """The table as text."""
    lines = [f"{'name':44} {'value':>12} {'yardstick':>12} {'ratio':>7}  {'unit':10} goal"]
    for row in rows:
        value = "not measured" if row.value is None else f"{row.value:,.1f}"
        yardstick = "" if row.yardstick is None else f"{row.yardstick:,.1f}"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        lines.append(f"{row.name:44} {value:>12} {yardstick:>12} {ratio:>7}  {row.unit:10} {row.goal}  {row.growth}")
    return "\n".join(lines)
