"""People who wait for somebody free, when the rules that had them wait are gone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction

from lifecycle import actions
from lifecycle.actions import Reason, assign, assign_due
from lifecycle.actions.assignment_design import delete_rule, delete_team, switch_rule
from lifecycle.models import AssignmentRule, SalesTeam, WaitingAssignment
from lifecycle.tasks import assign_waiting
from ma_platform import jobs
from ma_platform.tenancy.models import User
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.conftest import NOW
from tests.lifecycle.sales import Force, owners, people

EVENING = NOW + timedelta(hours=9)  # Friday 21:00 in Tokyo


def wait(force: Force, count: int) -> tuple[AssignmentRule, SalesTeam, list[int]]:
    """So many people whom nobody can take in the evening, with the one rule and the team they wait for."""
    team = force.team(when_closed="wait", sato=1)
    rule, lead_ids = force.rule("team", team=team), people(count)
    assign({lead_id: Reason("hot") for lead_id in lead_ids}, now=EVENING)
    return rule, team, lead_ids


def switched_off(rule: AssignmentRule, by: User) -> None:
    switch_rule(rule, enabled=False, by=by, now=EVENING)


def deleted(rule: AssignmentRule, by: User) -> None:
    delete_rule(rule, by=by, now=EVENING)


def unreadable(rule: AssignmentRule, by: User) -> None:
    AssignmentRule.objects.filter(pk=rule.pk).update(condition={"field": "lead.gone", "op": "is_set"})


@pytest.mark.parametrize("gone", [switched_off, deleted, unreadable])
def test_without_a_rule_nobody_waits_any_more(
    in_acme: NewWorkspace, gone: Callable[[AssignmentRule, User], None]
) -> None:
    force = Force(in_acme)
    rule, _team, lead_ids = wait(force, 2)
    gone(rule, force.boss)

    asked = assign_due(now=EVENING + timedelta(days=5))

    assert (asked, WaitingAssignment.objects.count(), owners(lead_ids)) == (2, 0, ["", ""])


def test_a_team_nobody_waits_for_any_more_can_be_deleted(in_acme: NewWorkspace) -> None:
    force = Force(in_acme)
    rule, team, _lead_ids = wait(force, 1)
    delete_rule(rule, by=force.boss, now=EVENING)

    assign_due(now=EVENING)
    delete_team(team, by=force.boss, now=EVENING)

    assert not SalesTeam.objects.exists()


def test_without_a_rule_a_job_leaves_those_who_wait_as_they_are(in_acme: NewWorkspace) -> None:
    force = Force(in_acme)
    rule, _team, lead_ids = wait(force, 1)
    switched_off(rule, force.boss)

    done = assign({lead_ids[0]: Reason("bulk")}, now=EVENING, may_wait=False)

    assert (done.given, done.unplaced, WaitingAssignment.objects.count()) == ({}, set(), 1)


@pytest.mark.django_db(transaction=True)
def test_asking_goes_on_while_it_gets_on_and_then_ends(acme: NewWorkspace, monkeypatch: pytest.MonkeyPatch) -> None:
    with tenant_scope(acme.workspace):
        wait(Force(acme), 5)
        WaitingAssignment.objects.update(due_at=NOW - timedelta(days=4000))
        AssignmentRule.objects.update(enabled=False)
    monkeypatch.setattr(actions, "ASSIGNED_AT_ONCE", 2)
    monkeypatch.setattr(actions.assigning, "ASSIGNED_AT_ONCE", 2)
    started: list[int] = []

    def start(job: Callable[[int], object], tenant_id: int) -> None:
        started.append(tenant_id)
        transaction.on_commit(partial(job, tenant_id))

    monkeypatch.setattr(jobs, "start", start)
    assign_waiting()

    assert started == [acme.workspace.pk] * 3
    with tenant_scope(acme.workspace):
        assert not WaitingAssignment.objects.exists()
