"""A sample of the labelled set through the real doors: bytes, the log, consumers and sweep, a verdict."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from ma_platform.db import sql
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from mailing.signing import SIGNER
from mailing.tokens import Ticket
from tests.tracking.collecting import NOW
from tests.tracking.judging import START, Did, browse, moment
from tests.tracking.labelled.judging import cases, taken_for
from tests.tracking.labelled.sequences import Case, Step
from tracking.actions import drain, judge_due_visits, run_consumers

pytestmark = pytest.mark.django_db(transaction=True)
EMAIL = "eml_" + "e" * 32
# Times of the set start at the first page; an hour of them fits between START and NOW.
SAMPLE = [case for case in cases() if case.number == 0 and max(s.at for a in case.actors for s in a.steps) < 7_000]
VISITS = [case for case in SAMPLE if case.kind == "visit"]
MAILS = [case for case in SAMPLE if case.kind == "mail"]


@pytest.fixture
def measured(acme: NewWorkspace) -> None:
    """Other people read these pages, and their time on them is known."""
    browse(acme.workspace, "others", [Did(-3_000 + 30 * page, "left", page, ms=20_000) for page in range(70)])


@pytest.mark.parametrize("case", VISITS, ids=str)
def test_a_visit_gets_the_verdict_of_the_rules(acme: NewWorkspace, measured: None, case: Case):
    (actor,) = case.actors
    stated = [step for step in actor.steps if step.what != "form_submitted"]  # a form posts by its own door
    deeds = [Did(step.at, step.what, step.about, step.ms) for step in stated]
    browse(acme.workspace, "actor", deeds, ua=actor.steps[0].ua)

    judge_due_visits(now=NOW)

    found = of_visit(acme)
    assert found == ({"human"} if case.family == "form_robot" else set(taken_for(case)))


@pytest.mark.parametrize("case", MAILS, ids=str)
def test_a_mail_s_hits_get_the_verdict_of_the_rules(acme: NewWorkspace, case: Case):
    steps = sorted((step for actor in case.actors for step in actor.steps), key=lambda step: step.at)
    for step in steps:
        knock(acme, step)

    drain(now=NOW)
    run_consumers(now=NOW, only=["verdicts"])

    assert of_mail(acme, case) == taken_for(case)


def knock(acme: NewWorkspace, step: Step) -> None:
    ticket = Ticket(acme.workspace.pk, 5 + step.message, f"msg_{step.message:032x}", EMAIL, int(START.timestamp()))
    track = SIGNER.tickets(ticket).track
    part = SIGNER.link_part(acme.workspace.pk, EMAIL, f"https://acme.jp/{step.about}")
    path = {"open": f"/o/{track}.gif", "hidden": f"/h/{track}"}.get(step.what, f"/c/{track}.{part}")
    headers = {"user-agent": step.ua} | ({"sec-purpose": "prefetch;prerender"} if step.prefetch else {})
    with time_machine.travel(moment(step.at), tick=False):
        Client(REMOTE_ADDR=step.ip).generic(step.method, path, headers=headers)


def of_visit(acme: NewWorkspace) -> set[str]:
    with tenant_scope(acme.workspace):
        return {WORDS[one] for one in sql.run(OF_VISIT, since=START - timedelta(seconds=10)).values()}


def of_mail(acme: NewWorkspace, case: Case) -> list[str]:
    """By actor, told apart by moment: the best verdict of what they did."""
    with tenant_scope(acme.workspace):
        rows = {(at, message): verdict for at, message, verdict in sql.run(OF_MAIL, start=START).rows}
    found = [{rows[round(step.at, 3), step.message] for step in actor.steps} for actor in case.actors]
    return [next(word for number, word in BEST if number in one) for one in found]


WORDS = {0: "human", 1: "machine", 2: "unsure"}
BEST = ((0, "human"), (2, "unsure"), (1, "machine"))
OF_VISIT = """
    SELECT event.verdict FROM tracking_event AS event
     WHERE event.tenant_id = %(tenant_id)s AND event.occurred_at >= %(since)s AND event.session IS NOT NULL
"""
OF_MAIL = """
    SELECT round(extract(epoch FROM occurred_at - %(start)s), 3)::float8, lead_id - 5, verdict
      FROM tracking_event WHERE tenant_id = %(tenant_id)s AND name IN (10, 11)
"""
