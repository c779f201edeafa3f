"""Two members at once: one merge is made, the other is refused; and a fact stated in the very moment of a merge."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.db import connections

from leads.actions.merge import MergeRefused, merge_leads
from leads.actions.straggling import gather_stragglers
from leads.models import Lead, Merge
from ma_platform.tenancy.scope import tenant_scope
from tests.leads.joined import person
from tracking.actions import record
from tracking.catalogue import Event
from tracking.models import Event as Logged


def attempt(tenant_id: int, keep: int, drop: int, now: datetime) -> str:
    try:
        with tenant_scope(tenant_id):
            merge_leads(Lead.objects.get(pk=keep), Lead.objects.get(pk=drop), by=None, now=now)
        return "made"
    except MergeRefused:
        return "refused"
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_in_opposite_directions_one_is_made(acme, now):
    with tenant_scope(acme.workspace.pk):
        one, other = person("one", now).pk, person("other", now).pk

    with ThreadPoolExecutor(2) as both:
        tasks = [both.submit(attempt, acme.workspace.pk, *pair, now) for pair in ((one, other), (other, one))]
        done = sorted(task.result() for task in tasks)

    assert done == ["made", "refused"]
    with tenant_scope(acme.workspace.pk):
        assert Merge.objects.count() == 1


@pytest.mark.django_db
def test_a_fact_that_was_being_written_meanwhile_is_handed_over(in_acme, now):
    keep, drop = person("keep", now), person("drop", now)
    merge_leads(keep, drop, by=None, now=now)
    record(Event.TOUCHPOINT_CALL, lead=drop.pk, at=now)
    Logged.objects.filter(name=int(Event.TOUCHPOINT_CALL)).update(lead_id=drop.pk, named=None)

    gather_stragglers([drop.pk], now=now)

    assert list(Logged.objects.filter(name=int(Event.TOUCHPOINT_CALL)).values_list("lead_id", "named")) == [
        (keep.pk, drop.pk)
    ]
