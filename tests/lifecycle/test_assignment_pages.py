"""Assignment in the dashboard: rules written and put in order, teams seated, somebody tried."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time

import pytest
from django.test import Client

from leads.actions import assign_owner
from leads.models import Lead
from lifecycle.actions import Reason, assign
from lifecycle.models import AssignmentPolicy, AssignmentRule, SalesTeam, TeamSeat
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.conftest import NOW
from tests.lifecycle.sales import TOKYO, Force, people

SignIn = Callable[..., Client]
CONDITION = '{"field": "lead.prefecture", "op": "eq", "value": "東京都"}'


@pytest.fixture
def browser(sign_in: SignIn) -> Client:
    return sign_in(Role.MARKETER)


def names(page: str) -> list[str]:
    """The rules of the page in order."""
    return re.findall(r">(ルール\d)</a>", page)


def test_a_rule_is_written_with_the_builder_and_put_first_by_a_button(browser: Client, acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        force = Force(acme)
        team = force.team("東日本", sato=1)
        force.rule("account", name="ルール1")
    written = {"name": "ルール2", "whom": f"team:{team.public_id}", "condition": CONDITION}

    made = browser.post("/assignment/rules/new/", written)
    with tenant_scope(acme.workspace):
        rule = AssignmentRule.objects.get(name="ルール2")
    moved = browser.post(f"/assignment/rules/{rule.public_id}/move/", {"to": "up"}, headers={"hx-request": "true"})
    off = browser.post(f"/assignment/rules/{rule.public_id}/switch/", {"to": "off"}, follow=True)

    assert (made["Location"], rule.condition, rule.team_id) == ("/assignment/", TOKYO, team.pk)
    assert names(moved.content.decode()) == ["ルール2", "ルール1"]
    for said in ("都道府県が「東京都」", "チーム「東日本」の順番", "停止中"):
        assert said in off.content.decode()


@pytest.mark.parametrize(
    ("whom", "condition", "said"),
    [
        ("team:team_gone", "", "割り当て先を選んでください"),
        ("account", '{"field": "lead.gone", "op": "is_set"}', "lead.gone"),
        ("account", "{", "この条件は読み取れません"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_and_nothing_changes(
    browser: Client, acme: NewWorkspace, whom: str, condition: str, said: str
) -> None:
    answer = browser.post("/assignment/rules/new/", {"name": "x", "whom": whom, "condition": condition})

    assert answer.status_code == 422
    assert said in answer.content.decode()
    with tenant_scope(acme.workspace):
        assert AssignmentRule.objects.count() == 0


def test_members_are_seated_with_their_share_and_taken_off_again(browser: Client, acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        force = Force(acme)
        sato = force.member("sato")
    made = browser.post("/assignment/teams/new/", {"name": "東日本", "when_closed": "wait"})
    page = made["Location"]

    browser.post(f"{page}seat/", {"new-member": sato.pk, "new-weight": 2, "new-cap": 10})
    changed = {"member": sato.pk, "weight": 3, "absent_from": "2026-11-24", "absent_until": "2026-11-20"}
    refused = browser.post(f"{page}seat/", changed)
    with tenant_scope(acme.workspace):
        seat = TeamSeat.objects.values("weight", "cap", "absent_from").get()
        lead_ids = people(10)
        assign_owner(lead_ids, sato, by=None, now=NOW)
    shown = browser.get("/assignment/").content.decode()
    browser.post(f"{page}unseat/", {"member": sato.pk})
    gone = browser.post(f"{page}delete/", follow=True)

    assert seat == {"weight": 2, "cap": 10, "absent_from": None}
    assert (refused.status_code, "不在の終わりが始まりより前です" in refused.content.decode()) == (422, True)
    assert '<progress class="meter meter-warn"' in shown
    assert gone.status_code == 200
    with tenant_scope(acme.workspace):
        assert (SalesTeam.objects.count(), Lead.objects.filter(owner=sato).count()) == (0, 10)


def test_a_team_that_a_rule_names_is_not_deleted(browser: Client, acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        force = Force(acme)
        team = force.team(sato=1)
        force.rule("team", team=team, name="東京担当")

    answer = browser.post(f"/assignment/teams/{team.public_id}/delete/", follow=True)

    assert "ルール「東京担当」がこのチームを使っています" in answer.content.decode()
    with tenant_scope(acme.workspace):
        assert SalesTeam.objects.count() == 1


def test_the_hours_and_moments_are_kept(browser: Client, acme: NewWorkspace) -> None:
    said = {"on_created": "on", "on_stage": "sal", "days": ["5", "6"], "opens": "22:00", "closes": "06:00"}

    browser.post("/assignment/hours/", said)
    page = browser.get("/assignment/").content.decode()

    with tenant_scope(acme.workspace):
        kept = AssignmentPolicy.objects.get()
    assert (kept.days, kept.opens, kept.closes, kept.on_hot) == ([5, 6], time(22), time(6), False)
    assert "土・日 22:00–06:00" in page
    assert "「SAL」になったとき" in page


def test_somebody_is_tried_without_being_assigned(browser: Client, acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        force = Force(acme)
        force.rule("member", member_id=force.member("tokyo").pk, condition=TOKYO, name="東京担当")
        force.rule("team", team=force.team("東日本", sato=1))
        people(1, last_name="山田", prefecture="大阪府")

    page = browser.get("/assignment/?who=山田").content.decode()
    nobody = browser.get("/assignment/?who=nobody@example.com").content.decode()

    for said in ("東京担当", "大阪府", "チーム「東日本」に割り当てられます", "satoさんの番です"):
        assert said in page
    assert "該当する人が見つかりません" in nobody
    with tenant_scope(acme.workspace):
        assert Lead.objects.get().owner is None


def test_the_page_and_the_person_say_why_somebody_was_given_to_whom(browser: Client, acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        force = Force(acme)
        team = force.team("東日本", sato=1)
        force.sit(team, force.member("suzuki"), cap=0)
        force.rule("team", team=team, name="全員")
        (lead,) = people(1, last_name="山田")
        assign({lead: Reason("hot")}, now=NOW)
        public_id = Lead.objects.get().public_id

    pages = [browser.get(path).content.decode() for path in ("/assignment/", f"/leads/{public_id}")]

    for page in pages:
        for said in ("ホットになった", "ルール1「全員」", "チーム「東日本」の順番", "suzuki（上限 0/0）"):
            assert said in page
