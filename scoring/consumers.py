"""What scoring hears from the log: any event, since any may be worth points in somebody's model; few change a score."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from scoring.actions import rescore
from scoring.queries import heeded_names
from tracking.catalogue import Fact, Verdict, consumes


@consumes(name="scoring")
def follow_facts(facts: Sequence[Fact], now: datetime) -> None:
    """Bring the leads of this batch up to date, as one set."""
    heeded = heeded_names({fact.name for fact in facts})
    received: dict[int, datetime] = {}
    for fact in facts:
        if fact.lead_id is not None and fact.verdict == Verdict.HUMAN and fact.name in heeded:
            received[fact.lead_id] = max(fact.received_at, received.get(fact.lead_id, fact.received_at))
    rescore(sorted(received), now=now, received=received)
