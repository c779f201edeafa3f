"""Pictures asked for by pages without script: all of one place and agent together."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from tracking.catalogue import Verdict
from tracking.verdict.hits import Hit, judge_hit
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
    """Every pixel hit of one place and agent."""
    judged = {one.key: judge_hit(one.hit) for one in hits}
    fast = most_within(sorted(one.at for one in hits), BURST_SECONDS) >= BURST_VIEWS
    for one in hits:
        if fast:
            judged[one.key] = judged[one.key].worse(machine("burst"))
        elif one.scripted and judged[one.key].verdict == Verdict.HUMAN:
            judged[one.key] = unsure("no_script", *judged[one.key].reasons)
    return judged
