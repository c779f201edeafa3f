"""What lifecycle hears from the log: leads that arrive and answer, and leads that become hot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lifecycle import stages
from lifecycle.actions import follow_rule, raise_alerts
from lifecycle.alerting import crossing_of
from tracking.catalogue import Event, Fact, Verdict, consumes

# The first sign that the relation goes on: something we sent, or something they did once known.
CONTACTS = (
    Event.PAGE_VIEWED,
    Event.ASSET_DOWNLOADED,
    Event.EMAIL_SENT,
    Event.EMAIL_CLICKED,
    Event.SUBSCRIBED,
    Event.SEMINAR_REGISTERED,
)
MOVES = ((Event.LEAD_CREATED,), stages.ARRIVAL), (CONTACTS, stages.FIRST_CONTACT), ((Event.BECAME_HOT,), stages.HOT)


@consumes(Event.LEAD_CREATED, *CONTACTS, Event.BECAME_HOT, name="stages")
def follow_stages(facts: Sequence[Fact], now: datetime) -> None:
    """獲得 at birth, 育成 with the first contact, MQL when hot."""
    for names, rule in MOVES:
        moved = {fact.lead_id for fact in facts if fact.name in names and fact.verdict == Verdict.HUMAN}
        follow_rule(sorted(lead for lead in moved if lead is not None), rule, now=now)


@consumes(Event.BECAME_HOT, name="alerts")
def alert_sales(facts: Sequence[Fact], now: datetime) -> None:
    """One alert per crossing, within this very transaction."""
    raise_alerts(
        [crossing_of(fact.lead_id, fact.props, received_at=fact.received_at) for fact in facts if fact.lead_id], now=now
    )
