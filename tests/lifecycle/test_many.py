"""Stages of many people changed by a job and taken back: as if it had never been, but for those who moved since."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from leads.actions import bulk
from leads.models import BulkItem, BulkJob, Lead
from lifecycle.actions import move_stage
from lifecycle.models import Assignment, Position, Transition
from ma_platform.tenancy.models import User
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.conftest import NOW
from tests.lifecycle.sales import Force, people
from tracking.actions import run_consumers
from tracking.catalogue import Event
from tracking.models import Event as Fact

LATER = NOW + timedelta(hours=1)


def moved(lead_ids: list[int], to: str, by: User, **said: str) -> BulkJob:
    """A job that moved these people, over."""
    kind = bulk.kind_of("set_stage")
    picked = list(Lead.objects.filter(pk__in=lead_ids).values_list("public_id", flat=True))
    job = bulk.start_job(kind, kind.read({"stage": to, **said}), {"ids": picked}, by=by, now=NOW)
    finish(job, now=NOW)
    return job


def undone(job: BulkJob, by: User) -> dict[int, str]:
    """The job taken back; what became of each person."""
    bulk.ask_undo(job.public_id, by=by, now=LATER)
    finish(job, now=LATER)
    return dict(BulkItem.objects.filter(job=job).values_list("lead_id", "outcome"))


def finish(job: BulkJob, *, now: datetime) -> None:
    while bulk.advance(job.pk, now=now):
        pass


def stand(lead_ids: list[int]) -> list[tuple[str, int]]:
    """Stage and pass of each."""
    found = {one.lead_id: (one.stage_key, one.pass_number) for one in Position.objects.filter(lead_id__in=lead_ids)}
    return [found[lead_id] for lead_id in lead_ids]


def test_people_go_back_in_the_pass_they_were_in_and_quietly(in_acme: NewWorkspace) -> None:
    boss, lead_ids = in_acme.owner, people(2)
    move_stage(lead_ids[:1], "mql", now=NOW)
    move_stage(lead_ids[1:], "recycled", now=NOW, reason="x")
    job = moved(lead_ids, "customer", boss)
    forth = stand(lead_ids)

    outcomes = undone(job, boss)

    assert (forth, stand(lead_ids)) == ([("customer", 1), ("customer", 2)], [("mql", 1), ("recycled", 1)])
    assert set(outcomes.values()) == {"undone"}
    told = Fact.objects.filter(name=Event.STAGE_CHANGED, occurred_at=LATER).values_list("props__to", "props__quiet")
    assert sorted(told) == [("mql", True), ("recycled", True)]
    way = Transition.objects.filter(at=LATER).order_by("id").first()
    assert way is not None
    assert (way.by_user, way.rule.partition(":")[0], way.reason) == (boss, "job_undone", "一括操作の取り消し")


@pytest.mark.django_db(transaction=True)
def test_nobody_is_given_to_anybody_for_going_back_to_the_stage_that_counts(acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        force, lead_ids = Force(acme), people(2)
        move_stage(lead_ids, "mql", now=NOW)
    run_consumers(now=NOW)
    with tenant_scope(acme.workspace):
        force.policy(on_created=False, on_stage="mql", on_hot=False)
        force.rule("member", member_id=force.member("sato").pk)
        undone(moved(lead_ids, "customer", acme.owner), acme.owner)
    run_consumers(now=LATER)

    with tenant_scope(acme.workspace):
        assert stand(lead_ids) == [("mql", 1)] * 2
        assert not Assignment.objects.exists()


def test_who_moved_since_stays_even_where_they_came_to_again(in_acme: NewWorkspace) -> None:
    boss, (gone, again, back) = in_acme.owner, people(3)
    move_stage([gone, again, back], "mql", now=NOW)
    job = moved([gone, again, back], "sal", boss)
    move_stage([gone, again], "sql", now=NOW + timedelta(minutes=5))
    move_stage([again], "sal", now=NOW + timedelta(minutes=6), by=boss, reason="戻し")

    outcomes = undone(job, boss)

    assert outcomes == {gone: "kept", again: "kept", back: "undone"}
    assert stand([gone, again, back]) == [("sql", 1), ("sal", 2), ("mql", 1)]


def test_who_was_moved_at_the_same_moment_by_somebody_who_asked_earlier_stays(in_acme: NewWorkspace) -> None:
    boss, lead_ids = in_acme.owner, people(1)
    job = moved(lead_ids, "sal", boss)
    move_stage(lead_ids, "sql", now=NOW - timedelta(milliseconds=5))  # held up by the job

    assert undone(job, boss) == {lead_ids[0]: "kept"}
    assert stand(lead_ids) == [("sql", 1)]


def test_jobs_are_taken_back_one_after_the_other(in_acme: NewWorkspace) -> None:
    boss, lead_ids = in_acme.owner, people(1)
    move_stage(lead_ids, "nurturing", now=NOW)
    first = moved(lead_ids, "sal", boss)
    second = moved(lead_ids, "mql", boss, reason="早すぎた")

    latest = undone(second, boss)
    between = stand(lead_ids)
    earliest = undone(first, boss)

    assert ([*latest.values()], between) == (["undone"], [("sal", 1)])
    assert ([*earliest.values()], stand(lead_ids)) == (["undone"], [("nurturing", 1)])


def test_who_stood_nowhere_before_goes_back_to_where_everybody_begins(in_acme: NewWorkspace) -> None:
    lead_ids = people(1)

    undone(moved(lead_ids, "customer", in_acme.owner), in_acme.owner)

    assert stand(lead_ids) == [("inquiry", 1)]


def test_a_job_that_remembers_no_moves_leaves_people_where_they_are(in_acme: NewWorkspace) -> None:
    boss, lead_ids = in_acme.owner, people(1)
    move_stage(lead_ids, "mql", now=NOW)
    job = moved(lead_ids, "customer", boss)
    BulkItem.objects.update(before={"stage": "mql"})  # as jobs of a former release did

    assert undone(job, boss) == {lead_ids[0]: "kept"}
    assert stand(lead_ids) == [("customer", 1)]
