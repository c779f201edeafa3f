"""A segment that is slow to judge, or held by somebody, keeps neither the other segments nor the log waiting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from django.db import connection

from leads.actions import segments
from leads.actions.segments import settling
from leads.models import Segment, SegmentMoment
from ma_platform.db import sql
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.conftest import NOW
from tests.leads.segments.making import inside, made
from tests.people import make_person

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"field": "lead.phone", "op": "is_set"}


@contextmanager
def somebody_holds(made: NewWorkspace, statement: str, *values: object) -> Iterator[None]:
    """Another connection has run this in the workspace and not committed."""
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT set_config('app.tenant_id', %s, true)", [str(made.workspace.pk)])
        cursor.execute(statement, values)
        yield
        cursor.execute("ROLLBACK")


@pytest.fixture
def two(acme: NewWorkspace) -> tuple[Segment, Segment]:
    with tenant_scope(acme.workspace):
        return made(PHONE, now=NOW, name="one"), made(PHONE, now=NOW, name="other")


HOLD = "SELECT FROM leads_segment WHERE id = %s FOR NO KEY UPDATE"
# A stay nobody knows of yet: who would write the same one waits for its end.
STAY = """
    INSERT INTO leads_segmentmember (tenant_id, segment_id, lead_id, since, reason) VALUES (%s, %s, %s, now(), 'rule')
"""


def test_a_segment_somebody_holds_is_looked_at_later(acme, two):
    held, free = two
    with tenant_scope(acme.workspace):
        lead = make_person(phone="03-1234-5678")
        reader = made({"segment": held.public_id}, now=NOW, name="reader")

    with somebody_holds(acme, HOLD, held.pk), tenant_scope(acme.workspace):
        sql.run("SET LOCAL lock_timeout = '50ms'")
        segments.settle({held.pk: [lead], free.pk: [lead]}, now=NOW)

    with tenant_scope(acme.workspace):
        meanwhile = (inside(held), inside(free), inside(reader))
        segments.turn_wheel(now=NOW)
        assert (meanwhile, inside(held), inside(reader)) == ((set(), {lead}, set()), {lead}, {lead})


def test_a_lock_on_a_membership_is_waited_for_later(acme, two):
    held, free = two
    with tenant_scope(acme.workspace):
        lead = make_person(phone="03-1234-5678")

    with somebody_holds(acme, STAY, acme.workspace.pk, held.pk, lead), tenant_scope(acme.workspace):
        sql.run("SET LOCAL lock_timeout = '50ms'")
        segments.settle({held.pk: [lead], free.pk: [lead]}, now=NOW)

    with tenant_scope(acme.workspace):
        owed = list(SegmentMoment.objects.values_list("segment_id", "lead_id"))
        assert (inside(held), inside(free), owed) == (set(), {lead}, [(held.pk, lead)])
        assert Segment.objects.get(pk=held.pk).state == "ready"


def test_a_segment_that_takes_too_long_is_judged_no_more_and_says_so(acme, two, monkeypatch):
    monkeypatch.setattr(settling, "JUDGE_LIMIT_MS", 100)
    slow, free = two
    with tenant_scope(acme.workspace):
        lead = make_person(phone="03-1234-5678")

    with somebody_holds(acme, STAY, acme.workspace.pk, slow.pk, lead), tenant_scope(acme.workspace):
        segments.settle({slow.pk: [lead], free.pk: [lead]}, now=NOW)

    with tenant_scope(acme.workspace):
        held = Segment.objects.get(pk=slow.pk)
        assert (held.state, held.problem, inside(slow), inside(free)) == ("failed", "too_slow", set(), {lead})
        segments.retry(held, now=NOW)
        segments.build(held.pk, now=NOW)
        segments.turn_wheel(now=NOW)
        assert (inside(slow), Segment.objects.get(pk=slow.pk).state) == ({lead}, "ready")
