"""What takes too long for a page is a job; what is small is done at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from leads.actions import LeadInput, bulk, long_work, upsert_leads
from leads.actions.bulk import BulkRefused
from leads.actions.company_joins import join_companies
from leads.actions.exclusions import NewExclusion, add_exclusion, remove_exclusion
from leads.actions.merge import merge_leads
from leads.models import BulkJob, Company, Lead
from leads.queries.left_out import left_out
from ma_platform.audit.models import AuditEntry
from ma_platform.tenancy.models import Membership, User
from ma_platform.tenancy.permissions import Role, Span
from ma_platform.tenancy.reach import Reach, reaching
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.conftest import NOW
from tests.people import see
from tracking.catalogue import Event
from tracking.models import Event as Fact

SignIn = Callable[..., Client]
RIVALS = NewExclusion("domain", "rival.example", "competitor")


@pytest.fixture
def rivals(acme: NewWorkspace, globex: NewWorkspace, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Three rivals in either workspace, the first two with five events together; the bounds lie below that."""
    monkeypatch.setattr(long_work, "MANY_PEOPLE", 2)
    monkeypatch.setattr(long_work, "MANY_EVENTS", 3)
    rows = [LeadInput(email=f"p{number}@rival.example") for number in range(3)]
    with tenant_scope(globex.workspace):
        upsert_leads(rows, by=None, now=NOW)
    with tenant_scope(acme.workspace):
        made = [one.lead_id or 0 for one in upsert_leads(rows, by=None, now=NOW)]
        see(made[0], Event.PAGE_VIEWED, about="/a")
        see(made[1], Event.PAGE_VIEWED, about="/b")
        see(made[1], Event.PAGE_VIEWED, about="/c")
    return made


def finished(job: BulkJob) -> BulkJob:
    while bulk.advance(job.pk, now=NOW):
        pass
    job.refresh_from_db()
    return job


def test_many_people_are_judged_by_a_job(acme: NewWorkspace, rivals: list[int], now: datetime) -> None:
    with tenant_scope(acme.workspace):
        line = add_exclusion(RIVALS, by=acme.owner, now=now)
        job = BulkJob.objects.get()
        before = left_out(rivals)
        done = finished(job)

        assert before == {}
        assert (done.kind, done.state, done.total, done.changed) == ("judge_exclusion", "done", 3, 3)
        assert left_out(rivals) == dict.fromkeys(rivals, "competitor")
        said = Fact.objects.filter(name=Event.LEAD_UPDATED, props__source="exclusion")
        assert sorted(said.values_list("lead_id", flat=True)) == rivals

        remove_exclusion(line, by=acme.owner, now=now)
        finished(BulkJob.objects.exclude(pk=job.pk).get())
        assert left_out(rivals) == {}


def test_few_people_are_judged_at_once(acme: NewWorkspace, rivals: list[int], now: datetime) -> None:
    with tenant_scope(acme.workspace):
        Lead.objects.filter(pk=rivals[2]).delete()
        add_exclusion(RIVALS, by=acme.owner, now=now)

        assert (BulkJob.objects.count(), len(left_out(rivals))) == (0, 2)


def test_the_page_of_the_list_says_how_far_it_is(acme: NewWorkspace, rivals: list[int], sign_in: SignIn) -> None:
    said = {"kind": "domain", "text": "rival.example", "reason": "competitor", "note": ""}

    page = sign_in().post(reverse("leads:exclusion_add"), said, follow=True).content.decode()

    with tenant_scope(acme.workspace):
        job = BulkJob.objects.get()
    assert "（0 / 3 人）" in page
    assert reverse("leads:bulk_job", args=[job.public_id]) in page


@pytest.fixture
def firm(acme: NewWorkspace, rivals: list[int]) -> Company:
    """A company of four people, one of whom stands aside for another."""
    with tenant_scope(acme.workspace):
        rows = [LeadInput(email=f"q{number}@firm.example", company="大会社") for number in range(5)]
        people = [Lead.objects.get(pk=one.lead_id) for one in upsert_leads(rows, by=None, now=NOW)]
        merge_leads(people[0], people[4], by=acme.owner, now=NOW)
        company: Company = Company.objects.get()
    return company


@pytest.fixture
def by_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """People leave one by one, the last two together."""
    monkeypatch.setattr(long_work, "LAST", 1)
    monkeypatch.setitem(bulk.kinds._kinds, "erase_company", replace(long_work.ERASING, chunk=1))


@pytest.mark.usefixtures("by_ones")
def test_a_company_of_many_people_is_deleted_by_a_job(
    acme: NewWorkspace, firm: Company, sign_in: SignIn, api: Client
) -> None:
    said = sign_in().post(f"/companies/{firm.public_id}/delete", {"confirm": "大会社"}, follow=True).content.decode()
    again = api.delete(f"/api/v1/companies/{firm.public_id}").status_code

    with tenant_scope(acme.workspace):
        job = BulkJob.objects.get()
        left = [bulk.advance(job.pk, now=NOW) and Lead.objects.exclude(company=None).count() for _ in range(3)]
        done = finished(job)
        assert ("会社「大会社」の削除" in said, again, left) == (True, 202, [4, 3, 0])
        assert (done.state, done.total, done.changed, Company.objects.count()) == ("done", 4, 4, 0)
        assert AuditEntry.objects.get(verb="company.erased").facts == {"name": "大会社", "people": 4}
        told = Fact.objects.filter(name=Event.LEAD_UPDATED, props__source="company").values_list("lead_id", flat=True)
        assert (len(told), len(set(told))) == (4, 4)


@pytest.mark.usefixtures("by_ones")
def test_whom_a_limited_member_does_not_see_leaves_the_company_as_well(acme: NewWorkspace, firm: Company) -> None:
    with tenant_scope(acme.workspace):
        limited = User.objects.create_user("admin@acme.example", "x" * 12)
        Membership.objects.create(user=limited, role=Role.ADMIN, reach=Span.OWN, created_at=NOW)
        with reaching(Reach((limited.pk,))):
            job = long_work.erase_or_hand_over(firm, by=limited, now=NOW)
        assert isinstance(job, BulkJob)

        assert (finished(job).changed, Company.objects.count()) == (4, 0)


def test_a_company_that_was_joined_meanwhile_stays(acme: NewWorkspace, firm: Company) -> None:
    with tenant_scope(acme.workspace):
        other = Company.objects.create(name="別会社", name_key="別会社", created_at=NOW, updated_at=NOW)
        job = long_work.erase_or_hand_over(firm, by=acme.owner, now=NOW)
        assert isinstance(job, BulkJob)
        join_companies(other, firm, by=acme.owner, now=NOW)
        finished(job)

        assert Company.objects.get(pk=firm.pk).merged_into_id == other.pk
        assert Lead.objects.filter(company=other, merged_into=None).count() == 4


def test_two_people_with_many_events_are_joined_by_a_job(
    acme: NewWorkspace, rivals: list[int], sign_in: SignIn
) -> None:
    with tenant_scope(acme.workspace):
        keep, drop = (Lead.objects.get(pk=pk) for pk in rivals[:2])

    answer = sign_in().post(reverse("leads:merge", args=[keep.public_id, drop.public_id]), {})

    with tenant_scope(acme.workspace):
        job = BulkJob.objects.get()
        asked = Lead.objects.get(pk=drop.pk).merged_into_id
        done = finished(job)
        assert (asked, Lead.objects.get(pk=drop.pk).merged_into_id) == (None, keep.pk)
        assert (done.state, done.total, done.changed, done.by) == ("done", 2, 2, acme.owner)
    assert answer.headers["Location"] == reverse("leads:bulk_job", args=[job.public_id])
    assert "2 人の統合" in sign_in().get(answer.headers["Location"]).content.decode()


def test_small_ones_are_joined_at_once(acme: NewWorkspace, rivals: list[int], sign_in: SignIn) -> None:
    with tenant_scope(acme.workspace):
        keep, drop = (Lead.objects.get(pk=pk) for pk in (rivals[0], rivals[2]))

    sign_in().post(reverse("leads:merge", args=[keep.public_id, drop.public_id]), {})

    with tenant_scope(acme.workspace):
        assert (BulkJob.objects.count(), Lead.objects.get(pk=drop.pk).merged_into_id) == (0, keep.pk)


def test_who_was_joined_meanwhile_is_not_joined_again(acme: NewWorkspace, rivals: list[int]) -> None:
    with tenant_scope(acme.workspace):
        keep, drop, other = (Lead.objects.get(pk=pk) for pk in rivals)
        job = long_work.merge_or_hand_over(keep, drop, by=acme.owner, now=NOW)
        merge_leads(other, drop, by=acme.owner, now=NOW)
        assert job is not None
        done = finished(job)

        assert (done.state, Lead.objects.get(pk=drop.pk).merged_into_id) == ("failed", other.pk)
        with pytest.raises(BulkRefused):
            bulk.stop(job.public_id, by=acme.owner, now=NOW)
        assert {kind.key for kind in bulk.offered(list(bulk.kind_of("merge").capability.__class__))} & {
            "merge",
            "judge_exclusion",
        } == set()
