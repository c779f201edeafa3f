"""What lifecycle hears from the log: leads that arrive and answer, and leads that become hot. And who goes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from leads.actions import Gone, at_erasure
from leads.actions.company_joins import hands_over
from lifecycle import stages
from lifecycle.actions import (
    assign_by_facts,
    follow_rule,
    forget_told,
    forget_told_to,
    notice_visits,
    raise_alerts,
)
from lifecycle.alerting import crossing_of
from lifecycle.pacing import LATEST
from lifecycle.queries import known_then
from ma_platform.tenancy.models import Membership
from ma_platform.workspaces.partings import at_leaving
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


@consumes(Event.LEAD_CREATED, *CONTACTS, Event.BECAME_HOT, name="stages")
def follow_stages(facts: Sequence[Fact], now: datetime) -> None:
    """獲得 at birth, 育成 with the first contact, MQL when hot."""
    follow_rule(sorted(_last(facts, (Event.LEAD_CREATED,))), stages.ARRIVAL, now=now)
    # What a browser did before we knew whose it is belongs to the person too, and is no contact with them.
    follow_rule(known_then(_last(facts, CONTACTS)), stages.FIRST_CONTACT, now=now)
    follow_rule(sorted(_last(facts, (Event.BECAME_HOT,))), stages.HOT, now=now)


def _last(facts: Sequence[Fact], names: Collection[Event]) -> dict[int, datetime]:
    """When each person last did one of these."""
    moments: dict[int, datetime] = {}
    for fact in facts:
        if fact.lead_id is not None and fact.name in names and fact.verdict == Verdict.HUMAN:
            moments[fact.lead_id] = max(fact.occurred_at, moments.get(fact.lead_id, fact.occurred_at))
    return moments


@consumes(Event.BECAME_HOT, name="alerts")
def alert_sales(facts: Sequence[Fact], now: datetime) -> None:
    """One alert per crossing, within this very transaction: to the owner the rules have just given them."""
    assign_by_facts(facts, now=now)
    raise_alerts(
        [crossing_of(fact.lead_id, fact.props, received_at=fact.received_at) for fact in facts if fact.lead_id], now=now
    )


@consumes(Event.LEAD_CREATED, Event.STAGE_CHANGED, name="assignment")
def assign_people(facts: Sequence[Fact], now: datetime) -> None:
    """An owner by the rules for whoever arrived, or reached the stage that counts."""
    assign_by_facts(facts, now=now)


@consumes(Event.PAGE_VIEWED, Event.VISITOR_BOUND, name="visit_alerts")
def tell_of_visits(facts: Sequence[Fact], now: datetime) -> None:
    """Who is on the site now, to whoever wants to know: with a page, or when a visit turns out to be somebody's."""
    seen = {
        (fact.visitor_id, fact.lead_id)
        for fact in facts
        if fact.visitor_id is not None
        and fact.lead_id is not None
        and fact.verdict == Verdict.HUMAN
        and fact.occurred_at > now - LATEST
    }
    notice_visits(seen, now=now)


hands_over("lifecycle_deal", "company_id")
hands_over("lifecycle_watchedcompany", "company_id")


@at_erasure
def forget(gone: Sequence[Gone]) -> None:
    """Mails to staff that speak of them, sent or waiting."""
    forget_told([one.lead_id for one in gone])


@at_leaving
def forget_member(member: Membership) -> None:
    """Mails that told them of visits, sent or waiting: without their alerts nobody finds them at an erasure."""
    forget_told_to(member)
