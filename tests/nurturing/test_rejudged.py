"""Flows and verdicts thought over again: doubt decides nothing, a branch once taken stays taken."""

from __future__ import annotations

import pytest

from ma_platform.db import sql
from nurturing.actions import tick
from tests.nurturing import world
from tests.nurturing.world import END, later
from tracking.catalogue import Event, Verdict

CLICKED = {"event": "email_clicked"}
STEPS = {"w": world.wait_for(CLICKED, days=5), "done": END, "no": END}


@pytest.fixture
def waiting(in_acme: object) -> tuple[object, int]:
    """A flow and a lead who waits for a click in it."""
    flow, (lead,) = world.flow(STEPS), world.people(1)
    world.enter(flow, [lead])
    tick(now=later(minutes=1))
    return flow, lead


def click(lead: int, verdict: Verdict) -> None:
    world.happen(Event.EMAIL_CLICKED, lead, at=later(hours=1), verdict=verdict)
    sql.run(JUDGE, lead=lead, verdict=int(verdict))
    tick(now=later(hours=1, minutes=1))


def judge(lead: int, verdict: Verdict, names: list[int]) -> None:
    sql.run(JUDGE, lead=lead, verdict=int(verdict))
    world.happen(Event.VERDICT_CHANGED, lead, at=later(hours=2), changed=1, names=names)
    tick(now=later(hours=2, minutes=1))


def test_a_click_in_doubt_is_no_click(waiting) -> None:
    flow, lead = waiting

    click(lead, Verdict.UNSURE)

    assert world.where(flow) == [("w", "waiting")]


def test_a_click_that_is_confirmed_later_is_seen_at_once(waiting) -> None:
    flow, lead = waiting
    click(lead, Verdict.UNSURE)

    judge(lead, Verdict.HUMAN, [int(Event.EMAIL_CLICKED)])

    assert world.where(flow) == [("done", "finished")]


def test_a_branch_once_taken_stays_taken(waiting) -> None:
    flow, lead = waiting
    click(lead, Verdict.HUMAN)
    taken = world.where(flow)

    judge(lead, Verdict.MACHINE, [])

    assert world.where(flow) == taken == [("done", "finished")]


def test_a_later_look_sees_the_new_verdict(waiting) -> None:
    flow, lead = waiting
    click(lead, Verdict.UNSURE)

    judge(lead, Verdict.MACHINE, [])
    tick(now=later(days=6))

    assert world.where(flow) == [("no", "finished")]


JUDGE = """
    UPDATE tracking_event SET verdict = %(verdict)s
     WHERE tenant_id = %(tenant_id)s AND lead_id = %(lead)s AND name = 11
"""
