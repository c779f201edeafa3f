"""What tracking itself hears from the log: requests that came without a visit are judged as soon as they are known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tracking.actions.rejudge import judge_new_hits
from tracking.catalogue import Event, Fact, consumes


@consumes(Event.EMAIL_OPENED, Event.EMAIL_CLICKED, Event.PAGE_VIEWED, name="verdicts")
def judge_hits(facts: Sequence[Fact], now: datetime) -> None:
    """Opens and clicks by message, pixels by place: before any room above reads them."""
    judge_new_hits(facts, now=now)
