"""Bindings that meet, and an undo that meets ingest: one outcome, and every event where the bindings say."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import pytest
from django.db import connection

from ma_platform.db import sql
from ma_platform.tenancy.models import Workspace
from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.collecting import NOW
from tests.tracking.test_drain import keep
from tracking.actions import Binding, bind_visitor, drain, undo_binding
from tracking.models import Binding as Row
from tracking.models import Visitor

pytestmark = pytest.mark.django_db(transaction=True)
A, B = 5, 6


def owners() -> list[int | None]:
    return sql.run("SELECT lead_id FROM tracking_event WHERE name = 1 ORDER BY occurred_at").values()


def bind_at_once(workspace: Workspace, lead: int, start: Barrier) -> Binding:
    try:
        start.wait()
        with tenant_scope(workspace):
            return bind_visitor("v1", lead, "form", NOW)
    finally:
        connection.close()


@pytest.mark.parametrize("_round", range(5))
def test_two_people_at_one_browser_at_once_are_one_binding_and_one_takeover(acme, _round):
    keep(acme.workspace.pk, "m1", at=NOW - timedelta(minutes=1))
    drain(now=NOW)
    start = Barrier(2)

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(bind_at_once, acme.workspace, lead, start) for lead in (A, B)]
        answers = sorted((one.result() for one in both), key=lambda one: one.conflict)

    with tenant_scope(acme.workspace):
        first, second = Row.objects.order_by("id")
        assert [(one.bound, one.conflict, one.attached) for one in answers] == [(True, False, 1), (True, True, 0)]
        assert (first.other_lead_id, second.other_lead_id) == (None, first.lead_id)
        assert Visitor.objects.get().lead_id == second.lead_id
        assert owners() == [first.lead_id]


def test_the_same_person_twice_at_once_is_bound_once(acme):
    start = Barrier(2)

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(bind_at_once, acme.workspace, A, start) for _ in range(2)]
        assert sorted(one.result().bound for one in both) == [False, True]

    with tenant_scope(acme.workspace):
        assert Row.objects.count() == 1


def undo_and_hold(workspace: Workspace, binding: str, undone: Event, go_on: Event) -> None:
    """Undo in a transaction that stays open until told."""
    try:
        with tenant_scope(workspace):
            undo_binding(binding, by=None, now=NOW)
            undone.set()
            go_on.wait(10)
    finally:
        connection.close()


def drain_elsewhere() -> int:
    try:
        return drain(now=NOW).written
    finally:
        connection.close()


def still_waiting(work: Future[int]) -> bool:
    """Half a second is enough to drain one event when nobody holds its browser."""
    try:
        work.result(0.5)
    except TimeoutError:
        return True
    return False


def test_an_event_drained_during_an_undo_waits_and_belongs_to_nobody(acme):
    with tenant_scope(acme.workspace):
        bind_visitor("v1", A, "form", NOW)
        binding = Row.objects.get().public_id
    keep(acme.workspace.pk, "m1")
    undone, go_on = Event(), Event()

    with ThreadPoolExecutor(2) as pool:
        undoing = pool.submit(undo_and_hold, acme.workspace, binding, undone, go_on)
        undone.wait(10)
        draining = pool.submit(drain_elsewhere)
        waited = still_waiting(draining)
        go_on.set()
        undoing.result()
        assert (waited, draining.result()) == (True, 1)

    with tenant_scope(acme.workspace):
        assert owners() == [None]
        assert sql.run("SELECT lead_id FROM tracking_daily WHERE name = 1").values() == [None]


def undo_twenty(workspace: Workspace, start: Barrier) -> None:
    """Bind and undo again and again."""
    try:
        start.wait()
        for number in range(20):
            with tenant_scope(workspace):
                bind_visitor("v1", A, "form", NOW + timedelta(seconds=number))
                undo_binding(Row.objects.order_by("-id")[0].public_id, by=None, now=NOW)
    finally:
        connection.close()


def test_undoing_while_events_pour_in_leaves_no_event_behind(acme):
    for number in range(60):
        keep(acme.workspace.pk, f"m{number}", at=NOW + timedelta(seconds=number))
    start = Barrier(2)

    with ThreadPoolExecutor(2) as pool:
        undoing = pool.submit(undo_twenty, acme.workspace, start)
        start.wait()
        assert drain(now=NOW).written == 60
        undoing.result()

    with tenant_scope(acme.workspace):
        assert owners() == [None] * 60
        assert sql.run("SELECT lead_id, sum(count)::int FROM tracking_daily WHERE name = 1 GROUP BY 1").rows == [
            (None, 60)
        ]
