"""Who may come in, and what a refusal leaves behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from nurturing import actions
from nurturing.actions import Admission, FlowNotPublished
from nurturing.models import EntryRefusal, Run
from tracking.catalogue import Event, Verdict

from . import world
from .world import END, NOON, later

pytestmark = pytest.mark.usefixtures("in_acme")
SHORT: dict[str, Any] = {"t": {"type": "add_tag", "tag": "x", "next": "done"}, "done": END}


def refusals() -> list[tuple[str, int]]:
    return list(EntryRefusal.objects.order_by("id").values_list("reason", "times"))


def test_everybody_comes_in_once_and_the_second_knock_is_refused_with_a_reason() -> None:
    flow, leads = world.flow(SHORT), world.people(3)

    assert world.enter(flow, leads) == Admission(entered=3, refused=0)
    assert world.enter(flow, leads[:2]) == Admission(entered=0, refused=2)
    assert world.enter(flow, leads[:1]) == Admission(entered=0, refused=1)

    assert Run.objects.count() == 3
    assert refusals() == [("already_inside", 2), ("already_inside", 1)]


def test_the_same_lead_twice_in_one_call_is_one_run() -> None:
    (lead,) = world.people(1)

    assert world.enter(world.flow(SHORT), [lead, lead]) == Admission(entered=1, refused=0)


@pytest.mark.parametrize(
    ("reentry", "after", "entered", "reason"),
    [
        ({"mode": "never"}, timedelta(days=400), 0, ["came_before"]),
        ({"mode": "after_end"}, timedelta(minutes=1), 1, []),
        ({"mode": "after_days", "days": 30}, timedelta(days=29, hours=23), 0, ["too_soon"]),
        ({"mode": "after_days", "days": 30}, timedelta(days=30), 1, []),
    ],
)
def test_the_re_entry_rule_decides(reentry: dict[str, Any], after: timedelta, entered: int, reason: list[str]) -> None:
    flow, leads = world.flow(SHORT, reentry=reentry), world.people(1)
    world.enter(flow, leads)
    actions.tick(now=NOON)

    assert world.enter(flow, leads, now=NOON + after).entered == entered
    assert [told for told, _ in refusals()] == reason
    assert sorted(Run.objects.values_list("pass_no", flat=True)) == [1, 2][: 1 + entered]


def test_a_key_comes_in_once_for_ever_and_another_key_beside_it() -> None:
    flow = world.flow(SHORT, reentry={"mode": "after_end"})
    leads = world.people(1)

    assert world.enter(flow, leads, key="deal-1").entered == 1
    assert world.enter(flow, leads, key="deal-2").entered == 1
    actions.tick(now=NOON)

    assert world.enter(flow, leads, key="deal-1").entered == 0
    assert refusals() == [("came_before", 1)]


def test_the_entry_condition_is_asked_once_at_the_door() -> None:
    flow = world.flow(SHORT, entry={"field": "lead.last_name", "op": "eq", "value": "山田1"})
    leads = world.people(3)

    assert world.enter(flow, leads) == Admission(entered=1, refused=2)
    assert Run.objects.get().lead_id == leads[1]
    assert refusals() == [("entry_condition", 1), ("entry_condition", 1)]


def test_nobody_enters_what_was_never_published() -> None:
    flow = world.flow(SHORT, publish=False)

    with pytest.raises(FlowNotPublished):
        world.enter(flow, world.people(1))
    assert Run.objects.count() == 0


def test_a_paused_flow_refuses_and_says_so() -> None:
    flow = world.flow(SHORT)
    actions.pause(flow, by=None, now=NOON)

    assert world.enter(flow, world.people(1)) == Admission(entered=0, refused=1)
    assert refusals() == [("flow_paused", 1)]


def test_the_trigger_lets_in_who_did_it_with_the_right_properties() -> None:
    trigger = {
        "type": "event",
        "event": "form_submitted",
        "where": {"field": "properties.plan", "op": "eq", "value": "pro"},
    }
    flow = world.flow(SHORT, trigger=trigger)
    right, wrong, machine = world.people(3)

    world.happen(Event.FORM_SUBMITTED, right, at=later(minutes=1), plan="pro")
    world.happen(Event.FORM_SUBMITTED, wrong, at=later(minutes=1), plan="free")
    world.happen(Event.FORM_SUBMITTED, machine, at=later(minutes=1), verdict=Verdict.MACHINE, plan="pro")
    world.happen(Event.PAGE_VIEWED, wrong, at=later(minutes=1), plan="pro")

    run = Run.objects.get(flow=flow)
    assert run.lead_id == right
    assert run.variables == {"event": {"plan": "pro"}}


def test_what_happened_before_the_flow_was_published_starts_nothing() -> None:
    world.flow(SHORT, trigger={"type": "event", "event": "form_submitted"})
    (lead,) = world.people(1)

    world.happen(Event.FORM_SUBMITTED, lead, at=later(minutes=-1))

    assert Run.objects.count() == 0


def test_a_keyed_flow_reads_its_key_from_the_event() -> None:
    trigger = {"type": "event", "event": "deal_won"}
    world.flow(SHORT, trigger=trigger, key="properties.deal_id")
    (lead,) = world.people(1)

    world.happen(Event.DEAL_WON, lead, at=later(minutes=1), deal_id="d-1")
    world.happen(Event.DEAL_WON, lead, at=later(minutes=2), deal_id="d-2")
    world.happen(Event.DEAL_WON, lead, at=later(minutes=3), deal_id="d-1")

    assert sorted(Run.objects.values_list("key", flat=True)) == ["d-1", "d-2"]
