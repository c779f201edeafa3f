"""The behaviour sweep: visits judged as a whole, and everything that counts put right."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from ma_platform.db import sql
from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.collecting import NOW
from tests.tracking.judging import Did, browse, counted_anew, days, reasons, told, verdicts
from tracking import verdict
from tracking.actions import bind_visitor, judge_due_visits, record
from tracking.actions.rejudge import visits
from tracking.catalogue import Event, Verdict

READER = [Did(0), Did(40, "left", ms=38_000), Did(41, page=1), Did(80, "left", 1, ms=30_000)]
RUSH = [Did(0.5 * turn, page=turn % 40) for turn in range(120)]
SHY = [Did(0), Did(31, page=1), Did(45), Did(99, page=1)]
SHOWN_TO_NOBODY = [Did(2.0 * turn, page=turn) for turn in range(4)]


def key(visitor: str) -> str:
    return visitor.ljust(16, "0")


def test_a_reader_stays_a_person(acme):
    browse(acme.workspace, "reader", READER)
    before = days(acme.workspace)

    found = judge_due_visits(now=NOW)

    assert (found.examined, found.changed) == (1, 0)
    assert set(verdicts(acme.workspace)) == {Verdict.HUMAN}
    assert days(acme.workspace) == before


def test_a_rush_through_the_site_is_a_machine_and_leaves_the_rollup(acme, globex):
    browse(acme.workspace, "reader", READER)
    browse(acme.workspace, "robot", RUSH)
    browse(globex.workspace, "robot", READER)

    found = judge_due_visits(now=NOW)

    assert found.changed == 120
    assert verdicts(acme.workspace).count(Verdict.MACHINE) == 120
    assert "burst" in reasons(acme.workspace)
    assert days(acme.workspace) == counted_anew(acme.workspace)
    assert days(globex.workspace) == counted_anew(globex.workspace) != []


def test_pages_that_nobody_looked_at_are_a_machine_s_only_where_looking_is_measured(acme):
    browse(acme.workspace, "robot", SHOWN_TO_NOBODY)
    judge_due_visits(now=NOW)
    unmeasured = set(verdicts(acme.workspace))
    browse(acme.workspace, "reader", READER)
    browse(acme.workspace, "robot", [Did(120, page=5)])

    judge_due_visits(now=NOW)

    assert unmeasured == {Verdict.HUMAN}
    assert verdicts(acme.workspace).count(Verdict.MACHINE) == 5
    assert "no_visible_time" in reasons(acme.workspace)


def test_the_person_concerned_is_told_of_once(acme):
    browse(acme.workspace, "robot", RUSH)
    with tenant_scope(acme.workspace):
        bind_visitor(key("robot"), 77, "form", at=NOW)

    judge_due_visits(now=NOW)
    judge_due_visits(now=NOW + timedelta(minutes=1))

    ((lead, props),) = told(acme.workspace)
    assert (lead, json.loads(props)) == (77, {"changed": 120, "names": []})


def test_quiet_visits_are_not_looked_at_again(acme):
    browse(acme.workspace, "reader", READER)
    judge_due_visits(now=NOW)

    assert judge_due_visits(now=NOW + timedelta(seconds=15)).examined == 0


def test_a_visit_that_is_heard_of_again_is_due_again(acme):
    browse(acme.workspace, "robot", RUSH[:2])
    judge_due_visits(now=NOW)
    early = set(verdicts(acme.workspace))
    browse(acme.workspace, "robot", RUSH[2:])

    found = judge_due_visits(now=NOW + timedelta(seconds=15))

    assert early == {Verdict.HUMAN}
    assert (found.examined, set(verdicts(acme.workspace))) == (1, {Verdict.MACHINE})


def test_a_machine_can_become_a_person_again(acme, monkeypatch: pytest.MonkeyPatch):
    browse(acme.workspace, "reader", READER)
    browse(acme.workspace, "robot", RUSH)
    before = days(acme.workspace)
    judge_due_visits(now=NOW)
    monkeypatch.setattr("tracking.verdict.visits.BURST", 1_000)
    monkeypatch.setattr("tracking.verdict.visits.SKIM", 1_000)
    monkeypatch.setattr("tracking.verdict.visits.CLOCKWORK_GAPS", 1_000)
    monkeypatch.setattr("tracking.verdict.visits.UNSEEN_VIEWS", 1_000)
    with tenant_scope(acme.workspace):
        sql.run("UPDATE tracking_session SET judged_at = NULL WHERE tenant_id = %(tenant_id)s")

    judge_due_visits(now=NOW)

    assert set(verdicts(acme.workspace)) == {Verdict.HUMAN}
    assert days(acme.workspace) == before


def test_doubt_counts_as_little_as_a_machine_but_is_not_one(acme):
    browse(acme.workspace, "reader", READER)
    browse(acme.workspace, "shy", SHY)

    judge_due_visits(now=NOW)

    assert sorted(verdicts(acme.workspace)) == [0] * 4 + [2] * 4
    assert days(acme.workspace) == counted_anew(acme.workspace)


def test_what_a_request_said_of_itself_stays(acme):
    browse(acme.workspace, "nameless", [*READER, *RUSH], ua="")
    with tenant_scope(acme.workspace):
        sql.run("UPDATE tracking_session SET agent = 'Mozilla/5.0 x' WHERE tenant_id = %(tenant_id)s")

    judge_due_visits(now=NOW)

    assert reasons(acme.workspace) == {"no_user_agent"}


def test_a_round_that_dies_half_way_is_done_again_whole(acme, monkeypatch: pytest.MonkeyPatch):
    browse(acme.workspace, "robot", RUSH)
    before = days(acme.workspace)
    with monkeypatch.context() as broken:
        broken.setattr(visits, "REMEMBER", "SELECT 1 / 0, %(visit)s, %(now)s")
        with pytest.raises(Exception, match="division by zero"), tenant_scope(acme.workspace):
            judge_due_visits(now=NOW)
    after_the_crash = days(acme.workspace)

    judge_due_visits(now=NOW)

    assert after_the_crash == before
    assert days(acme.workspace) == counted_anew(acme.workspace) == []


def test_events_know_the_rules_that_judged_them(acme):
    browse(acme.workspace, "robot", RUSH[:70])
    judge_due_visits(now=NOW)

    with tenant_scope(acme.workspace):
        found = sql.run(
            "SELECT DISTINCT rule_version FROM tracking_event WHERE tenant_id = %(tenant_id)s AND verdict = 1"
        ).values()
    assert found == [verdict.RULE_VERSION]


def test_the_forms_answer_itself_is_not_the_visits(acme):
    """A form's verdict is the form's: the visit's judgement covers what the browser stated."""
    browse(acme.workspace, "robot", RUSH)
    with tenant_scope(acme.workspace):
        record(Event.FORM_SUBMITTED, at=NOW, visitor=key("robot"))

    judge_due_visits(now=NOW)

    assert verdicts(acme.workspace, Event.FORM_SUBMITTED) == [Verdict.HUMAN]


@pytest.mark.parametrize(("deeds", "thought"), [(RUSH, Verdict.MACHINE), (SHY, Verdict.UNSURE)])
def test_what_is_new_in_a_visit_that_was_no_persons_never_counts_as_a_persons(acme, deeds, thought):
    browse(acme.workspace, "reader", READER)
    browse(acme.workspace, "robot", deeds)
    judge_due_visits(now=NOW)
    before = days(acme.workspace)

    browse(acme.workspace, "robot", [Did(120, page=1)])

    assert verdicts(acme.workspace).count(thought) == len(deeds) + 1
    assert days(acme.workspace) == before
    with tenant_scope(acme.workspace):
        assert sql.run("SELECT count(*) FROM tracking_event WHERE verdict <> 0 AND rule_version = 0").value() == 0


def test_a_persons_view_after_a_prefetch_is_a_persons_at_once(acme):
    browse(acme.workspace, "nameless", [Did(0)], ua="")
    judge_due_visits(now=NOW)

    browse(acme.workspace, "nameless", [Did(30, page=1)])

    assert sorted(verdicts(acme.workspace)) == [Verdict.HUMAN, Verdict.MACHINE]
