"""Flows hear everything: any event may start a run or be what one waits for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from nurturing import actions
from tracking.catalogue import Fact, consumes


@consumes(name="nurturing")
def hear(facts: Sequence[Fact], now: datetime) -> None:
    """Start and wake runs, all facts of the batch at once."""
    actions.hear(facts, now=now)
