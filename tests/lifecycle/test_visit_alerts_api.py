"""Visit alerts through the API, and what goes when its time is over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from leads.actions import assign_owner
from lifecycle.actions import VISITS_KEPT, forget_old_visits, tell_visits
from lifecycle.models import Alert, WatchedPerson
from lifecycle.queries.visits import workspaces_with_old_visits
from ma_platform.audit.models import AuditEntry
from ma_platform.tenancy.models import ApiKey
from ma_platform.tenancy.permissions import Capability, Role, Span
from ma_platform.tenancy.scope import system_scope, tenant_scope
from ma_platform.workspaces.actions import change_reach, issue_key
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.conftest import NOW
from tests.lifecycle.watching import arrive, member, somebody, states, told, watched, wish

URL = "/api/v1/visit-alerts"


def post(api: Client, **said: str) -> Any:
    return api.post(URL, said, content_type="application/json")


def test_subscriptions_are_listed_added_and_taken_away(api: Client, acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        member()
        lead = somebody()
        company = str(lead.company and lead.company.public_id)
    mine = {"member": "sato@acme.example"}
    codes = [post(api, **mine, **of).status_code for of in ({"lead": lead.public_id}, {"company": company}, {})]
    again = post(api, **mine, lead=lead.public_id)
    first = api.get(URL, {**mine, "limit": 1}).json()
    second = api.get(first["next"]).json()
    gone = [api.delete(f"{URL}?member=sato@acme.example&company={company}").status_code for _ in "12"]
    left = api.get(URL).json()["results"]

    assert (codes, again.status_code, gone) == ([201, 201, 422], 200, [204, 204])
    assert [first["results"][0]["company"], second["results"][0]["lead"]] == [company, lead.public_id]
    assert (second["next"], left) == (None, [again.json()])
    assert {name: again.json()[name] for name in ("member", "lead", "company")} == {
        **mine,
        "lead": lead.public_id,
        "company": None,
    }


def noted() -> list[tuple[str, str, str, object]]:
    """(who, what, of whom, the member) of the lines about subscriptions, in order."""
    rows = AuditEntry.objects.filter(verb__startswith="visit_alert.").order_by("id")
    return [(row.actor, row.verb, row.subject, row.facts["member"]) for row in rows]


def test_what_a_key_does_to_a_member_is_noted_once(api: Client, acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        me, lead = member(), somebody()
        key = ApiKey.objects.get().public_id
        company = str(lead.company and lead.company.public_id)
    for of in ({"lead": lead.public_id}, {"company": company}) * 2:
        post(api, member=me.user.email, **of)
    for _again in "12":
        api.delete(f"{URL}?member={me.user.email}&lead={lead.public_id}")

    with tenant_scope(acme.workspace):
        assert noted() == [
            (key, "visit_alert.added", lead.public_id, str(me.user_id)),
            (key, "visit_alert.added", company, str(me.user_id)),
            (key, "visit_alert.removed", lead.public_id, str(me.user_id)),
        ]


def test_a_key_that_reads_signs_nobody_up(acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        me = member()
        lead = watched(me)
        scopes = [Capability.SEE_ALERTS, Capability.VIEW_LEADS]
        reading = issue_key(name="reading", scopes=scopes, by=acme.owner, now=NOW)
    api = Client(headers={"authorization": f"Bearer {reading}"})
    said = {"member": me.user.email, "lead": lead.public_id}

    answers = [post(api, **said), api.delete(f"{URL}?member={me.user.email}&lead={lead.public_id}"), api.get(URL)]

    assert [answer.status_code for answer in answers] == [403, 403, 200]
    with tenant_scope(acme.workspace):
        assert (WatchedPerson.objects.count(), noted()) == (1, [])


def test_a_key_that_stands_for_a_member_speaks_for_them_alone(api: Client, acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        me, colleague = member(), member("kato")
        lead = watched(colleague)
        assign_owner([lead.pk], me.user, by=None, now=NOW)
        change_reach(me, Span.OWN, unowned=False, by=acme.owner, now=NOW)
        ApiKey.objects.update(reaches_as=me.user)

    mine, theirs = (post(api, member=one.user.email, lead=lead.public_id) for one in (me, colleague))
    taken = api.delete(f"{URL}?member={colleague.user.email}&lead={lead.public_id}")

    assert [mine.status_code, theirs.status_code, taken.status_code] == [201, 422, 422]
    assert list(theirs.json()["errors"]) == ["member"]
    with tenant_scope(acme.workspace):
        assert set(WatchedPerson.objects.values_list("member_id", flat=True)) == {me.pk, colleague.pk}


@pytest.mark.parametrize("email", ["nobody@acme.example", "gone@acme.example"])
def test_only_members_who_see_alerts_can_be_told(api: Client, acme: NewWorkspace, email: str) -> None:
    with tenant_scope(acme.workspace):
        gone = member("gone", Role.VIEWER)
        type(gone.user).objects.filter(pk=gone.user_id).update(is_active=False)
        lead = somebody()

    answer = post(api, member=email, lead=lead.public_id)

    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["member"])


def test_alerts_of_visits_go_after_ninety_days(in_acme: NewWorkspace) -> None:
    me = member()
    taro, hanako = watched(me), watched(me, "hanako")
    arrive(taro)
    wish(me, pace="hourly")
    arrive(hanako, minutes=20)
    tell_visits(now=NOW + timedelta(hours=1))
    first, second = NOW + timedelta(seconds=12) + VISITS_KEPT, NOW + timedelta(hours=1) + VISITS_KEPT

    removed = [forget_old_visits(now=moment) for moment in (first, first + timedelta(seconds=1), second)]

    assert removed == [0, 2, 0]
    assert ([alert.lead_id for alert in Alert.objects.all()], len(told()), states()) == ([hanako.pk], 1, ["told"])
    with system_scope():
        assert workspaces_with_old_visits(before=second - VISITS_KEPT) == []
        assert workspaces_with_old_visits(before=second - VISITS_KEPT + timedelta(seconds=1)) != []
    assert forget_old_visits(now=second + timedelta(seconds=1)) == 2
    assert (Alert.objects.count(), told(), states()) == (0, [], [])
