"""Ticks that meet, and ticks that die: nothing twice, nothing half."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from django.db import connection

from ma_platform.tenancy.models import Workspace
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from mailing.models import Email, Message
from nurturing import actions
from nurturing.actions import settling
from nurturing.models import Flow, Run, RunStep, StepCount
from tests.nurturing import world
from tests.nurturing.world import END, NOON
from tracking.catalogue import Event as Happened

pytestmark = pytest.mark.django_db(transaction=True)
LEADS = 60


@pytest.fixture
def workspace(acme: NewWorkspace) -> Workspace:
    """Acme, with real transactions."""
    return acme.workspace


@pytest.fixture
def thanks(workspace: Workspace) -> Email:
    """A flow that writes to sixty leads, all due, committed."""
    with tenant_scope(workspace):
        email = world.mail("お礼")
        steps = {
            "m": {"type": "send_email", "email": email.public_id, "next": "t"},
            "t": {"type": "add_tag", "tag": "済", "next": "w"},
            "w": {"type": "wait", "for": {"days": 1}, "next": "done"},
            "done": END,
        }
        world.enter(world.flow(steps), world.people(LEADS))
    return email


def one_worker(workspace: Workspace, start: Barrier) -> int:
    """Ticks of ten until nothing is left; returns the runs claimed."""
    try:
        start.wait()
        total = claimed = 0
        while claimed or not total:
            with tenant_scope(workspace):
                claimed = actions.tick(now=NOON, limit=10).claimed
            if not claimed:
                break
            total += claimed
        return total
    finally:
        connection.close()


def test_two_ticks_at_once_advance_every_run_once(workspace: Workspace, thanks: Email) -> None:
    start = Barrier(2)

    with ThreadPoolExecutor(2) as pool:
        claimed = [worker.result() for worker in [pool.submit(one_worker, workspace, start) for _ in range(2)]]

    with tenant_scope(workspace):
        assert sum(claimed) == LEADS
        assert Message.objects.filter(email=thanks).count() == LEADS
        assert RunStep.objects.count() == 2 * LEADS
        assert Run.objects.filter(step="w", state="waiting").count() == LEADS
        assert dict(StepCount.objects.values_list("step", "runs")) == {"m": LEADS, "t": LEADS}


class Killed(RuntimeError):
    """The worker dies here."""


def test_a_tick_that_dies_in_the_middle_leaves_nothing(
    workspace: Workspace, thanks: Email, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(settling, "tell_ended", die)
        with pytest.raises(Killed), tenant_scope(workspace):
            actions.tick(now=NOON)

    with tenant_scope(workspace):
        assert (Message.objects.count(), RunStep.objects.count(), StepCount.objects.count()) == (0, 0, 0)
        assert Run.objects.filter(state="active", step="m").count() == LEADS

        assert actions.tick(now=NOON).claimed == LEADS
        assert Message.objects.filter(email=thanks).count() == LEADS


def test_two_entrances_at_once_make_one_run(workspace: Workspace, thanks: Email) -> None:
    with tenant_scope(workspace):
        flow, leads = (
            world.flow({"w": {"type": "wait", "for": {"days": 1}, "next": "done"}, "done": END}),
            [run.lead_id for run in Run.objects.all()],
        )
    start = Barrier(2)

    def come_in(_: int) -> int:
        try:
            start.wait()
            with tenant_scope(workspace):
                return world.enter(Flow.objects.get(pk=flow.pk), leads).entered
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        entered = list(pool.map(come_in, range(2)))

    with tenant_scope(workspace):
        assert sum(entered) == LEADS
        assert Run.objects.filter(flow=flow).count() == LEADS


def in_thread(pool: ThreadPoolExecutor, workspace: Workspace, work: Callable[[], object]) -> Future[object]:
    """`work` in a transaction of its own, on a connection of its own."""

    def run() -> object:
        try:
            with tenant_scope(workspace):
                return work()
        finally:
            connection.close()

    return pool.submit(run)


def test_a_fact_heard_while_a_tick_lies_down_to_wait_for_it_wakes_the_run(workspace: Workspace) -> None:
    with tenant_scope(workspace):
        waiting = {
            "w": {"type": "wait_for", "any": [{"event": "email_clicked"}], "next": "done"},
            "done": END,
        }
        flow, (lead,) = world.flow(waiting), world.people(1)
        world.enter(flow, [lead])
    looked, heard = Event(), Event()

    def slow_tick() -> None:
        actions.tick(now=NOON)
        looked.set()
        heard.wait(0.5)  # not committed: the run does not wait yet for anybody else to see

    def click() -> None:
        looked.wait(5)
        world.happen(Happened.EMAIL_CLICKED, lead, at=world.later(minutes=1))
        heard.set()

    with ThreadPoolExecutor(2) as pool:
        for work in [in_thread(pool, workspace, slow_tick), in_thread(pool, workspace, click)]:
            work.result()
    with tenant_scope(workspace):
        actions.tick(now=world.later(minutes=2))
        assert world.where(flow) == [("done", "finished")]


def test_a_pause_stops_those_who_are_just_coming_in(workspace: Workspace) -> None:
    with tenant_scope(workspace):
        flow, leads = world.flow({"done": END}), world.people(3)
    entered, paused = Event(), Event()

    def come_in() -> None:
        world.enter(Flow.objects.get(pk=flow.pk), leads)
        entered.set()
        paused.wait(0.5)

    def pause() -> object:
        entered.wait(5)
        count = actions.pause(Flow.objects.get(pk=flow.pk), by=None, now=NOON)
        paused.set()
        return count

    with ThreadPoolExecutor(2) as pool:
        coming, pausing = in_thread(pool, workspace, come_in), in_thread(pool, workspace, pause)
        coming.result()
        assert pausing.result() == 3
    with tenant_scope(workspace):
        assert actions.tick(now=NOON).claimed == 0
        assert world.where(flow) == [("done", "paused")] * 3
