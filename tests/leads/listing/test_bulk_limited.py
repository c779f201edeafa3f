"""A member who sees a part of the people steers the jobs they started, and no others."""

from __future__ import annotations

from django.test import Client

from leads.actions import LeadInput, assign_owner, bulk, upsert_leads
from leads.actions.bulk import kind_of
from leads.models import BulkJob, Lead
from ma_platform.tenancy.models import Membership, User
from ma_platform.tenancy.permissions import Role, Span
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.conftest import NOW

EVERYBODY = {"q": "", "condition": None}


def started(made: NewWorkspace, by: User) -> BulkJob:
    with tenant_scope(made.workspace):
        return bulk.start_job(kind_of("add_tag"), {"tag": "x"}, EVERYBODY, by=by, now=NOW)


def test_who_hands_their_people_to_a_colleague_can_take_them_back(in_acme: NewWorkspace) -> None:
    member, colleague = (_seller(f"{name}@acme.example") for name in ("seller", "colleague"))
    done = upsert_leads([LeadInput(email=f"p{number}@x.example") for number in range(3)], by=None, now=NOW)
    people = [one.lead_id for one in done if one.lead_id is not None]
    assign_owner(people, member, by=None, now=NOW)
    kind = kind_of("set_owner")
    job = bulk.start_job(kind, kind.read({"owner": colleague.email}), EVERYBODY, by=member, now=NOW)

    owners = [_owners_after(job)]
    assign_owner(people[:1], in_acme.owner, by=None, now=NOW)
    bulk.ask_undo(job.public_id, by=member, now=NOW)
    owners.append(_owners_after(job))

    assert owners == [[colleague] * 3, [in_acme.owner, member, member]]


def _seller(email: str) -> User:
    """A member who sees their own people alone."""
    user = User.objects.create_user(email, "x" * 12)
    Membership.objects.create(user=user, role=Role.SALES, reach=Span.OWN, created_at=NOW)
    return user


def _owners_after(job: BulkJob) -> list[User | None]:
    while bulk.advance(job.pk, now=NOW):
        pass
    return [lead.owner for lead in Lead.objects.order_by("pk").select_related("owner")]


def test_they_stop_only_their_own_jobs(acme: NewWorkspace, globex: NewWorkspace, sign_in) -> None:
    client: Client = sign_in(Role.MARKETER)
    member = User.objects.get(email=f"{Role.MARKETER}@acme.example")
    with tenant_scope(acme.workspace):
        upsert_leads([LeadInput(email="taro@x.example")], by=None, now=NOW)
        Membership.objects.filter(user=member).update(reach=Span.OWN)
    theirs, mine = started(acme, acme.owner), started(acme, member)

    answers = [client.post(f"/leads/bulk/{job.public_id}/stop").status_code for job in (theirs, mine)]
    undone = client.post(f"/leads/bulk/{theirs.public_id}/undo").status_code
    listed = [row.job.pk for row in client.get("/leads/bulk/").context["rows"]]

    assert (answers, undone, listed) == ([403, 302], 403, [mine.pk])
    assert not client.get(f"/leads/bulk/{theirs.public_id}").context["may_steer"]
    with tenant_scope(acme.workspace):
        assert [BulkJob.objects.get(pk=job.pk).state for job in (theirs, mine)] == ["waiting", "done"]
