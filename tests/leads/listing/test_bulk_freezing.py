"""Whom a job is about: decided once, by reading alone, and written down in short transactions."""

from __future__ import annotations

import pytest

from leads.actions import bulk
from leads.actions.bulk import jobs as bulk_jobs
from leads.models import BulkItem, BulkJob, LeadTag
from ma_platform import jobs
from ma_platform.db import sql
from ma_platform.tenancy.scope import tenant_scope
from tests.conftest import NOW
from tests.people import make_person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def five(acme, monkeypatch) -> list[int]:
    monkeypatch.setattr(bulk_jobs, "LAID_AT_ONCE", 2)
    with tenant_scope(acme.workspace):
        return [make_person(f"{number}@x.example") for number in range(5)]


def asked(acme) -> BulkJob:
    with tenant_scope(acme.workspace):
        return bulk.start_job(bulk.kind_of("add_tag"), {"tag": "展示会"}, {}, by=acme.owner, now=NOW)


def named(job: BulkJob) -> list[int]:
    return list(BulkItem.objects.filter(job=job).order_by("pk").values_list("lead_id", flat=True))


def test_it_is_written_down_in_short_transactions(acme, five):
    job = asked(acme)

    jobs.app.tasks["leads.tasks.run_bulk"](acme.workspace.pk, job.pk)

    with tenant_scope(acme.workspace):
        job.refresh_from_db()
        writers = sql.run("SELECT count(DISTINCT xmin::text) FROM leads_bulkitem").value()
        assert (named(job), writers) == (five, 3)
    assert (job.state, job.total, job.handled) == ("running", 5, 0)


def test_looking_people_up_takes_no_transaction_number(acme, five, monkeypatch):
    job, numbers = asked(acme), []
    whom = bulk_jobs._whom

    def looked_up(*given):
        found = whom(*given)
        numbers.append(sql.run("SELECT pg_current_xact_id_if_assigned()::text").value())
        return found

    monkeypatch.setattr(bulk_jobs, "_whom", looked_up)
    jobs.app.tasks["leads.tasks.run_bulk"](acme.workspace.pk, job.pk)

    assert numbers == [None]


def test_what_is_lost_half_way_begins_anew_and_whoever_was_slower_turns_round(acme, five):
    job = asked(acme)
    with tenant_scope(acme.workspace):
        slow = bulk.advance_by_steps(job.pk, now=NOW)
        next(slow)
    with tenant_scope(acme.workspace):
        late = make_person("late@x.example")
        while bulk.advance(job.pk, now=NOW):
            pass
        rest = list(slow)

    with tenant_scope(acme.workspace):
        job.refresh_from_db()
        assert (named(job), rest) == ([*five, late], [False])
        assert (job.state, LeadTag.objects.count()) == ("done", 6)
