"""What confirming a difference would set going: rooms above tell, since they know who waits for a segment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from leads.models import Segment, SegmentChange

COUNTED = 50_000  # people a preview is reckoned for


@dataclass(frozen=True, slots=True)
class Consequence:
    """`count` people would enter what is called `name`; `href` leads there."""

    name: str
    href: str
    count: int


# (the segment, who would enter, who would leave, now) → what begins by it.
Foresee = Callable[[Segment, Sequence[int], Sequence[int], datetime], Sequence[Consequence]]
_foreseers: list[Foresee] = []


def at_confirmation(foresee: Foresee) -> Foresee:
    """Register what a room above would begin when people enter or leave a segment."""
    _foreseers.append(foresee)
    return foresee


def consequences(segment: Segment, *, now: datetime) -> list[Consequence]:
    """What the difference that waits would set going, of the first 50,000 people."""
    rows = SegmentChange.objects.filter(segment=segment).order_by("lead_id").values_list("lead_id", "enters")[:COUNTED]
    entering = [lead for lead, enters in rows if enters]
    leaving = [lead for lead, enters in rows if not enters]
    return [one for foresee in _foreseers for one in foresee(segment, entering, leaving, now)]
