"""Drafts, versions, pause and resume, and the ready-made flows."""

from __future__ import annotations

import pytest

from ma_platform.workspaces.actions.workspaces import NewWorkspace
from mailing.models import Email
from nurturing import actions, queries
from nurturing.actions import FlowStateRefused
from nurturing.language import FlowRefused
from nurturing.models import Flow, FlowVersion, Run
from nurturing.ready_made import READY_MADE
from tracking.catalogue import Event

from . import world
from .world import END, NOON, later

pytestmark = pytest.mark.usefixtures("in_acme")
WAIT = {"w": {"type": "wait", "for": {"days": 3}, "next": "done"}, "done": END}


def test_a_refused_document_is_not_saved() -> None:
    flow = world.flow(WAIT, publish=False)
    broken = {**flow.draft, "steps": {"w": {"type": "wait", "for": {"days": 0}, "next": "done"}, "done": END}}

    with pytest.raises(FlowRefused) as refusal:
        actions.save_draft(flow, document=broken, by=None, now=later(hours=1))

    assert [problem.path for problem in refusal.value.problems] == ["/steps/w/for/days"]
    assert Flow.objects.get().draft["steps"] == WAIT


def test_a_flow_that_names_a_missing_mail_cannot_be_published() -> None:
    flow = world.flow({"m": {"type": "send_email", "email": "eml_none", "next": "done"}, "done": END}, publish=False)

    with pytest.raises(FlowRefused) as refusal:
        actions.publish(flow, by=None, now=NOON)

    assert [problem.path for problem in refusal.value.problems] == ["/steps/m/email"]
    assert FlowVersion.objects.count() == 0


def test_runs_stay_on_the_version_they_began_with() -> None:
    flow = world.flow(WAIT)
    old, new = world.people(2)
    world.enter(flow, [old])
    actions.tick(now=NOON)
    shorter = {"w": {"type": "wait", "for": {"days": 1}, "next": "done"}, "done": END}
    actions.save_draft(flow, document={**flow.draft, "steps": shorter}, by=None, now=NOON)
    assert queries.has_unpublished_changes(flow)
    actions.publish(flow, by=None, now=NOON)
    world.enter(flow, [new])
    actions.tick(now=NOON)

    actions.tick(now=later(days=1))

    assert world.where(flow) == [("w", "waiting"), ("done", "finished")]
    assert flow.published_no == 2


def test_a_pause_stops_the_clocks_and_resume_moves_them() -> None:
    flow = world.flow(WAIT)
    world.enter(flow, world.people(2))
    actions.tick(now=NOON)

    assert actions.pause(flow, by=None, now=later(days=1)) == 2
    assert actions.tick(now=later(days=10)).claimed == 0
    assert actions.resume(flow, by=None, now=later(days=11)) == 2

    assert {run.wake_at for run in Run.objects.all()} == {later(days=13)}
    assert actions.tick(now=later(days=12)).claimed == 0
    assert actions.tick(now=later(days=13)).over == 2


def test_resume_late_goes_on_at_once() -> None:
    flow = world.flow(WAIT)
    world.enter(flow, world.people(1))
    actions.tick(now=NOON)
    actions.pause(flow, by=None, now=later(days=1))

    actions.resume(flow, by=None, now=later(days=11), overdue="late")

    assert actions.tick(now=later(days=11)).over == 1


def test_what_happened_during_the_pause_is_seen_on_resume() -> None:
    step = {
        "type": "wait_for",
        "any": [{"event": "page_viewed"}],
        "timeout": {"days": 9},
        "next": "done",
        "on_timeout": "no",
    }
    flow = world.flow({"w": step, "done": END, "no": END})
    (lead,) = world.people(1)
    world.enter(flow, [lead])
    actions.tick(now=NOON)
    actions.pause(flow, by=None, now=later(hours=1))
    world.happen(Event.PAGE_VIEWED, lead, at=later(hours=2))

    actions.resume(flow, by=None, now=later(hours=3))
    actions.tick(now=later(hours=3))

    assert world.where(flow) == [("done", "finished")]


def test_a_running_flow_cannot_be_resumed_nor_a_draft_paused() -> None:
    running, draft = world.flow(WAIT), world.flow(WAIT, publish=False)

    with pytest.raises(FlowStateRefused):
        actions.resume(running, by=None, now=NOON)
    with pytest.raises(FlowStateRefused):
        actions.pause(draft, by=None, now=NOON)
    assert sorted(Flow.objects.values_list("state", flat=True)) == ["draft", "running"]


@pytest.mark.parametrize("key", sorted(READY_MADE))
def test_a_ready_made_flow_can_be_taken_published_and_walked(key: str, in_acme: NewWorkspace) -> None:
    flow = actions.install_template(key, by=in_acme.owner, now=NOON, site="https://www.example.co.jp")
    assert flow.state == "draft"
    assert Email.objects.count() == 3

    actions.publish(flow, by=in_acme.owner, now=NOON)
    world.enter(flow, world.people(1))
    for day in range(30):
        actions.tick(now=later(days=day))

    assert world.where(flow) == [("done", "finished")]
