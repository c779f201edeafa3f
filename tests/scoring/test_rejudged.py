"""Verdicts thought over again: points go and come back, silently."""

from __future__ import annotations

import pytest

from ma_platform.db import sql
from ma_platform.tenancy.scope import tenant_scope
from scoring.queries import score_of
from tests.people import make_person, see
from tests.timing import minutes
from tests.tracking.collecting import NOW
from tracking.actions import record, run_consumers
from tracking.catalogue import Event, Verdict

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reader(acme, globex):
    """Somebody with points for five pages."""
    with tenant_scope(acme.workspace):
        lead = make_person()
        for number in range(5):
            see(lead, Event.PAGE_VIEWED, about=f"/products/{number}", at=NOW + minutes(number))
    run_consumers(now=NOW + minutes(10))
    return lead


def judge(workspace, verdict: Verdict, lead: int, *, name: Event = Event.PAGE_VIEWED) -> None:
    """What a re-judgement leaves behind: other verdicts, and the word that there are."""
    with tenant_scope(workspace):
        sql.run(JUDGE, verdict=int(verdict), name=int(name), lead=lead)
        record(Event.VERDICT_CHANGED, lead=lead, at=NOW + minutes(20), props={"changed": 5, "names": []})
    run_consumers(now=NOW + minutes(21))


def score(workspace, lead: int):
    with tenant_scope(workspace):
        return score_of(lead, now=NOW + minutes(30))


def crossings(workspace) -> int:
    with tenant_scope(workspace):
        found: int = sql.run(CROSSINGS).value()
        return found


def test_points_of_machines_go_and_come_back(acme, reader):
    before = score(acme.workspace, reader)

    judge(acme.workspace, Verdict.MACHINE, reader)
    without = score(acme.workspace, reader)
    judge(acme.workspace, Verdict.HUMAN, reader)
    again = score(acme.workspace, reader)

    assert (before.total > 0, before.hot, len(before.lines) > 0) == (True, True, True)
    assert (without.total, without.hot, without.lines) == (0, False, ())
    assert (again.total, again.lines) == (before.total, before.lines)


def test_doubt_scores_nothing(acme, reader):
    judge(acme.workspace, Verdict.MACHINE, reader)
    as_machine = score(acme.workspace, reader).total

    judge(acme.workspace, Verdict.UNSURE, reader)

    assert score(acme.workspace, reader).total == as_machine


def test_nobody_is_alerted_by_it(acme, reader):
    judge(acme.workspace, Verdict.MACHINE, reader)
    before = crossings(acme.workspace)

    judge(acme.workspace, Verdict.HUMAN, reader)

    assert crossings(acme.workspace) == before


JUDGE = """
    UPDATE tracking_event SET verdict = %(verdict)s
     WHERE tenant_id = %(tenant_id)s AND lead_id = %(lead)s AND name = %(name)s
"""
CROSSINGS = "SELECT count(*) FROM tracking_event WHERE tenant_id = %(tenant_id)s AND name IN (30, 31)"
