"""An operator judges a past period again: counted first, then done; resumable; told of once; kept in the audit."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from ma_platform.audit.models import AuditEntry
from ma_platform.db import sql
from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.collecting import NOW
from tests.tracking.judging import Did, browse, counted_anew, days, mail_hit, told, verdicts
from tracking.actions import (
    NotReady,
    PeriodRefused,
    advance,
    ask_rejudgement,
    bind_visitor,
    resume,
    run_rejudgement,
)
from tracking.actions.rejudge import passes
from tracking.catalogue import Event, Verdict
from tracking.models import Rejudgement

RUSH = [Did(0.5 * turn, page=turn % 40) for turn in range(120)]
READER = [Did(0), Did(40, "left", ms=38_000)]
WEEK = timedelta(days=7)


@pytest.fixture
def world(acme, globex):
    """A robot taken for a person, a reader, and a scanner's clicks; nobody has looked at their behaviour yet."""
    browse(acme.workspace, "robot", RUSH)
    browse(acme.workspace, "reader", READER)
    for link in range(4):
        mail_hit(acme.workspace, 5, 30 + link, link=f"https://acme.jp/{link}")
    browse(globex.workspace, "robot", RUSH)
    with tenant_scope(acme.workspace):
        bind_visitor("robot".ljust(16, "0"), 77, "form", at=NOW)
    return acme


def to_the_end(asked: Rejudgement, *, now: datetime = NOW) -> Rejudgement:
    while advance(asked.pk, now=now):
        pass
    return Rejudgement.objects.get(pk=asked.pk)


def asked_for(workspace: object, *, since: datetime = NOW - WEEK) -> Rejudgement:
    return to_the_end(ask_rejudgement(since, NOW, by=None, now=NOW))


def test_counting_changes_nothing_and_tells_what_would(world):
    before = (verdicts(world.workspace), days(world.workspace))
    with tenant_scope(world.workspace):
        found = asked_for(world.workspace)

    assert (verdicts(world.workspace), days(world.workspace)) == before
    assert (found.state, found.examined, found.changed, found.people) == ("ready", 126, 124, 2)
    assert (found.before, found.after) == ({"human": 126}, {"human": 2, "machine": 124})


def test_it_does_what_was_counted_and_tells_each_person_once(world, globex):
    with tenant_scope(world.workspace):
        counted = asked_for(world.workspace)
        run_rejudgement(counted, by=world.owner, now=NOW)
        done = to_the_end(counted)
        advance(done.pk, now=NOW)

    assert (done.state, done.changed, done.people, done.after) == ("done", 124, 2, counted.after)
    assert verdicts(world.workspace).count(Verdict.MACHINE) == 124
    assert days(world.workspace) == counted_anew(world.workspace)
    assert set(verdicts(globex.workspace)) == {Verdict.HUMAN}
    facts = [(lead, json.loads(props)) for lead, props in told(world.workspace)]
    assert facts == [
        (5, {"rejudgement": done.public_id, "changed": 4, "names": []}),
        (77, {"rejudgement": done.public_id, "changed": 120, "names": []}),
    ]


def test_it_goes_on_where_it_was_killed(world, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(passes, "VISITS_AT_ONCE", 1)
    with tenant_scope(world.workspace):
        counted = asked_for(world.workspace)
        run_rejudgement(counted, by=world.owner, now=NOW)
        monkeypatch.setattr(passes, "CHUNK", timedelta(hours=7))
        advance(counted.pk, now=NOW)
    with monkeypatch.context() as broken:
        broken.setattr(passes, "CONCERNED", "SELECT 1 / 0, %(id)s, %(lead_id)s, %(changed)s")
        with pytest.raises(Exception, match="division by zero"), tenant_scope(world.workspace):
            to_the_end(counted)
    with tenant_scope(world.workspace):
        done = to_the_end(counted)

    assert (done.state, done.examined, done.changed, done.people) == ("done", 126, 124, 2)
    assert days(world.workspace) == counted_anew(world.workspace)
    assert len(told(world.workspace)) == 2


def test_the_audit_says_before_and_after(world):
    with tenant_scope(world.workspace):
        counted = asked_for(world.workspace)
        run_rejudgement(counted, by=world.owner, now=NOW)
        done = to_the_end(counted)
        entry = AuditEntry.objects.get(verb="tracking.rejudged")

    assert entry.subject == done.public_id
    assert (entry.facts["before"], entry.facts["after"]) == ({"human": 126}, {"human": 2, "machine": 124})
    assert (entry.facts["changed"], entry.facts["people"]) == (124, 2)


def test_it_is_done_once_only(world):
    with tenant_scope(world.workspace):
        counted = asked_for(world.workspace)
        run_rejudgement(counted, by=None, now=NOW)
        with pytest.raises(NotReady):
            run_rejudgement(counted, by=None, now=NOW)


def test_a_second_pass_finds_nothing(world):
    with tenant_scope(world.workspace):
        first = asked_for(world.workspace)
        run_rejudgement(first, by=None, now=NOW)
        to_the_end(first)

        second = asked_for(world.workspace)

    assert (second.examined, second.changed, second.people) == (126, 0, 0)


@pytest.mark.parametrize(("since", "until"), [(0, 0), (500, 0), (-2, -1)])
def test_a_period_must_lie_in_the_past_and_be_bounded(acme, since: int, until: int):
    with tenant_scope(acme.workspace), pytest.raises(PeriodRefused):
        ask_rejudgement(NOW - timedelta(days=since), NOW - timedelta(days=until), by=None, now=NOW)


def test_only_the_period_is_judged(world):
    with tenant_scope(world.workspace):
        found = asked_for(world.workspace, since=NOW - timedelta(minutes=30))

    assert (found.examined, found.changed) == (0, 0)


def test_a_pass_whose_task_was_lost_is_called_again(world):
    called: list[tuple[int, int]] = []
    with tenant_scope(world.workspace):
        lost = ask_rejudgement(NOW - WEEK, NOW, by=None, now=NOW)

    resume(lambda tenant, one: called.append((tenant, one)), now=NOW + timedelta(seconds=30))
    resume(lambda tenant, one: called.append((tenant, one)), now=NOW + timedelta(seconds=90))

    assert called == [(world.workspace.pk, lost.pk)]


def test_better_rules_give_people_back(world, monkeypatch: pytest.MonkeyPatch):
    before = days(world.workspace)
    with tenant_scope(world.workspace):
        first = asked_for(world.workspace)
        run_rejudgement(first, by=None, now=NOW)
        to_the_end(first)
        for name in ("BURST", "SKIM", "CLOCKWORK_GAPS", "UNSEEN_VIEWS"):
            monkeypatch.setattr(f"tracking.verdict.visits.{name}", 10_000)
        monkeypatch.setattr("tracking.verdict.mails.AT_ONCE_LINKS", 100)
        monkeypatch.setattr("tracking.verdict.mails.INSTANT_LINKS", 100)
        monkeypatch.setattr("tracking.verdict.mails.CLOCKWORK_LINKS", 100)

        second = asked_for(world.workspace)
        run_rejudgement(second, by=None, now=NOW)
        to_the_end(second)

    assert set(verdicts(world.workspace)) == {Verdict.HUMAN}
    assert days(world.workspace) == before


def test_nothing_is_examined_by_looking_at_a_hit_s_own_event_twice(world):
    """Opens of mails are about the mail, clicks about their link: each is one hit."""
    mail_hit(world.workspace, 5, 600, opened=True)
    with tenant_scope(world.workspace):
        found = asked_for(world.workspace)
        clicks = sql.run("SELECT count(*) FROM tracking_event WHERE tenant_id = %(tenant_id)s AND name = 11").value()

    assert (found.examined, clicks) == (127, 4)
    assert verdicts(world.workspace, Event.EMAIL_OPENED) == [Verdict.HUMAN]
