"""Two workers at segments that depend on each other: they take turns, and neither waits for the other for ever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, connections

from leads.actions import segments
from leads.models import Segment
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.conftest import NOW
from tests.leads.segments.making import confirm, inside, made
from tests.people import make_person
from tests.timing import eventually, somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)
DIRECTORS = {"field": "lead.job_title", "op": "eq", "value": "部長"}
NOBODY = {"field": "lead.job_title", "op": "eq", "value": "会長"}


def built(acme: NewWorkspace, segment: Segment) -> segments.Built:
    try:
        with tenant_scope(acme.workspace):
            return segments.build(segment.pk, now=NOW)
    finally:
        connections.close_all()


def settled_beside(acme: NewWorkspace, held: Segment, asked: Segment, lead: int, began: Event) -> segments.Settled:
    """Stands at the lower number, and goes on to the higher one once the other worker waits."""
    try:
        with tenant_scope(acme.workspace):
            Segment.objects.select_for_update(no_key=True).get(pk=held.pk)
            began.set()
            eventually(lambda: somebody_waits(connection), every=0.02)
            return segments.settle({asked.pk: [lead]}, now=NOW)
    finally:
        connections.close_all()


def test_a_segment_that_depends_on_a_younger_one_is_locked_before_it(acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        lead = make_person(job_title="部長")
        reader = made(NOBODY, now=NOW, name="older")
        asked = made(NOBODY, now=NOW, name="younger")
        segments.change_condition(reader, {"segment": asked.public_id}, by=None, now=NOW)
        segments.build(reader.pk, now=NOW)
        confirm(reader, enter_flows=False, by=None, now=NOW)
        segments.build(reader.pk, now=NOW)
        segments.change_condition(asked, DIRECTORS, by=None, now=NOW)
        segments.build(asked.pk, now=NOW)
        confirm(asked, enter_flows=False, by=None, now=NOW)
    began = Event()

    with ThreadPoolExecutor(2) as pool:
        beside = pool.submit(settled_beside, acme, reader, asked, lead, began)
        assert began.wait(20)
        mine = pool.submit(built, acme, asked)
        outcome = (beside.result(30), mine.result(30))

    with tenant_scope(acme.workspace):
        assert (inside(asked), inside(reader)) == ({lead}, {lead})
    assert outcome == (segments.Settled(), segments.Built("ready", enters=1))
