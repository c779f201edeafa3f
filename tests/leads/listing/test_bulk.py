"""Jobs over many people: chunks, a kill in between, two at once, undo, rights, and what became of each."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils.html import escape

from leads.actions import LeadInput, add_tag, assign_owner, bulk, upsert_leads
from leads.actions.bulk import BulkRefused, kind_of
from leads.models import BulkItem, BulkJob, Lead, LeadTag, Segment
from lifecycle.models import Position
from ma_platform.audit.models import AuditEntry
from ma_platform.tenancy.models import User
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.conftest import NOW

SignIn = Callable[..., Client]
EVERYBODY = {"q": "", "condition": None}


@pytest.fixture
def five(in_acme: object) -> list[int]:
    """Five people; their ids in order."""
    done = upsert_leads([LeadInput(email=f"p{number}@x.example") for number in range(5)], by=None, now=NOW)
    return sorted(one.lead_id for one in done if one.lead_id is not None)


@pytest.fixture
def owner(acme: NewWorkspace) -> User:
    return acme.owner


def start(kind: str, by: User, /, selection: dict[str, Any] | None = None, typed: str = "", **said: str) -> BulkJob:
    chosen = kind_of(kind)
    return bulk.start_job(chosen, chosen.read(said), selection or EVERYBODY, by=by, now=NOW, typed=typed)


def finish(job: BulkJob) -> BulkJob:
    while bulk.advance(job.pk, now=NOW):
        pass
    job.refresh_from_db()
    return job


def tagged(name: str = "展示会") -> list[int]:
    return sorted(LeadTag.objects.filter(tag__name=name).values_list("lead_id", flat=True))


def test_a_tag_goes_on_everybody_and_comes_off_those_who_had_none(five: list[int], owner: User) -> None:
    add_tag(five[:2], "展示会", now=NOW)

    job = finish(start("add_tag", owner, tag="展示会"))
    after = tagged()
    bulk.ask_undo(job.public_id, by=owner, now=NOW)
    undone = finish(job)

    assert (job.state, after, tagged()) == ("undone", five, five[:2])
    assert (undone.total, undone.changed) == (5, 3)
    assert dict(BulkItem.objects.values_list("lead_id", "outcome"))[five[0]] == "same"


def test_what_was_undone_is_on_record_with_who_undid_it(five: list[int], owner: User) -> None:
    colleague = User.objects.create(email="colleague@acme.example")
    job = finish(start("add_tag", owner, tag="展示会"))

    bulk.ask_undo(job.public_id, by=colleague, now=NOW)
    finish(job)

    said = dict(AuditEntry.objects.filter(subject=job.public_id).values_list("verb", "actor"))
    assert (said["bulk.done"], said["bulk.undone"]) == (owner.email, colleague.email)


def test_chunks_move_on_one_by_one_and_a_lost_one_is_done_again(
    five: list[int], owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(bulk.kinds._kinds, "add_tag", chunked("add_tag", 2))
    job = start("add_tag", owner, tag="展示会")
    bulk.advance(job.pk, now=NOW)
    with pytest.raises(RuntimeError):
        killed_in(job)

    killed = tagged()
    bulk.advance(job.pk, now=NOW)
    one_chunk = tagged()
    done = finish(job)

    assert (killed, one_chunk, tagged()) == ([], five[:2], five)
    assert (done.state, done.handled, done.changed) == ("done", 5, 5)


def killed_in(job: BulkJob) -> None:
    with transaction.atomic():
        bulk.advance(job.pk, now=NOW)
        raise RuntimeError("killed")


def chunked(key: str, size: int) -> bulk.BulkKind:
    return replace(kind_of(key), chunk=size)


def test_whom_it_is_about_is_decided_when_it_starts(five: list[int], owner: User) -> None:
    job = start("add_tag", owner, tag="展示会")
    bulk.advance(job.pk, now=NOW)
    upsert_leads([LeadInput(email="late@x.example")], by=None, now=NOW)

    assert finish(job).total == 5
    assert tagged() == five


def test_two_jobs_over_the_same_people_both_hold(five: list[int], owner: User) -> None:
    one, two = start("add_tag", owner, tag="A"), start("add_tag", owner, tag="B")

    while any([bulk.advance(one.pk, now=NOW), bulk.advance(two.pk, now=NOW)]):
        pass

    assert (tagged("A"), tagged("B")) == (five, five)


def test_people_merged_or_gone_meanwhile_are_left_out(five: list[int], owner: User) -> None:
    job = start("add_tag", owner, tag="展示会")
    bulk.advance(job.pk, now=NOW)
    Lead.objects.filter(pk=five[0]).update(merged_into_id=five[1])
    Lead.objects.filter(pk=five[4]).delete()

    done = finish(job)

    assert (done.changed, done.refused) == (3, 1)
    assert BulkItem.objects.get(lead_id=five[0]).outcome == "refused"


def test_an_owner_comes_back_except_where_somebody_changed_it_since(five: list[int], owner: User) -> None:
    job = finish(start("set_owner", owner, owner=owner.email))
    assign_owner(five[:1], None, by=owner, now=NOW)
    bulk.ask_undo(job.public_id, by=owner, now=NOW)

    finish(job)

    assert BulkItem.objects.get(lead_id=five[0]).outcome == "kept"
    assert set(Lead.objects.values_list("owner_id", flat=True)) == {None}
    assert BulkItem.objects.filter(outcome="undone").count() == 4


def test_a_list_is_filled_and_emptied_again(five: list[int], owner: User) -> None:
    held = Segment.objects.create(name="架電", condition=None, created_at=NOW, updated_at=NOW)
    job = finish(start("add_to_list", owner, {"ids": public(five[:3])}, list=held.public_id))
    filled = held.stays.filter(until=None).count()
    bulk.ask_undo(job.public_id, by=owner, now=NOW)

    finish(job)

    assert (filled, held.stays.filter(until=None).count()) == (3, 0)


def public(lead_ids: list[int]) -> list[str]:
    return list(Lead.objects.filter(pk__in=lead_ids).values_list("public_id", flat=True))


def test_stages_move_and_a_way_back_needs_its_reason(five: list[int], owner: User) -> None:
    finish(start("set_stage", owner, {"ids": public(five[:2])}, stage="mql"))

    refused = finish(start("set_stage", owner, stage="recycled"))
    allowed = finish(start("set_stage", owner, stage="recycled", reason="様子を見る"))

    assert (refused.changed, refused.refused) == (0, 5)
    assert allowed.changed == 5
    assert set(Position.objects.values_list("stage_key", flat=True)) == {"recycled"}


def test_erasing_needs_the_number_typed(five: list[int], owner: User) -> None:
    with pytest.raises(BulkRefused):
        start("erase", owner, typed="4")

    done = finish(start("erase", owner, {"ids": public(five[:2])}, typed="２"))

    assert (done.changed, Lead.objects.count()) == (2, 3)


def test_an_erasure_is_refused_when_it_is_about_others_by_the_time_it_begins(five: list[int], owner: User) -> None:
    job = start("erase", owner, typed="5")
    upsert_leads([LeadInput(email="late@x.example")], by=None, now=NOW)

    done = finish(job)

    assert (done.state, done.changed, Lead.objects.count()) == (BulkJob.State.FAILED, 0, 6)


@pytest.mark.parametrize("selection", ['{"ids": ["\\u0000"]}', '{"q": "\\u0000"}', '{"ids": ["\\ud800"]}'])
def test_a_selection_no_page_of_ours_made_is_nobodys(acme: NewWorkspace, sign_in: SignIn, selection: str) -> None:
    answer = sign_in().post("/leads/bulk/start", {"kind": "add_tag", "tag": "x", "selection": selection})

    with tenant_scope(acme.workspace):
        assert (answer.status_code, BulkJob.objects.exists()) == (404, False)


def test_undo_ends_after_thirty_days(five: list[int], owner: User) -> None:
    job = finish(start("add_tag", owner, tag="展示会"))

    assert bulk.may_undo(job, now=NOW + timedelta(days=29))
    assert not bulk.may_undo(job, now=NOW + timedelta(days=31))


def test_what_can_no_longer_be_undone_is_forgotten(five: list[int], owner: User) -> None:
    finish(start("add_tag", owner, tag="展示会"))

    early, late = bulk.tidy(now=NOW + timedelta(days=29)), bulk.tidy(now=NOW + timedelta(days=31))

    assert (early, late, BulkItem.objects.count(), BulkJob.objects.count()) == (0, 5, 0, 1)


def test_a_stopped_job_takes_back_only_what_it_did(
    five: list[int], owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_tag(five[4:], "展示会", now=NOW)
    monkeypatch.setitem(bulk.kinds._kinds, "add_tag", chunked("add_tag", 2))
    job = start("add_tag", owner, tag="展示会")
    bulk.advance(job.pk, now=NOW)
    bulk.advance(job.pk, now=NOW)
    bulk.stop(job.public_id, by=owner, now=NOW)
    bulk.ask_undo(job.public_id, by=owner, now=NOW)

    finish(job)

    assert tagged() == five[4:]


@pytest.fixture
def people(acme: NewWorkspace, now: datetime) -> list[str]:
    with tenant_scope(acme.workspace):
        done = upsert_leads([LeadInput(email=f"p{number}@x.example") for number in range(3)], by=None, now=now)
    return [str(one.public_id) for one in done]


def test_the_page_before_says_how_many_would_change(people: list[str], sign_in: SignIn) -> None:
    client = sign_in()
    look = client.post("/leads/bulk/new", {"kind": "add_tag", "everybody": "1", "view": "all"})

    said = {"kind": "add_tag", "selection": look.context["selection"], "tag": "展示会"}
    started = client.post("/leads/bulk/start", said)
    page = client.get(started.headers["Location"])

    assert look.context["reach"].total == 3
    assert page.context["job"].moving
    assert client.get("/leads/bulk/").context["rows"][0].job.kind == "add_tag"


@pytest.mark.parametrize(
    ("picked", "shown"),
    [
        ({"everybody": "1", "q": "p1"}, 1),
        ({"everybody": "1", "condition": '{"field": "lead.email", "op": "is_set"}'}, 3),
    ],
)
def test_the_number_of_people_leads_to_them(
    people: list[str], sign_in: SignIn, picked: dict[str, str], shown: int
) -> None:
    client = sign_in()
    look = client.post("/leads/bulk/new", {"kind": "add_tag", "view": "all", **picked})
    again = client.post("/leads/bulk/count", {"kind": "add_tag", "selection": look.context["selection"]})

    address = look.context["in_list"]

    assert len(client.get(address).context["rows"]) == look.context["reach"].total == shown
    assert [f'href="{escape(address)}"' in one.content.decode() for one in (look, again)] == [True, True]


def test_people_picked_one_by_one_have_no_list(people: list[str], sign_in: SignIn) -> None:
    look = sign_in().post("/leads/bulk/new", {"kind": "add_tag", "lead": people[:2]})

    assert (look.context["reach"].total, look.context["in_list"]) == (2, "")


@pytest.mark.parametrize(
    ("role", "kind", "status"),
    [
        (Role.VIEWER, "add_tag", 403),
        (Role.SALES, "erase", 403),
        (Role.MARKETER, "erase", 403),
        (Role.SALES, "set_stage", 200),
    ],
)
def test_a_role_starts_only_what_it_may(people: list[str], sign_in: SignIn, role: Role, kind: str, status: int) -> None:
    answer = sign_in(role).post("/leads/bulk/new", {"kind": kind, "lead": people[:1]})

    assert answer.status_code == status


@pytest.mark.parametrize(
    "selection", ["", "[]", "{}", '{"ids": [1]}', '{"ids": "x"}', '{"bad": "x"}', '{"condition": []}']
)
def test_a_selection_nobody_made_is_refused(people: list[str], sign_in: SignIn, selection: str) -> None:
    answer = sign_in().post("/leads/bulk/start", {"kind": "add_tag", "tag": "x", "selection": selection})

    assert answer.status_code == 404


def test_a_list_nobody_understands_selects_nobody(people: list[str], sign_in: SignIn, acme: NewWorkspace) -> None:
    said = {"kind": "add_tag", "everybody": "1", "condition": json.dumps({"field": "no.such", "op": "is_set"})}

    sign_in().post("/leads/bulk/new", said)

    with tenant_scope(acme.workspace):
        assert BulkJob.objects.count() == 0


def test_the_numbers_of_a_job_lead_to_whose_they_are(people: list[str], sign_in: SignIn, acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        add_tag(list(Lead.objects.order_by("pk").values_list("pk", flat=True))[:1], "x", now=NOW)
        job = finish(start("add_tag", acme.owner, tag="x"))
    here = f"/leads/bulk/{job.public_id}?outcome=changed"
    client = sign_in()

    page = client.get(f"/leads/bulk/{job.public_id}").content.decode()
    behind = client.get(here).content.decode()

    assert f'<a href="{here}">{job.changed}</a>' in page
    assert [public_id in behind for public_id in people] == [False, *[True] * job.changed]
