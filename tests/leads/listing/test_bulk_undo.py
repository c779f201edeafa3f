"""The way back of jobs is exact: how somebody was on a list or wore a tag, and what others did since."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from leads.actions import LeadInput, add_tag, bulk, remove_tag, segments, upsert_leads
from leads.actions.bulk import kind_of
from leads.models import BulkItem, BulkJob, LeadTag, Segment
from ma_platform.tenancy.models import User
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.conftest import NOW

HOUR = timedelta(hours=1)
Held = tuple[Any, ...]  # Any: columns


@pytest.fixture
def three(in_acme: NewWorkspace) -> list[int]:
    """Three people; their ids in order."""
    done = upsert_leads([LeadInput(email=f"p{number}@x.example") for number in range(3)], by=None, now=NOW)
    return sorted(one.lead_id for one in done if one.lead_id is not None)


@pytest.fixture
def owner(acme: NewWorkspace) -> User:
    return acme.owner


@pytest.fixture
def calls(three: list[int], owner: User) -> Segment:
    """A list with the first by hand for a while, the second by a file, and nobody else."""
    made = segments.create_segment("架電", None, by=None, now=NOW)
    segments.put(made, three[:1], True, by=owner, now=NOW, expires_at=NOW + 24 * HOUR, note="展示会")
    segments.put_by_file(made, three[1:2], source="import:imp_1", file_name="名刺.csv", by=owner, now=NOW)
    return made


def run(kind: str, by: User, **said: str) -> BulkJob:
    """A job over everybody, an hour later."""
    chosen = kind_of(kind)
    job = bulk.start_job(chosen, chosen.read(said), {"q": "", "condition": None}, by=by, now=NOW + HOUR)
    return finish(job, hours=1)


def undo(job: BulkJob, by: User, *, hours: int = 3) -> dict[int, str]:
    """What became of each, so many hours later."""
    bulk.ask_undo(job.public_id, by=by, now=NOW + hours * HOUR)
    finish(job, hours=hours)
    return dict(BulkItem.objects.filter(job=job).values_list("lead_id", "outcome"))


def finish(job: BulkJob, *, hours: int) -> BulkJob:
    while bulk.advance(job.pk, now=NOW + hours * HOUR):
        pass
    job.refresh_from_db()
    return job


def held(listed: Segment) -> list[Held]:
    return list(listed.overrides.order_by("lead_id").values_list("lead_id", "expires_at", "note", "source", "by", "at"))


def members(listed: Segment) -> list[int]:
    return sorted(listed.stays.filter(until=None).values_list("lead_id", flat=True))


def test_who_was_taken_off_a_list_is_on_it_again_as_before(three: list[int], owner: User, calls: Segment) -> None:
    before = held(calls)
    job = run("remove_from_list", owner, list=calls.public_id)

    emptied = members(calls)
    outcomes = undo(job, owner)

    assert (emptied, held(calls), members(calls)) == ([], before, three[:2])
    assert outcomes == {three[0]: "undone", three[1]: "undone", three[2]: "same"}


def test_whose_time_is_over_by_then_is_not_put_back(three: list[int], owner: User, calls: Segment) -> None:
    job = run("remove_from_list", owner, list=calls.public_id)

    outcomes = undo(job, owner, hours=25)

    assert (members(calls), outcomes[three[0]]) == (three[1:2], "kept")


def test_who_was_put_on_it_anew_since_stays_as_that_says(three: list[int], owner: User, calls: Segment) -> None:
    job = run("remove_from_list", owner, list=calls.public_id)
    segments.put(calls, three[:1], True, by=None, now=NOW + 2 * HOUR, note="電話で")

    outcomes = undo(job, owner)

    assert (held(calls)[0][1:3], outcomes[three[0]]) == ((None, "電話で"), "kept")


def test_undoing_a_list_job_leaves_whom_somebody_put_there_since(three: list[int], owner: User, calls: Segment) -> None:
    segments.release(calls, three, by=None, now=NOW)
    job = run("add_to_list", owner, list=calls.public_id)
    segments.put_by_file(calls, three[:1], source="import:imp_2", file_name="b.csv", by=None, now=NOW + 2 * HOUR)

    outcomes = undo(job, owner)

    assert (members(calls), outcomes[three[0]], outcomes[three[1]]) == (three[:1], "kept", "undone")


def test_a_list_job_of_before_this_was_remembered_is_undone_as_it_was_then(
    three: list[int], owner: User, calls: Segment
) -> None:
    taken, added = run("remove_from_list", owner, list=calls.public_id), run("add_tag", owner, tag="展示会")
    BulkItem.objects.filter(outcome="changed").update(before={})

    outcomes = undo(taken, owner), undo(added, owner)

    assert (members(calls), worn()) == (three[:2], {})
    assert [sorted(one.values()) for one in outcomes] == [["same", "undone", "undone"], ["undone"] * 3]


def worn() -> dict[int, Any]:  # Any: moments
    return dict(LeadTag.objects.filter(tag__name="展示会").values_list("lead_id", "added_at"))


def test_a_tag_put_on_anew_since_stays(three: list[int], owner: User) -> None:
    job = run("add_tag", owner, tag="展示会")
    remove_tag(three[:1], "展示会", now=NOW + 2 * HOUR)
    add_tag(three[:1], "展示会", now=NOW + 2 * HOUR)

    outcomes = undo(job, owner)

    assert (worn(), outcomes[three[0]]) == ({three[0]: NOW + 2 * HOUR}, "kept")


def test_a_tag_that_comes_back_is_worn_since_it_was(three: list[int], owner: User) -> None:
    add_tag(three[:2], "展示会", now=NOW)
    job = run("remove_tag", owner, tag="展示会")
    add_tag(three[:1], "展示会", now=NOW + 2 * HOUR)

    outcomes = undo(job, owner)

    assert worn() == {three[0]: NOW + 2 * HOUR, three[1]: NOW}
    assert (outcomes[three[0]], outcomes[three[1]]) == ("kept", "undone")
