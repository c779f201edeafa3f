"""People are given to members by rules: whom, when, how evenly, and never twice."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.actions import LeadInput, add_tag, assign_owner, bulk, edit_lead
from leads.actions.exclusions import NewExclusion, add_exclusion
from leads.models import FieldHistory, Lead
from leads.queries.bulk import reach
from lifecycle.actions import Reason, assign, assign_due, move_stage
from lifecycle.actions.assignment_design import move_rule, switch_rule
from lifecycle.models import Assignment, SalesTeam, WaitingAssignment
from lifecycle.queries.assignment import all_rules, loads, queues, rulebook, tally
from lifecycle.tasks import assign_waiting
from ma_platform.tenancy.models import Membership, User, Workspace
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions import remove_member
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from mailing.models import Message
from tests.conftest import NOW
from tests.lifecycle.sales import TOKYO, Force, owners, people
from tests.people import see
from tracking.actions import run_consumers
from tracking.catalogue import Event

EVENING = NOW + timedelta(hours=9)  # Friday 21:00 in Tokyo
TUESDAY = datetime.fromisoformat("2026-11-24T09:00:00+09:00")  # Monday is a holiday


@pytest.fixture
def force(in_acme: NewWorkspace) -> Force:
    return Force(in_acme)


def ask(lead_ids: list[int], *, now: datetime = NOW, moment: str = "hot") -> list[str]:
    """Assign them and answer their owners."""
    assign({lead_id: Reason(moment) for lead_id in lead_ids}, now=now)
    return owners(lead_ids)


def test_the_first_rule_that_takes_somebody_decides(force: Force) -> None:
    force.rule("member", member_id=force.member("tokyo").pk, condition=TOKYO)
    rest = force.rule("member", member_id=force.member("rest").pk)
    lead_ids = [*people(1, prefecture="東京都"), *people(1, prefecture="大阪府")]

    before = tally(rulebook(all_rules(), now=NOW))
    named = ask(lead_ids)
    move_rule(rest, up=True, by=force.boss, now=NOW)

    assert named == ["tokyo", "rest"]
    assert list((before or {}).values()) == [1, 1]
    assert ask(people(1, prefecture="東京都")) == ["rest"]
    assert [one.why["number"] for one in Assignment.objects.order_by("id")] == [1, 2, 1]
    assert FieldHistory.objects.filter(lead_id=lead_ids[0], field="owner").latest("id").source == "owner"


def test_a_rule_that_is_off_or_not_understood_takes_nobody(force: Force) -> None:
    off = force.rule("member", member_id=force.member("off").pk)
    broken = force.rule("member", member_id=force.member("broken").pk)
    force.rule("member", member_id=force.member("rest").pk)
    switch_rule(off, enabled=False, by=force.boss, now=NOW)
    type(broken).objects.filter(pk=broken.pk).update(condition={"field": "lead.gone", "op": "is_set"})

    assert ask(people(1)) == ["rest"]
    assert Assignment.objects.get().why["number"] == 3


def test_the_owner_of_the_account_comes_first_and_colleagues_stay_together(force: Force) -> None:
    force.rule("account")
    force.rule("team", team=force.team(sato=1, suzuki=1))
    known = people(3, company="例示商事")
    assign_owner(known[:2], User.objects.get(name="sato"), by=None, now=NOW)
    assign_owner(known[2:], User.objects.get(name="suzuki"), by=None, now=NOW)

    account = ask(people(1, company="例示商事"))
    strangers = ask([*people(3, company="新商事"), *people(2, company="別商事")])

    assert account == ["sato"]
    assert strangers == ["sato"] * 3 + ["suzuki"] * 2
    assert list(Assignment.objects.order_by("id").values_list("why__whom", flat=True)).count("account") == 4


def test_turns_follow_the_weights_and_nobody_gets_more_than_their_cap(force: Force) -> None:
    team = force.team(sato=2, suzuki=1)
    force.rule("team", team=team)
    suzuki = User.objects.get(name="suzuki")
    evenly = Counter(ask(people(6)))
    force.sit(team, suzuki, weight=1, cap=3)

    named = ask(people(3))

    assert evenly == {"sato": 4, "suzuki": 2}
    assert Counter(named) == {"sato": 2, "suzuki": 1}
    assert ask(people(1)) == ["sato"]
    last = Assignment.objects.latest("id")
    assert last.why["skipped"] == [{"name": "suzuki", "why": "full", "load": 3, "cap": 3}]


def test_people_at_the_end_of_the_way_or_beside_it_are_no_load(force: Force) -> None:
    sato = force.member("sato")
    lead_ids = people(4)
    assign_owner(lead_ids, sato, by=None, now=NOW)
    move_stage(lead_ids[:1], "customer", now=NOW)
    move_stage(lead_ids[1:2], "lost", now=NOW, reason="x")
    move_stage(lead_ids[2:3], "sal", now=NOW)

    assert loads([sato.pk]) == {sato.pk: 2}


def test_absent_members_and_those_who_left_are_passed_over(force: Force, in_acme: NewWorkspace) -> None:
    team = force.team(sato=1, suzuki=1, tanaka=1)
    force.rule("team", team=team)
    suzuki, tanaka = User.objects.get(name="suzuki"), User.objects.get(name="tanaka")
    force.sit(team, suzuki, absent_from=date(2026, 11, 20), absent_until=date(2026, 11, 20))
    remove_member(Membership.objects.get(user=tanaka), by=in_acme.owner, now=NOW)

    today = ask(people(2))
    tomorrow = ask(people(2), now=NOW + timedelta(days=1))

    assert (today, sorted(tomorrow)) == (["sato", "sato"], ["sato", "suzuki"])
    skipped = Assignment.objects.order_by("id")[0].why["skipped"]
    assert skipped == [{"name": "suzuki", "why": "absent"}, {"name": "tanaka", "why": "left"}]


def test_a_rule_for_somebody_who_left_is_passed_by_and_their_people_are_free(
    force: Force, in_acme: NewWorkspace
) -> None:
    gone = force.member("gone")
    force.rule("member", member_id=gone.pk)
    force.rule("member", member_id=force.member("rest").pk)
    lead_ids = people(1)
    assign_owner(lead_ids, gone, by=None, now=NOW)
    remove_member(Membership.objects.get(user=gone), by=in_acme.owner, now=NOW)

    assert ask(lead_ids) == ["rest"]


def test_outside_of_hours_people_wait_for_the_opening(force: Force) -> None:
    team = force.team(when_closed="wait", sato=1)
    force.rule("team", team=team)
    (lead,) = people(1)

    evening = ask([lead], now=EVENING)
    (queue,) = queues()
    early, early_owner = assign_due(now=TUESDAY - timedelta(seconds=1)), owners([lead])
    opened, owner = assign_due(now=TUESDAY), owners([lead])

    assert (evening, queue.why, queue.people, queue.next_at) == ([""], "closed", 1, TUESDAY)
    assert (early, early_owner, opened, owner) == (0, [""], 1, ["sato"])
    assert (WaitingAssignment.objects.count(), Assignment.objects.get().moment) == (0, "hot")
    told = [(row.to_address, row.content["subject"].partition("】")[0]) for row in Message.objects.all()]
    assert told == [(User.objects.get(name="sato").email, "【ホットリードを担当")]


def test_a_team_may_deal_at_any_hour(force: Force) -> None:
    force.rule("team", team=force.team(sato=1))

    assert ask(people(1), now=EVENING) == ["sato"]


def test_when_everybody_is_full_the_longest_wait_is_over_first(force: Force) -> None:
    team = force.team()
    force.sit(team, force.member("sato"), cap=1)
    force.rule("team", team=team)
    first, second, third = people(3)

    ask([first])
    ask([second])
    ask([third], now=NOW + timedelta(seconds=1))
    move_stage([first], "lost", now=NOW, reason="x")
    assign_due(now=NOW + timedelta(minutes=20))

    assert owners([first, second, third]) == ["sato", "sato", ""]
    assert [(one.why, one.people) for one in queues()] == [("full", 1)]


def test_whoever_changes_the_team_has_those_who_wait_asked_again(force: Force) -> None:
    team = force.team()
    force.rule("team", team=team)
    lead_ids = people(2)
    ask(lead_ids)

    force.sit(team, force.member("sato"))
    asked = assign_due(now=NOW)

    assert (asked, owners(lead_ids)) == (2, ["sato", "sato"])


def test_somebody_taken_by_hand_meanwhile_waits_no_more(force: Force) -> None:
    team = force.team(when_closed="wait", sato=1)
    force.rule("team", team=team)
    lead_ids = people(1)
    ask(lead_ids, now=EVENING)
    assign_owner(lead_ids, force.boss, by=force.boss, now=EVENING)

    assign_due(now=TUESDAY)

    assert (WaitingAssignment.objects.count(), Assignment.objects.count()) == (0, 0)
    assert Lead.objects.get(pk=lead_ids[0]).owner == force.boss


def test_owned_people_move_only_where_the_rule_says_so(force: Force) -> None:
    owned = people(1)
    assign_owner(owned, force.boss, by=None, now=NOW)
    force.rule("member", member_id=force.member("shy").pk)
    before = Lead.objects.get(pk=owned[0]).owner
    ask(owned)
    after_shy = Lead.objects.get(pk=owned[0]).owner
    force.rule("team", team=force.team(sato=1, suzuki=1), takes_owned=True)

    named = [ask(owned), ask(owned)]

    assert (before, after_shy) == (force.boss, force.boss)
    assert named == [["sato"], ["sato"]]  # whoever belongs to the team already stays with their own
    assert Assignment.objects.get().from_user == force.boss


def test_excluded_and_merged_people_are_given_to_nobody(force: Force) -> None:
    force.rule("member", member_id=force.member("sato").pk)
    rival, aside, other = people(3)
    edit_lead(Lead.objects.get(pk=rival), LeadInput(email="x@rival.example"), by=force.boss, now=NOW)
    add_exclusion(NewExclusion("domain", "rival.example", "competitor"), by=force.boss, now=NOW)
    Lead.objects.filter(pk=aside).update(merged_into_id=other)

    counted = tally(rulebook(all_rules(), now=NOW))
    named = ask([rival, aside, other])

    assert named == ["", "", "sato"]
    assert counted is not None
    assert list(counted.values()) == [1]


def test_a_thousand_people_are_dealt_with_few_statements(force: Force) -> None:
    team = force.team(sato=3, suzuki=2, tanaka=1)
    force.rule("member", member_id=force.boss.pk, condition=TOKYO)
    force.rule("account")
    force.rule("team", team=team)
    lead_ids = people(1_000)

    with CaptureQueriesContext(
        connection,
    ) as asked:
        assign({lead_id: Reason("created") for lead_id in lead_ids}, now=NOW)

    assert Counter(owners(lead_ids)) == {"sato": 500, "suzuki": 333, "tanaka": 167}
    assert len(asked) <= 60


def test_a_job_over_many_people_is_counted_first_and_taken_back(force: Force) -> None:
    force.rule("team", team=force.team(when_closed="wait", sato=1), condition=TOKYO)
    mine, other = people(2, prefecture="東京都"), people(1)
    add_tag([*mine, *other], "x", now=NOW)
    kind, everybody = bulk.kind_of("assign_by_rules"), {"q": ""}
    assert kind.unchanged is not None

    counted = reach(everybody, now=NOW, unchanged=kind.unchanged({}))
    job = bulk.start_job(kind, kind.read({}), everybody, by=force.boss, now=EVENING)
    _finish(job.pk)
    given = owners([*mine, *other])
    assign_owner(mine[:1], force.boss, by=force.boss, now=EVENING)
    bulk.ask_undo(job.public_id, by=force.boss, now=EVENING)
    _finish(job.pk)

    assert (counted.total, counted.same, given) == (3, 1, ["sato", "sato", ""])
    assert [Lead.objects.get(pk=pk).owner for pk in (*mine, *other)] == [force.boss, None, None]


def _finish(job_id: int) -> None:
    while bulk.advance(job_id, now=EVENING):
        pass


@pytest.mark.django_db(transaction=True)
def test_a_hot_lead_is_told_to_the_owner_it_was_just_given(acme: NewWorkspace, globex: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        force = Force(acme)
        force.rule("team", team=force.team(sato=1))
    with tenant_scope(globex.workspace):
        theirs = people(1)
    with tenant_scope(acme.workspace):
        (lead,) = people(1, job_title="部長", company="例示商事")
        see(lead, Event.PAGE_VIEWED, about="/products/crm")
        see(lead, Event.FORM_SUBMITTED, about="お問い合わせ", at=NOW, props={"message": "見積り"})

    run_consumers(now=NOW)
    with tenant_scope(acme.workspace):
        told = list(Message.objects.filter(lead=None).values_list("to_address", flat=True))
        named = (owners([lead]), Assignment.objects.get().moment, told)
        Lead.objects.update(owner=None)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM tracking_consumer WHERE name IN ('alerts', 'assignment', 'stages')")
    run_consumers(now=NOW + timedelta(hours=1))

    with tenant_scope(acme.workspace):  # the same facts read again give nobody to anybody
        assert (owners([lead]), Assignment.objects.count()) == ([""], 1)
    assert named == (["sato"], "hot", [f"sato@{acme.workspace.public_id}.example"])
    with tenant_scope(globex.workspace):
        assert (owners(theirs), Assignment.objects.count()) == ([""], 0)


@pytest.mark.django_db(transaction=True)
def test_a_new_person_and_one_who_reaches_the_stage_are_assigned_when_asked(acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        force = Force(acme)
        force.rule("member", member_id=force.member("sato").pk)
        force.policy(on_created=False, on_stage="sal", on_hot=False)
        staged, new = people(2)
        move_stage([staged], "sal", now=NOW)
    run_consumers(now=NOW)
    with tenant_scope(acme.workspace):
        first = owners([staged, new])
        force.policy(on_created=True)
        late = people(1)
    run_consumers(now=NOW)

    with tenant_scope(acme.workspace):
        assert (first, owners([new, *late])) == (["sato", ""], ["", "sato"])
        assert list(Assignment.objects.order_by("id").values_list("moment", flat=True)) == ["stage", "created"]


@pytest.mark.django_db(transaction=True)
def test_two_who_deal_at_once_deal_evenly_and_within_the_cap(acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        force = Force(acme)
        team = force.team(sato=1, suzuki=1)
        force.sit(team, User.objects.get(name="suzuki"), cap=9)
        force.rule("team", team=team)
        lead_ids = people(40)
    start = threading.Barrier(4)

    def deal(some: list[int]) -> None:
        start.wait()
        for lead_id in some:
            with tenant_scope(acme.workspace):
                assign({lead_id: Reason("hot")}, now=NOW)
        connection.close()

    threads = [threading.Thread(target=deal, args=(lead_ids[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with tenant_scope(acme.workspace):
        assert Counter(owners(lead_ids)) == {"sato": 31, "suzuki": 9}
        in_order = Assignment.objects.order_by("id").values_list("to_user__name", flat=True)[:18]
        assert Counter(in_order) == {"sato": 9, "suzuki": 9}


@pytest.mark.django_db(transaction=True)
def test_the_sweep_finds_the_workspaces_where_a_wait_is_over(acme: NewWorkspace, globex: NewWorkspace) -> None:
    for made in (acme, globex):
        with tenant_scope(made.workspace):
            force = Force(made)
            force.rule("team", team=force.team(when_closed="wait", sato=1))
            ask(people(1), now=EVENING)
    with tenant_scope(globex.workspace):
        WaitingAssignment.objects.update(due_at=NOW + timedelta(days=4000))
        assert SalesTeam.objects.count() == 1
    with tenant_scope(acme.workspace):
        WaitingAssignment.objects.update(due_at=NOW - timedelta(days=4000))

    assert assign_waiting() == {"workspaces": 1}
    Workspace.objects.filter(pk=acme.workspace.pk).update(closed_at=NOW)
    assert assign_waiting() == {"workspaces": 0}
