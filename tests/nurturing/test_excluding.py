"""Whoever comes to stand on the exclusion list goes no further in any scenario."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leads.actions import LeadInput, upsert_leads
from leads.actions.exclusions import NewExclusion, add_exclusion
from nurturing import actions
from nurturing.models import Run, RunStep, StepCount
from tracking.catalogue import Event

from . import world
from .world import END, NOON, later

pytestmark = pytest.mark.usefixtures("in_acme")
WAITS = {"w": {"type": "wait", "for": {"days": 3}, "next": "done"}, "done": END}


def ends() -> list[tuple[str, str, str]]:
    return list(Run.objects.order_by("lead_id").values_list("state", "step", "end_reason"))


def test_runs_of_people_who_come_on_the_list_end_with_the_reason(in_acme) -> None:
    flow, (rival,), (friend,) = world.flow(WAITS), world.people(1, domain="rival.example"), world.people(1)
    world.enter(flow, [rival, friend])
    actions.tick(now=NOON)
    add_exclusion(NewExclusion("domain", "rival.example", "competitor"), by=in_acme.owner, now=later(days=1))

    for lead in (rival, friend):
        world.happen(Event.LEAD_UPDATED, lead, at=later(days=1), fields=["exclusion"])

    assert ends() == [("ended", "w", "excluded"), ("waiting", "w", "")]
    assert list(RunStep.objects.values_list("run__lead_id", "step", "outcome")) == [(rival, "w", "excluded")]
    assert list(StepCount.objects.values_list("step", "outcome", "runs")) == [("w", "excluded", 1)]
    assert actions.tick(now=later(days=4)).over == 1


def test_an_address_that_turns_out_to_be_a_rivals_ends_the_run_too(in_acme) -> None:
    flow, (lead,) = world.flow(WAITS), world.people(1)
    world.enter(flow, [lead])
    actions.tick(now=NOON)
    add_exclusion(NewExclusion("company", "競合商事", "competitor"), by=in_acme.owner, now=NOON)

    upsert_leads([LeadInput(email="p000@example.co.jp", company="競合商事㈱")], by=None, now=later(days=1))
    world.happen(Event.LEAD_UPDATED, lead, at=later(days=1), fields=["company"])

    assert ends() == [("ended", "w", "excluded")]


def test_a_change_that_concerns_nobody_on_the_list_ends_nothing(in_acme) -> None:
    flow, (lead,) = world.flow(WAITS), world.people(1)
    world.enter(flow, [lead])
    actions.tick(now=NOON)

    world.happen(Event.LEAD_UPDATED, lead, at=NOON + timedelta(hours=1), fields=["company"])

    assert ends() == [("waiting", "w", "")]
