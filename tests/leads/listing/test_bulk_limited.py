"""A member who sees a part of the people steers the jobs they started, and no others."""

from __future__ import annotations

from django.test import Client

from leads.actions import LeadInput, bulk, upsert_leads
from leads.actions.bulk import kind_of
from leads.models import BulkJob
from ma_platform.tenancy.models import Membership, User
from ma_platform.tenancy.permissions import Role, Span
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.conftest import NOW


def started(made: NewWorkspace, by: User) -> BulkJob:
    with tenant_scope(made.workspace):
        return bulk.start_job(kind_of("add_tag"), {"tag": "x"}, {"q": "", "condition": None}, by=by, now=NOW)


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
