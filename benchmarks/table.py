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
    """(yardstick, ours) as medians of A-B-A rounds; None when the yardstick drifted by 20 % or more in every try."""
    for _attempt in range(tries):
        outer, inner = [yardstick()], []
        for _round in range(rounds):
            inner.append(ours())
            outer.append(yardstick())
        if max(outer) / min(outer) - 1 < LARGEST_DRIFT:
            return statistics.median(outer), statistics.median(inner)
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
