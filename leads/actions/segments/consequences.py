"""What confirming a difference would set going: rooms above tell, since they know who waits for a segment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from leads.models import Segment
from leads.queries.segments import pending
from ma_platform.db import sql

COUNTED = 50_000  # people of those who enter, and of those who leave, that a preview asks about


@dataclass(frozen=True, slots=True)
class Consequence:
    """`count` of those who enter the segment (`leaving`: of those who leave it) would enter what is called `name`;
    `href` leads there. exact: everybody was asked about.
    """

    name: str
    href: str
    count: int
    leaving: bool = False
    exact: bool = True


# (the segment, who would enter, who would leave, now) → what begins by it.
Foresee = Callable[[Segment, Sequence[int], Sequence[int], datetime], Sequence[Consequence]]
_foreseers: list[Foresee] = []


def at_confirmation(foresee: Foresee) -> Foresee:
    """Register what a room above would begin when people enter or leave a segment."""
    _foreseers.append(foresee)
    return foresee


def consequences(segment: Segment, *, now: datetime) -> list[Consequence]:
    """What the difference that waits would set going. Of more than 50,000 people every so-manieth is asked about."""
    waiting = pending(segment)
    strides = {True: _stride(waiting.enters), False: _stride(waiting.leaves)}
    asked = {enters: _every(segment, stride, enters=enters) for enters, stride in strides.items()}
    told = [one for foresee in _foreseers for one in foresee(segment, asked[True], asked[False], now)]
    return [_grown(one, strides[not one.leaving]) for one in told]


def _stride(people: int) -> int:
    return max(1, -(-people // COUNTED))


def _every(segment: Segment, stride: int, *, enters: bool) -> list[int]:
    return sql.run(EVERY, segment_id=segment.pk, enters=enters, stride=stride).values()


def _grown(one: Consequence, stride: int) -> Consequence:
    return one if stride == 1 else replace(one, count=one.count * stride, exact=False)


EVERY = """
    SELECT waiting.lead_id
      FROM (SELECT change.lead_id, row_number() OVER (ORDER BY change.lead_id) AS place
              FROM leads_segmentchange AS change
             WHERE change.tenant_id = %(tenant_id)s AND change.segment_id = %(segment_id)s
               AND change.enters = %(enters)s) AS waiting
     WHERE waiting.place %% %(stride)s = 0
"""
