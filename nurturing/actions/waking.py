"""What facts do to flows: they start runs whose trigger they are, and wake runs that wait for them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from leads.actions.segments import QUIET
from ma_platform.db import sql
from nurturing.actions.bell import ring
from nurturing.actions.entering import Entry, enter_leads
from nurturing.actions.excluding import end_excluded
from nurturing.asking import facts_matching
from nurturing.language import FlowRefused
from nurturing.models import Flow
from nurturing.queries import published, triggered_by
from tracking.catalogue import Event, Fact, Verdict

log = logging.getLogger(__name__)


def hear(facts: Sequence[Fact], *, now: datetime) -> tuple[int, int]:
    """(runs started, runs woken) by a batch of one tenant's facts. Only what people did counts, never machines."""
    human = [fact for fact in facts if fact.lead_id is not None and fact.verdict == Verdict.HUMAN]
    if not human:
        return 0, 0
    end_excluded(human, now=now)
    started = sum(start_runs(flow, human, now) for flow in triggered_by({fact.name for fact in human}))
    return started, wake_runs(human, now=now)


def start_runs(flow: Flow, facts: Sequence[Fact], now: datetime) -> int:
    """Enter the leads of the facts this flow starts from; quiet facts and those from before it was published start
    nothing, nor does a flow whose words are no longer known: it must not keep its facts from the others."""
    try:
        version, graph = published(flow)
    except FlowRefused:
        log.exception("flow %s cannot be read any more; nobody enters it", flow.public_id)
        return 0
    if version is None or graph is None or graph.trigger is None:
        return 0
    since = flow.versions.get(no=1).published_at
    wanted = [
        fact
        for fact in facts
        if fact.name == graph.trigger.event and fact.occurred_at >= since and not fact.props.get(QUIET)
    ]
    if graph.trigger.where is not None and wanted:
        matching = facts_matching(graph.trigger.where, facts=wanted, now=now)
        wanted = [fact for fact in wanted if fact.id in matching]
    entries = [entry_of(fact, graph.key) for fact in wanted]
    return enter_leads(flow, entries=entries, now=now).entered if entries else 0


def entry_of(fact: Fact, key: str | None) -> Entry:
    """The lead of a fact, with what the event said; a flow with a key reads it from the event's properties."""
    assert fact.lead_id is not None
    run_key = "" if key is None else str(fact.props.get(key) or "")[:200]
    return Entry(lead_id=fact.lead_id, key=run_key, variables={"event": fact.props})


def wake_runs(facts: Sequence[Fact], *, now: datetime) -> int:
    """Make the runs due that wait for one of these facts; the tick then judges them. Returns how many.

    First it waits for the ticks that have these leads in their hands: such a tick may have looked before the fact was
    there, and is about to lie down to wait for it.
    """
    pairs = sorted({(fact.lead_id, name) for fact in facts if fact.lead_id is not None for name in _names(fact)})
    sql.run(HOLD, lead_ids=sorted({lead for lead, _ in pairs}))
    woken = sql.run(
        WAKE, lead_ids=[lead for lead, _ in pairs], events=[int(event) for _, event in pairs], now=now
    ).rowcount
    if woken:
        ring()
    return woken


def _names(fact: Fact) -> list[int]:
    """What a fact lets happen: itself, or what turned out to be a person's after all."""
    return list(fact.props["names"]) if fact.name == Event.VERDICT_CHANGED else [fact.name]


HOLD = """
    SELECT FROM nurturing_run AS run
     WHERE run.tenant_id = %(tenant_id)s AND run.lead_id = ANY(%(lead_ids)s::bigint[])
       AND run.state IN ('active', 'waiting')
     ORDER BY run.id
       FOR UPDATE
"""

WAKE = """
    UPDATE nurturing_run AS run
       SET wake_at = %(now)s
      FROM (SELECT fact.lead_id, array_agg(fact.event) AS events
              FROM unnest(%(lead_ids)s::bigint[], %(events)s::smallint[]) AS fact(lead_id, event)
             GROUP BY fact.lead_id) AS heard
     WHERE run.tenant_id = %(tenant_id)s AND run.lead_id = heard.lead_id AND run.state = 'waiting'
       AND run.waiting_for && heard.events AND (run.wake_at IS NULL OR run.wake_at > %(now)s)
"""
