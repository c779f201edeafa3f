"""Who is on the site: told to whoever watches, once a visit, with who, what they read, and how long it took."""

from __future__ import annotations

from datetime import time, timedelta
from functools import partial

import pytest

from leads.actions import assign_owner, erase_lead
from leads.actions.companies import upsert_companies
from leads.actions.company_joins import join_companies
from leads.actions.exclusions import NewExclusion, add_exclusion
from leads.actions.merge import merge_leads
from leads.models import Company
from lifecycle.actions import notice_visits, tell_visits, visit_alerts
from lifecycle.actions.watching import unwatch_person, watch_company, watch_person
from lifecycle.models import Alert, VisitTold, WatchedCompany, WatchedPerson
from lifecycle.queries import find_alert, unread_alerts
from lifecycle.queries.visits import listeners, watched_companies, workspaces_to_tell, workspaces_with_old_visits
from ma_platform.db import sql
from ma_platform.tenancy.models import Workspace
from ma_platform.tenancy.permissions import Span
from ma_platform.tenancy.scope import system_scope, tenant_scope
from ma_platform.workspaces.actions import change_reach, remove_member
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from mailing.models import Message
from tests.conftest import NOW
from tests.lifecycle.watching import arrive, member, only_alert, somebody, states, told, watched, wish
from tests.timing import queue_up
from tests.tracking.judging import START, Did, browse
from tests.tracking.visiting import visit, visitor_number
from tracking.actions import bind_visitor, run_consumers

NIGHT = {"quiet_from": time(22), "quiet_until": time(7)}
LATE = 11 * 60  # minutes from noon until 23:00
MORNING = NOW + timedelta(hours=19)  # 07:00 in Tokyo


@pytest.mark.django_db(transaction=True)
def test_a_visit_whose_person_becomes_known_on_the_way_is_told_once(acme: NewWorkspace, globex: NewWorkspace) -> None:
    with tenant_scope(globex.workspace):
        wish(member("spy"), own_people=True)
    with tenant_scope(acme.workspace):
        lead = watched(member())
    browse(acme.workspace, "browser", [Did(0, page=1), Did(4, page=2)])
    run_consumers(now=START + timedelta(seconds=5))
    with tenant_scope(acme.workspace):
        assert Alert.objects.count() == 0
        bind_visitor("browser".ljust(16, "0"), lead.pk, "form", START + timedelta(seconds=10))
    run_consumers(now=START + timedelta(seconds=12))
    browse(acme.workspace, "browser", [Did(20, page=3)])
    run_consumers(now=START + timedelta(seconds=21))

    with tenant_scope(acme.workspace):
        alert = only_alert()
        assert told() == [("sato@acme.example", "【来訪中】例示商事 山田 taro（12秒前に来訪）")]
        text = Message.objects.get(lead=None).content["text"]
    assert (alert.lead_id, alert.kind, alert.body["latency_seconds"]) == (lead.pk, "visit", 12)
    assert [page["name"] for page in alert.body["people"][0]["pages"]] == ["P2", "P1"]
    for said in ("役職: 部長", "ステージ: 獲得", f"/leads/{lead.public_id}", "訪問の開始: 2026-11-20 10:00:00.000"):
        assert said in text
    with tenant_scope(globex.workspace):
        assert (Alert.objects.count(), VisitTold.objects.count(), told()) == (0, 0, [])


def test_whoever_sees_a_part_of_the_people_is_told_of_those_alone(in_acme: NewWorkspace) -> None:
    me = member("sato")
    mine, other = watched(me), watched(me, "jiro")
    assign_owner([mine.pk], me.user, by=None, now=NOW)
    change_reach(me, Span.OWN, unowned=False, by=in_acme.owner, now=NOW)

    assert [arrive(other), arrive(mine)] == [0, 1]
    assert only_alert().lead_id == mine.pk


def test_the_alert_is_the_members_own(in_acme: NewWorkspace) -> None:
    me, colleague = member("sato"), member("kato")
    arrive(watched(me))
    alert = only_alert()

    assert (unread_alerts(member=me), unread_alerts(member=colleague), unread_alerts()) == (1, 0, 0)
    assert find_alert(alert.public_id, user=me.user) == alert
    assert find_alert(alert.public_id, user=colleague.user) is None


def test_whoever_watches_by_name_by_company_or_as_the_owner_is_told(in_acme: NewWorkspace) -> None:
    by_name, by_company, owner, account = (member(name) for name in ("name", "company", "seller", "account"))
    member("nobody")
    lead, mate = watched(by_name), somebody("hanako")
    assert lead.company is not None
    watch_company(lead.company, member=by_company, now=NOW)
    wish(owner, own_people=True)
    wish(account, own_companies=True)
    assign_owner([lead.pk], owner.user, by=None, now=NOW)
    assign_owner([mate.pk], account.user, by=None, now=NOW)

    assert (arrive(lead), arrive(mate)) == (4, 2)

    mine, theirs = ([address for address, subject in told() if who in subject] for who in ("taro", "hanako"))
    assert sorted(mine) == [f"{name}@acme.example" for name in ("account", "company", "name", "seller")]
    assert sorted(theirs) == ["account@acme.example", "company@acme.example"]


@pytest.mark.parametrize(("after", "verdict", "alerts"), [(12, 0, 1), (899, 0, 1), (900, 0, 0), (12, 1, 0), (12, 2, 0)])
def test_only_a_person_who_is_here_now_is_told_of(in_acme: NewWorkspace, after: int, verdict: int, alerts: int) -> None:
    lead = watched(member())

    assert arrive(lead, after=after, verdict=verdict) == alerts
    assert len(told()) == alerts


def test_competitors_are_never_told_of_nor_people_nobody_watches(in_acme: NewWorkspace) -> None:
    lead, other = watched(member()), somebody("hanako", company="")
    line = NewExclusion("domain", "example.co.jp", "competitor", "")
    add_exclusion(line, by=in_acme.owner, now=NOW)

    assert (arrive(lead), arrive(other)) == (0, 0)
    assert states() == []


def test_the_same_person_is_told_of_once_in_an_hour(in_acme: NewWorkspace) -> None:
    lead = watched(member())

    made = [arrive(lead, minutes=minutes) for minutes in (0, 0, 40, 59, 61)]

    assert made == [1, 0, 0, 0, 1]
    assert states() == ["told", "passed", "passed", "passed", "told"]


def test_two_browsers_in_one_batch_make_one_alert(in_acme: NewWorkspace) -> None:
    lead = watched(member())
    for browser in ("phone", "desk"):
        visit(browser, lead=lead.pk)
    seen = {(visitor_number(browser), lead.pk) for browser in ("phone", "desk")}

    assert notice_visits(seen, now=NOW + timedelta(seconds=3)) == 1
    assert sorted(states()) == ["passed", "told"]


def test_quiet_hours_end_with_one_digest(in_acme: NewWorkspace) -> None:
    me = member()
    taro, hanako = watched(me), watched(me, "hanako")
    wish(me, **NIGHT)

    held = [arrive(taro, minutes=LATE), arrive(hanako, minutes=LATE + 120), arrive(taro, minutes=LATE + 180)]
    early = tell_visits(now=MORNING - timedelta(seconds=1))
    on_time = tell_visits(now=MORNING)
    again = tell_visits(now=MORNING)

    assert (held, early, on_time, again) == ([0, 0, 0], 0, 1, 0)
    assert told() == [("sato@acme.example", "【来訪まとめ】例示商事 山田 taroほか（計2人）")]
    body = only_alert().body
    assert [(one["name"], one["visits"], one["ago"]) for one in body["people"]] == [
        ("山田 taro", 2, "5時間前に来訪"),
        ("山田 hanako", 1, "6時間前に来訪"),
    ]
    assert (body["visits"], body["latency_seconds"]) == (3, 5 * 3600)
    assert arrive(taro, minutes=LATE + 500) == 0  # a quarter past: they have just been told of


def test_an_hourly_digest_gathers_and_a_change_of_wishes_is_heeded(in_acme: NewWorkspace) -> None:
    me = member()
    lead = watched(me)
    wish(me, pace="hourly")
    arrive(lead, minutes=20)
    (due,) = VisitTold.objects.values_list("due_at", flat=True)

    wish(me, now=NOW + timedelta(minutes=30))

    assert due == NOW + timedelta(hours=1)
    assert tell_visits(now=NOW + timedelta(minutes=30)) == 1


@pytest.mark.django_db(transaction=True)
def test_the_sweeps_find_the_workspaces_whose_quiet_hours_or_time_are_over_while_they_are_open(
    acme: NewWorkspace, globex: NewWorkspace
) -> None:
    for made, wishes in ((acme, NIGHT), (globex, {})):
        with tenant_scope(made.workspace):
            me = member(made.workspace.public_id)
            wish(me, **wishes)
            arrive(watched(me), minutes=LATE)

    with system_scope():
        assert workspaces_to_tell(now=MORNING - timedelta(seconds=1)) == []
        assert workspaces_to_tell(now=MORNING) == [acme.workspace.pk]
        assert workspaces_with_old_visits(before=MORNING) == [globex.workspace.pk]
        Workspace.objects.update(closed_at=MORNING)
        assert (workspaces_to_tell(now=MORNING), workspaces_with_old_visits(before=MORNING)) == ([], [])


def test_what_is_held_is_dropped_when_it_is_not_wanted_any_more(in_acme: NewWorkspace) -> None:
    me = member()
    stopped, machine = watched(me), watched(me, "hanako")
    wish(me, **NIGHT)
    arrive(stopped, minutes=LATE)
    arrive(machine, minutes=LATE)
    unwatch_person(stopped, member=me)
    sql.run("UPDATE tracking_session SET verdict = 1 WHERE visitor_id = %(who)s", who=_browser(machine.pk))

    assert tell_visits(now=MORNING) == 0
    assert states() == ["passed", "passed"]


def _browser(lead_id: int) -> int:
    return visitor_number(f"browser of {lead_id}")


def test_whoever_leaves_the_workspace_leaves_nothing_behind(in_acme: NewWorkspace) -> None:
    me, asleep = member(), member("asleep")
    lead = watched(me)
    watch_person(lead, member=asleep, now=NOW)
    type(asleep.user).objects.filter(pk=asleep.user_id).update(is_active=False)
    arrive(lead)

    remove_member(me, by=in_acme.owner, now=NOW)

    assert [one.user for one in listeners().values()] == [in_acme.owner]
    assert list(WatchedPerson.objects.values_list("member_id", flat=True)) == [asleep.pk]
    assert (VisitTold.objects.count(), Alert.objects.count(), arrive(lead, minutes=90), told()) == (0, 0, 0, [])


def test_mails_to_whoever_left_go_with_them_and_leave_nothing_of_who_is_erased_later(in_acme: NewWorkspace) -> None:
    gone, stays = member(), member("kato")
    lead = watched(gone)
    watch_person(lead, member=stays, now=NOW)
    arrive(lead)
    both = [address for address, _subject in told()]

    remove_member(gone, by=in_acme.owner, now=NOW)
    left = [address for address, _subject in told()]
    erase_lead(lead, by=None, now=NOW)

    assert (sorted(both), left) == (["kato@acme.example", "sato@acme.example"], ["kato@acme.example"])
    assert told() == []


def test_people_and_companies_that_are_joined_stay_watched(in_acme: NewWorkspace) -> None:
    me, other = member(), member("kato")
    keep, drop = watched(me), watched(me, "hanako")
    watch_person(drop, member=other, now=NOW)
    made = upsert_companies([{"name": "甲社"}, {"name": "乙社"}], now=NOW)
    first, second = (Company.objects.get(public_id=public_id) for public_id, _ in made)
    watch_company(first, member=me, now=NOW)
    watch_company(second, member=me, now=NOW)

    merge_leads(keep, drop, by=in_acme.owner, now=NOW)
    join_companies(first, second, by=in_acme.owner, now=NOW)

    assert arrive(keep) == 2
    assert WatchedCompany.objects.filter(company=first).count() == 2
    assert [row.company for row in watched_companies(me)] == [first]


def test_a_digest_that_names_somebody_erased_is_gone(in_acme: NewWorkspace) -> None:
    me = member()
    taro, hanako = watched(me), watched(me, "hanako")
    wish(me, **NIGHT)
    arrive(taro, minutes=LATE)
    arrive(hanako, minutes=LATE + 1)
    tell_visits(now=MORNING)

    erase_lead(taro, by=None, now=MORNING)

    assert (Alert.objects.count(), told()) == (0, [])
    assert list(VisitTold.objects.values_list("lead_id", "state")) == [(hanako.pk, "told")]


def beside(tenant_id: int, seen: set[tuple[int, int]]) -> int:
    with tenant_scope(tenant_id):
        return notice_visits(seen, now=NOW + timedelta(seconds=5))


@pytest.mark.django_db(transaction=True)
def test_two_at_once_or_one_that_dies_on_the_way_make_one_alert(
    acme: NewWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tenant_scope(acme.workspace):
        lead = watched(member())
        visit("phone", lead=lead.pk)
        visit("desk", lead=lead.pk)
        phone, desk = {(visitor_number("phone"), lead.pk)}, {(visitor_number("desk"), lead.pk)}
    with monkeypatch.context() as patch:
        patch.setattr(visit_alerts, "enqueue_notice", _die)
        with pytest.raises(KeyboardInterrupt):
            beside(acme.workspace.pk, phone)

    made = queue_up(*(partial(beside, acme.workspace.pk, seen) for seen in (phone, phone, desk)))

    assert made == [1, 0, 0]
    with tenant_scope(acme.workspace):
        assert (Alert.objects.count(), len(told()), sorted(states())) == (1, 1, ["passed", "told"])


def _die(*args: object, **kwargs: object) -> None:
    raise KeyboardInterrupt
