"""Facts that were on their way while two people were joined: handed over afterwards."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from tracking.actions import NewFact, hand_over, record_many, survivors
from tracking.catalogue import Event


def gather_stragglers(lead_ids: Collection[int], *, now: datetime) -> int:
    """Hand over what still counts for somebody who stands aside; whoever gets it is judged again. Returns people."""
    aside = survivors(lead_ids)
    for lead_id, into in sorted(aside.items()):  # nearly always nobody: a fact written in the very moment of a merge
        hand_over(lead_id, to=into)
    facts = [NewFact(Event.LEAD_UPDATED, now, lead=into, props={"fields": []}) for into in sorted(set(aside.values()))]
    record_many(facts)
    return len(aside)
