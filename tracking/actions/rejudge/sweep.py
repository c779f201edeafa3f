"""Judging by behaviour, moments after the facts: visits by a sweep, bare hits as they are read from the log.

A visit is due while it is new and once more when it has been quiet for a minute (`judged_at`); quiet data costs an
index look-up per workspace. Killed anywhere, the next round finds the same visits due.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from ma_platform.db import sql
from ma_platform.tenancy.scope import system_scope, tenant_scope
from tracking.actions.rejudge.hits import (
    PIXELS_AROUND,
    Span,
    judge_counted_near,
    judge_mail_of,
    judge_pixels_near,
    write_hits,
)
from tracking.actions.rejudge.moves import Moved, Outcome, lock_judging, settle, tell, try_lock_judging
from tracking.actions.rejudge.visits import ROWS, Judged, VisitRow, judge_rows, write_visits
from tracking.catalogue import Event, Fact, Verdict

AT_ONCE, ROUNDS = 500, 20
SETTLED = timedelta(seconds=60)  # a visit this quiet is judged for good, until something new is heard of it
AGAIN = timedelta(seconds=10)
LIVELY = timedelta(minutes=15)
MAIL = (Event.EMAIL_OPENED, Event.EMAIL_CLICKED)


def judge_due_visits(*, now: datetime) -> Outcome:
    """Judge what is due in every workspace, a few hundred visits a transaction; another sweeper's are left to it."""
    with system_scope():
        tenants = sql.run(DUE_TENANTS, **_due(now)).values()
    outcome = Outcome()
    for tenant in tenants:
        for _round in range(ROUNDS):
            with tenant_scope(tenant):
                judged = _judge_some(outcome, now=now) if try_lock_judging() else 0
            if judged < AT_ONCE:
                break
    return outcome


def judge_new_hits(facts: Sequence[Fact], *, now: datetime) -> Outcome:
    """Judge the messages and pages of these facts (one workspace's) by all that is known of them now."""
    spans = [
        Span(fact.lead_id, fact.occurred_at, fact.occurred_at) for fact in facts if _is_mail(fact) and fact.lead_id
    ]
    pixels = [fact for fact in facts if fact.props.get("pixel") and fact.subject_id is not None]
    counted = [fact.occurred_at for fact in facts if _is_counted(fact)]
    outcome = Outcome(examined=len(spans) + len(pixels) + len(counted))
    if not outcome.examined:
        return outcome
    lock_judging()
    judged = judge_mail_of(spans, now=now)
    if pixels:
        since = min(fact.occurred_at for fact in pixels) - PIXELS_AROUND
        until = max(fact.occurred_at for fact in pixels) + PIXELS_AROUND
        judged += judge_pixels_near({fact.subject_id for fact in pixels if fact.subject_id}, since=since, until=until)
    if counted:
        judged += judge_counted_near(counted)
    moved = write_hits(judged)
    settle(moved)
    tell(moved, now=now)
    outcome.take(moved)
    return outcome


def _judge_some(outcome: Outcome, *, now: datetime) -> int:
    rows = sql.typed(DUE, VisitRow, most=AT_ONCE, **_due(now))
    judged = judge_rows(rows, now=now)
    moved = write_visits(judged, now=now)
    moved += _mails_beside(judged, now=now)
    settle(moved)
    tell(moved, now=now)
    outcome.examined += len(rows)
    outcome.take(moved)
    return len(rows)


def _mails_beside(judged: Sequence[Judged], *, now: datetime) -> list[Moved]:
    """A person seen reading confirms the opens and clicks that were in doubt just before; a machine takes it back."""
    telling = [one.row for one in judged if one.row.visible_ms or one.judgement.verdict != Verdict.HUMAN]
    if not telling:
        return []
    columns: dict[str, Any] = {  # Any: arrays for unnest
        "visitor_id": [row.visitor_id for row in telling],
        "started_at": [row.started_at for row in telling],
        "last_at": [row.last_at for row in telling],
    }
    spans = sql.typed(DOUBTFUL_MAIL, Span, **columns)
    return write_hits(judge_mail_of(spans, now=now)) if spans else []


def _is_mail(fact: Fact) -> bool:
    return fact.name in MAIL and fact.lead_id is not None


def _is_counted(fact: Fact) -> bool:
    """A view whose visitor has not agreed to be recognised. Some are pixels, which the statement knows by their hits:
    a property that says so may be the sender's.
    """
    return fact.visitor_id is None and fact.lead_id is None and fact.name == Event.PAGE_VIEWED


def _due(now: datetime) -> dict[str, Any]:  # Any: whatever the driver adapts
    return {"lively": now - LIVELY, "settled": SETTLED, "again": now - AGAIN}


_DUE = """
    (visit.judged_at IS NULL
     OR (visit.last_at > %(lively)s AND visit.judged_at < visit.last_at + %(settled)s AND visit.judged_at < %(again)s))
"""
DUE_TENANTS = """
    SELECT workspace.id FROM tenancy_workspace AS workspace
     WHERE EXISTS (SELECT FROM tracking_session AS visit
                    WHERE visit.tenant_id = workspace.id AND visit.judged_at IS NULL)
        OR EXISTS (SELECT FROM tracking_session AS visit
                    WHERE visit.tenant_id = workspace.id AND visit.last_at > %(lively)s
                      AND visit.judged_at < visit.last_at + %(settled)s AND visit.judged_at < %(again)s)
     ORDER BY workspace.id
"""
DUE = ROWS + " AND " + _DUE + " ORDER BY visit.started_at LIMIT %(most)s"
DOUBTFUL_MAIL = """
    SELECT visitor.lead_id, visit.started_at - interval '30 minutes' AS since, visit.last_at AS until
      FROM unnest(%(visitor_id)s::bigint[], %(started_at)s::timestamptz[], %(last_at)s::timestamptz[])
               AS visit(visitor_id, started_at, last_at)
      JOIN tracking_visitor AS visitor ON visitor.tenant_id = %(tenant_id)s AND visitor.id = visit.visitor_id
     WHERE visitor.lead_id IS NOT NULL
       AND EXISTS (SELECT FROM tracking_event AS event
                    WHERE event.tenant_id = %(tenant_id)s AND event.lead_id = visitor.lead_id
                      AND event.occurred_at BETWEEN visit.started_at - interval '30 minutes' AND visit.last_at
                      AND event.name IN (10, 11) AND (event.verdict = 2 OR 'confirmed' = ANY (event.reasons)))
"""
