"""Builds in real transactions: they hold nobody back while they look, write in steps, and survive being killed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

import pytest
from django.db import connections

from leads.actions import add_tag, segments
from leads.actions.segments import building
from leads.models import Segment, SegmentChange, SegmentMoment
from leads.queries.segments import pending
from ma_platform import jobs
from ma_platform.db import sql
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.conftest import NOW
from tests.leads.segments.making import confirm, consume, inside, made, said
from tests.people import make_person
from tracking import catalogue
from tracking.actions import record, run_consumers
from tracking.catalogue import Event, consumes

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"field": "lead.phone", "op": "is_set"}
VIP = {"field": "lead.tags", "op": "contains", "value": "VIP"}
NEW = {"field": "lead.created_at", "op": "within_last", "value": {"days": 30}}


@pytest.fixture
def by_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two people are written down in one transaction."""
    monkeypatch.setattr(building, "STEP", 2)


@pytest.fixture
def five(acme: NewWorkspace) -> list[int]:
    """People with a telephone."""
    with tenant_scope(acme.workspace):
        return [make_person(f"{number}@x.example", phone="03-1234-5678") for number in range(5)]


def confirmed(acme: NewWorkspace, before: object, after: object) -> Segment:
    """A segment whose other condition is about to be put in force."""
    with tenant_scope(acme.workspace):
        segment = made(before, now=NOW)
        segments.change_condition(segment, after, by=None, now=NOW)
        segments.build(segment.pk, now=NOW)
        confirm(segment, enter_flows=True, by=None, now=NOW)
        return segment


def step_by_step(acme: NewWorkspace, segment: Segment) -> Iterator[segments.Built | None]:
    """As the task: each step in a transaction of its own."""
    steps = segments.build_by_steps(segment.pk, now=NOW)
    while True:
        with tenant_scope(acme.workspace):
            step = next(steps, None)
        if step is None:
            return
        yield step


def run(name: str, acme: NewWorkspace, *arguments: int) -> dict[str, int]:
    """A task of ours, as a worker runs it."""
    return jobs.app.tasks[f"leads.tasks.{name}"](acme.workspace.pk, *arguments)


def a_form_is_sent(elsewhere: NewWorkspace) -> None:
    """In another workspace, and the consumers read."""
    try:
        with tenant_scope(elsewhere.workspace):
            record(Event.FORM_SUBMITTED, lead=1, at=NOW)
        run_consumers(now=NOW)
    finally:
        connections.close_all()


@pytest.mark.parametrize("task", ["build_segment", "refresh_segment", "check_segment"])
def test_looking_at_everybody_holds_back_no_consumer(acme, globex, five, monkeypatch, task):
    heard: list[int] = []
    monkeypatch.setattr(catalogue, "CONSUMERS", {})
    asked = building.gather

    @consumes(Event.FORM_SUBMITTED, name="reader")
    def reader(facts: Any, now: Any) -> None:
        heard.extend(fact.lead_id for fact in facts)

    def gather(*given: Any, **named: Any) -> Any:
        found = asked(*given, **named)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(a_form_is_sent, globex).result()
        return found

    with tenant_scope(acme.workspace):
        segment = segments.create_segment("x", PHONE, by=None, now=NOW)
        if task != "build_segment":
            segments.build(segment.pk, now=NOW)
    for module in (building, segments.finding):
        monkeypatch.setattr(module, "gather", gather)

    run(task, acme, segment.pk)

    assert heard == [1]


def test_a_first_build_is_written_in_short_transactions_and_seen_as_ready_at_the_end(acme, five, by_two):
    with tenant_scope(acme.workspace):
        segment = segments.create_segment("x", {"all": [PHONE, NEW]}, by=None, now=NOW)

    counts = run("build_segment", acme, segment.pk)

    with tenant_scope(acme.workspace):
        held = Segment.objects.get(pk=segment.pk)
        writers = sql.run("SELECT count(DISTINCT xmin::text) FROM leads_segmentmember").value()
        noted = set(SegmentMoment.objects.values_list("lead_id", flat=True))
        assert (inside(held), noted, writers) == (set(five), set(five), 3)
    assert (held.state, held.version, held.members, held.moved, held.to_move) == ("ready", 1, 5, 0, 0)
    assert counts == {"enters": 5, "leaves": 0}


def test_what_is_killed_half_way_is_gone_on_with_and_told_once(acme, five, by_two):
    segment = confirmed(acme, VIP, PHONE)
    list(islice(step_by_step(acme, segment), 2))
    with tenant_scope(acme.workspace):
        half, held = inside(segment), Segment.objects.get(pk=segment.pk)

    run("build_segment", acme, segment.pk)

    with tenant_scope(acme.workspace):
        assert (half, held.state, held.moved, held.to_move) == (set(five[:4]), "applying", 4, 5)
        assert inside(segment) == set(five)
        assert [lead for lead, _, _ in said(Event.SEGMENT_ENTERED)] == five
        assert Segment.objects.get().members == 5


def test_facts_that_arrive_between_two_steps_count(acme, five, by_two):
    segment = confirmed(acme, PHONE, VIP)
    steps = step_by_step(acme, segment)
    next(steps)
    with tenant_scope(acme.workspace):
        add_tag([five[0], five[4]], "VIP", now=NOW)
        consume(NOW)
        meanwhile = inside(segment)
    rest = list(steps)

    with tenant_scope(acme.workspace):
        segments.turn_wheel(now=NOW)
        assert (meanwhile, inside(segment)) == (set(five[2:]), {five[0], five[4]})
    assert rest[-1] == segments.Built("ready", 0, 5)


def test_who_is_overtaken_turns_round(acme, five, by_two):
    segment = confirmed(acme, VIP, PHONE)
    slow, quick = step_by_step(acme, segment), step_by_step(acme, segment)
    next(slow)
    next(quick)

    assert list(slow) == []
    assert list(quick)[-1] == segments.Built("ready", 3, 0)


def test_a_difference_is_laid_out_in_steps_and_may_be_dropped_meanwhile(acme, five, by_two):
    with tenant_scope(acme.workspace):
        segment = made(VIP, now=NOW)
        segments.change_condition(segment, PHONE, by=None, now=NOW)
    steps = step_by_step(acme, segment)
    next(steps)
    with tenant_scope(acme.workspace):
        segments.discard(Segment.objects.get(pk=segment.pk))
    rest = list(steps)
    with tenant_scope(acme.workspace):
        dropped = (Segment.objects.get().state, SegmentChange.objects.count())
        segments.change_condition(Segment.objects.get(pk=segment.pk), PHONE, by=None, now=NOW)

    run("build_segment", acme, segment.pk)

    with tenant_scope(acme.workspace):
        again = pending(Segment.objects.get(pk=segment.pk))
    assert (rest, dropped, again.enters, again.leaves) == ([], ("ready", 0), 5, 0)


def test_those_who_ask_about_it_follow_each_step(acme, five, by_two):
    segment = confirmed(acme, VIP, PHONE)
    with tenant_scope(acme.workspace):
        reader = made({"segment": segment.public_id}, now=NOW, name="reader")

    next(step_by_step(acme, segment))

    with tenant_scope(acme.workspace):
        assert inside(reader) == inside(segment) == set(five[:2])


def test_a_condition_that_takes_too_long_leaves_the_members(acme, five, monkeypatch):
    monkeypatch.setattr(segments.finding, "TIME_LIMIT_MS", 1)
    monkeypatch.setattr(segments.finding, "GATHER", "SELECT pg_sleep(1) FROM ({wanted}) AS wanted")
    with tenant_scope(acme.workspace):
        segment = segments.create_segment("x", PHONE, by=None, now=NOW)

    run("build_segment", acme, segment.pk)

    with tenant_scope(acme.workspace):
        held = Segment.objects.get(pk=segment.pk)
    assert (held.state, held.problem, held.condition) == ("failed", "too_slow", PHONE)
