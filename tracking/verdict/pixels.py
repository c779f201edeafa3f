"""Views without an id, all of one place and agent together: pictures asked for by pages without script, and views that
the tag only counts because the visitor has not agreed.

A crowd behind one network and a robot look alike when nobody has an id: many views that the tag tells are in doubt, no
more.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from tracking.catalogue import Verdict
from tracking.verdict.hits import Hit, judge_hit, judge_post
from tracking.verdict.judging import Judgement, machine, most_within, unsure

BURST_VIEWS, BURST_SECONDS = 60, 60.0


@dataclass(frozen=True, slots=True)
class PixelHit:
    """A pixel at `at` (unix seconds). `scripted`: on this page other people's browsers run the tag."""

    key: Hashable
    at: float
    hit: Hit
    scripted: bool = False


def judge_series(hits: Sequence[PixelHit]) -> dict[Hashable, Judgement]:
    """Every hit of one place and agent."""
    judged = {one.key: judge_post(one.hit.ua) if one.hit.posted else judge_hit(one.hit) for one in hits}
    shown = [one for one in hits if not one.hit.posted]
    fast = most_within(sorted(one.at for one in shown), BURST_SECONDS) >= BURST_VIEWS
    for one in in_bursts([one for one in hits if one.hit.posted]):
        judged[one.key] = judged[one.key].worse(unsure("burst"))
    for one in shown:
        if fast:
            judged[one.key] = judged[one.key].worse(machine("burst"))
        elif one.scripted and judged[one.key].verdict == Verdict.HUMAN:
            judged[one.key] = unsure("no_script", *judged[one.key].reasons)
    return judged


def in_bursts(hits: Sequence[PixelHit]) -> list[PixelHit]:
    """Those that lie in a minute with BURST_VIEWS of them."""
    ordered, found, first, told = sorted(hits, key=lambda one: one.at), [], 0, 0
    for last, hit in enumerate(ordered):
        while hit.at - ordered[first].at > BURST_SECONDS:
            first += 1
        if last - first + 1 >= BURST_VIEWS:
            found += ordered[max(first, told) : last + 1]
            told = last + 1
    return found
