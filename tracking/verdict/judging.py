"""What a judgement is, how judgements add up, and which requests count as coming from one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address, ip_network
from itertools import pairwise

from tracking.catalogue import Verdict

RULE_VERSION = 4  # raise it whenever a rule changes its mind about anything


@dataclass(frozen=True, slots=True)
class Judgement:
    """`reasons` are words of `tracking.presentation.REASONS`, some with a detail after a colon."""

    verdict: Verdict
    reasons: tuple[str, ...] = ()

    def worse(self, other: Judgement) -> Judgement:
        """Both looked at together: a machine is a machine, doubt stays doubt, reasons of the winning side count."""
        if _WEIGHT[self.verdict] == _WEIGHT[other.verdict]:
            return Judgement(self.verdict, tuple(dict.fromkeys(self.reasons + other.reasons)))
        return self if _WEIGHT[self.verdict] > _WEIGHT[other.verdict] else other


HUMAN = Judgement(Verdict.HUMAN)
_WEIGHT = {Verdict.HUMAN: 0, Verdict.UNSURE: 1, Verdict.MACHINE: 2}


def machine(*reasons: str) -> Judgement:
    return Judgement(Verdict.MACHINE, reasons)


def unsure(*reasons: str) -> Judgement:
    return Judgement(Verdict.UNSURE, reasons)


@lru_cache(maxsize=10_000)
def network_of(ip: str) -> str:
    """The neighbourhood of an address, "203.0.113.0/24" or "2001:db8::/48".

    "" for one that says nothing of where somebody is: private, loopback, or a proxy's of our own.
    """
    try:
        address = ip_address(ip)
    except ValueError:
        return ""
    if not address.is_global:
        return ""
    return str(ip_network((address, 24 if address.version == 4 else 48), strict=False))


def most_within(times: Sequence[float], seconds: float) -> int:
    """The greatest number of moments inside any window of that length; `times` ascending."""
    most = first = 0
    for last, at in enumerate(times):
        while at - times[first] > seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


def is_regular(times: Sequence[float], *, at_least: int, spread: float) -> bool:
    """Like a clock: at least so many gaps, none of them zero on average, spread no more than this part of the mean."""
    gaps = [later - earlier for earlier, later in pairwise(times)]
    if len(gaps) < at_least:
        return False
    mean = sum(gaps) / len(gaps)
    variance = sum((gap - mean) ** 2 for gap in gaps) / len(gaps)
    return bool(mean > 0 and variance**0.5 <= spread * mean)
