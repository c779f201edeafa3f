"""Numbers to shapes for the small SVG pictures. Pure; all coordinates are in the picture's own units.

A strict CSP forbids style attributes, so widths and points leave here as SVG attributes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

SPARK_WIDTH: Final = 100
SPARK_HEIGHT: Final = 24
SPARK_MARGIN: Final = 2


@dataclass(frozen=True, slots=True)
class Slice:
    """A piece of a stacked bar: `x` and `width` are per cent of the whole, as text for SVG."""

    label: str
    value: float
    tone: str
    href: str
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """A funnel row: `width` per cent of the widest step; `rate` 0..1 of the step before, or None."""

    label: str
    count: int
    href: str
    hint: str
    rate: float | None
    width: str


def stacked(parts: Sequence[Mapping[str, Any]], *, whole: float | None = None) -> list[Slice]:
    """Lay parts side by side. Negative and zero parts take no room; `whole` under the sum is ignored."""
    total = max(sum(_size(part) for part in parts), whole or 0) or 1
    slices: list[Slice] = []
    start = 0.0
    for part in parts:
        size = _size(part) / total * 100
        slices.append(
            Slice(
                label=str(part["label"]),
                value=part["value"],
                tone=str(part.get("tone", "brand")),
                href=str(part.get("href", "")),
                x=f"{start:.2f}%",
                width=f"{size:.2f}%",
            )
        )
        start += size
    return slices


def _size(part: Mapping[str, Any]) -> float:
    return max(float(part["value"]), 0.0)


def spark_points(values: Sequence[float]) -> str:
    """Points of a polyline in a 100 × 24 box; the lowest value sits on the bottom. "" without values.

    spark_points([0, 1]) == "0,22 100,2"
    """
    if not values:
        return ""
    low, high = min(*values, 0), max(values)
    reach = (high - low) or 1
    step = SPARK_WIDTH / max(len(values) - 1, 1)
    usable = SPARK_HEIGHT - 2 * SPARK_MARGIN
    return " ".join(
        f"{index * step:.4g},{SPARK_HEIGHT - SPARK_MARGIN - (value - low) / reach * usable:.4g}"
        for index, value in enumerate(values)
    )


def funnel(steps: Sequence[Mapping[str, Any]]) -> list[FunnelStep]:
    """Rows of a funnel, each as wide as its share of the widest; a few people among many keep a sliver."""
    widest = max((int(step["count"]) for step in steps), default=0) or 1
    return [
        FunnelStep(
            label=str(step["label"]),
            count=int(step["count"]),
            href=str(step.get("href", "")),
            hint=str(step.get("hint", "")),
            rate=step.get("rate"),
            width=f"{_share(int(step['count']), widest):.2f}%",
        )
        for step in steps
    ]


def _share(count: int, widest: int) -> float:
    return max(count / widest * 100, 0.6) if count else 0.0


def initials(name: str) -> str:
    """Two letters of a western name, the first character of a Japanese one, "?" for none."""
    words = name.split()
    if not words:
        return "?"
    if name.isascii():
        return "".join(word[0] for word in words[:2]).upper()
    return words[0][0]


def hue(name: str) -> int:
    """One of six avatar colours, the same for the same name on every machine."""
    return sum(ord(letter) for letter in name) % 6
