"""What scoring hears from the log: any event, since any may be worth points in somebody's model; few change a score.

Facts of nobody known bring what their browser would score up to date. Such a score goes when the browser turns out to
be somebody's, and comes back when that is undone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from scoring.actions import rescore, rescore_visitors
from scoring.queries import heeded_names
from tracking.catalogue import Event, Fact, Verdict, consumes
from tracking.queries import browser_ids

SILENT = {Event.VERDICT_CHANGED, Event.EVENTS_DELETED}


@consumes(name="scoring")
def follow_facts(facts: Sequence[Fact], now: datetime) -> None:
    """Bring the leads of this batch up to date, as one set, and its unknown visitors as another.

    Verdicts thought over again, and events deleted, change scores silently: nobody is alerted by it.
    """
    heeded = heeded_names({fact.name for fact in facts} - SILENT)
    rejudged = {fact.lead_id for fact in facts if fact.name == Event.VERDICT_CHANGED and fact.lead_id is not None}
    rejudged |= {int(lead) for fact in facts if fact.name == Event.EVENTS_DELETED for lead in fact.props["leads"]}
    received: dict[int, datetime] = {}
    for fact in facts:
        if fact.lead_id is not None and fact.verdict == Verdict.HUMAN and fact.name in heeded:
            received[fact.lead_id] = max(fact.received_at, received.get(fact.lead_id, fact.received_at))
    rescore(sorted(rejudged - received.keys()), now=now, silent=True)
    rescore(sorted(received), now=now, received=received)
    rescore_visitors(sorted(_browsers(facts, heeded)), now=now)


def _browsers(facts: Sequence[Fact], heeded: set[int]) -> set[int]:
    """Unknown visitors who may score otherwise now, and browsers that changed hands."""
    keys, found = set(), set()
    for fact in facts:
        if fact.name in SILENT:
            found.update(fact.props.get("visitors", ()))
        elif fact.name == Event.LEAD_UPDATED and "unbound" in fact.props:
            keys.add(str(fact.props["unbound"]))
        elif fact.visitor_id is not None and (fact.name == Event.VISITOR_BOUND or _is_of_nobody(fact, heeded)):
            found.add(fact.visitor_id)
    return found | browser_ids(sorted(keys))


def _is_of_nobody(fact: Fact, heeded: set[int]) -> bool:
    return fact.lead_id is None and fact.verdict == Verdict.HUMAN and fact.name in heeded
