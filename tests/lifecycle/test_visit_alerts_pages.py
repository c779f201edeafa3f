"""Visit alerts in the dashboard: the buttons, the member's own page, the alert as it is shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta

import pytest
from django.test import Client

from leads.actions import assign_owner
from leads.actions.sensitive import mark_field
from leads.models import Lead
from lifecycle.actions import tell_visits
from lifecycle.models import Alert, VisitAlertSetting, WatchedCompany, WatchedPerson
from lifecycle.queries import unread_alerts
from ma_platform.tenancy.models import Membership
from ma_platform.tenancy.permissions import Role, Span
from ma_platform.tenancy.reach import reach_of_user, reaching
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions import change_reach
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.conftest import NOW
from tests.lifecycle.watching import USUAL, arrive, somebody, watched, wish

SignIn = Callable[..., Client]
URL = "/alerts/visits/"
SAID = {"pace": "morning", "morning_at": "08:30", "gap_minutes": "240", "own_people": "on"}


@pytest.fixture
def browser(sign_in: SignIn) -> Client:
    return sign_in(Role.SALES)


def test_a_person_and_a_company_are_watched_with_a_button_and_let_go_again(browser: Client, acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        lead = somebody()
        person, company = f"{URL}people/{lead.public_id}/", f"{URL}companies/{lead.company.public_id}/"  # type: ignore[union-attr]  # has one
    offered = browser.get(f"/leads/{lead.public_id}").content.decode()
    there = browser.post(person)["Location"]
    browser.post(company)
    shown = browser.get(there).content.decode()
    mine = browser.get(URL).content.decode()
    back = browser.post(person, {"to": "off", "from": "list"})["Location"]

    assert "この人が来訪したら知らせる" in offered
    assert "通知を止める" in shown
    assert (there, back) == (f"/leads/{lead.public_id}", URL)
    for said in ("山田 taro", "例示商事"):
        assert said in mine
    with tenant_scope(acme.workspace):
        assert (WatchedPerson.objects.count(), WatchedCompany.objects.count()) == (0, 1)


def test_a_company_page_offers_it(browser: Client, acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        company = somebody().company
    page = browser.get(f"/companies/{company.public_id}").content.decode()  # type: ignore[union-attr]  # has one

    assert "この会社の人が来訪したら知らせる" in page


def test_wishes_are_kept_and_shown_again(browser: Client, acme: NewWorkspace) -> None:
    kept = browser.post(URL, {**SAID, "quiet_from": "22:00", "quiet_until": "07:00", "rests": "on"})

    assert kept["Location"] == URL
    with tenant_scope(acme.workspace):
        (found,) = VisitAlertSetting.objects.values(*USUAL)
    night = {"quiet_from": time(22), "quiet_until": time(7), "rests": True}
    assert (
        found == {**USUAL, "pace": "morning", "morning_at": time(8, 30), "gap_minutes": 240, "own_people": True} | night
    )
    assert 'value="22:00"' in browser.get(URL).content.decode()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"quiet_from": "22:00"}, "開始と終了の両方"),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, "開始と終了が同じ"),
        ({"pace": "daily"}, "field-wrong"),
    ],
)
def test_wishes_that_cannot_be_are_refused(browser: Client, acme: NewWorkspace, said: dict[str, str], why: str) -> None:
    answer = browser.post(URL, {**SAID, **said})

    assert (answer.status_code, why in answer.content.decode()) == (422, True)
    with tenant_scope(acme.workspace):
        assert VisitAlertSetting.objects.count() == 0


def test_an_alert_shows_who_what_and_how_soon_to_its_member_alone(
    browser: Client, acme: NewWorkspace, sign_in: SignIn
) -> None:
    with tenant_scope(acme.workspace):
        me = Membership.objects.get(user__email="sales@acme.example")
        arrive(watched(me), title="料金")
        alert = Alert.objects.get().public_id
    inbox = browser.get("/alerts/").content.decode()
    page = browser.get(f"/alerts/{alert}/").content.decode()
    strange = sign_in(Role.MARKETER)
    strange.post("/alerts/read/")

    for said in ("訪問開始の12秒後に通知", "料金", "例示商事"):
        assert said in inbox
    for said in ("来訪 · 山田 taro", "部長", "12秒", "料金"):
        assert said in page
    assert "例示商事" not in strange.get("/alerts/?show=all").content.decode()
    assert [strange.get(f"/alerts/{alert}/").status_code, strange.post(f"/alerts/{alert}/read/").status_code] == [
        404
    ] * 2
    with tenant_scope(acme.workspace):
        assert Alert.objects.get().read_at is None


def digest_of(*names: str, by: NewWorkspace) -> str:
    """A digest to the salesperson, whose people they are and who sees nobody else; its public id."""
    me = Membership.objects.get(user__email="sales@acme.example")
    wish(me, pace="hourly")
    people = [watched(me, name) for name in names]
    assign_owner([lead.pk for lead in people], me.user, by=None, now=NOW)
    change_reach(me, Span.OWN, unowned=False, by=by.owner, now=NOW)
    for minute, lead in enumerate(people):
        arrive(lead, minutes=minute)
    tell_visits(now=NOW + timedelta(hours=1))
    return str(Alert.objects.get().public_id)


def test_a_digest_says_nothing_of_whom_the_member_does_not_see_any_more(browser: Client, acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        alert = digest_of("taro", "jiro", "hanako", by=acme)
    before = shown(browser, alert)
    with tenant_scope(acme.workspace):
        assign_owner([Lead.objects.get(first_name="taro").pk], acme.owner, by=None, now=NOW)
    inbox, page = shown(browser, alert)

    assert ["計3人" in before[0], "taro@example.co.jp" in before[1]] == [True, True]
    assert ["計2人" in inbox, "2件の来訪のまとめ" in inbox, "計2人" in page] == [True, True, True]
    assert [name in page for name in ("taro", "jiro", "hanako")] == [False, True, True]


def test_a_digest_stays_until_everybody_in_it_was_handed_on(browser: Client, acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        alert = digest_of("taro", "jiro", "hanako", by=acme)
        jiro = Lead.objects.get(first_name="jiro").public_id
    hand_on("hanako", acme)  # who came last
    inbox, page = shown(browser, alert)
    hand_on("taro", acme)
    inbox_of_one, page_of_one = shown(browser, alert)
    there = browser.post(f"/alerts/{alert}/read/")["Location"]
    hand_on("jiro", acme)

    assert ["計2人" in inbox, "計2人" in page] == [True, True]
    assert [name in page for name in ("taro", "jiro", "hanako")] == [True, True, False]
    assert ["山田 jiro" in inbox_of_one, "山田 jiro" in page_of_one, there] == [True, True, f"/leads/{jiro}"]
    assert [name in inbox_of_one + page_of_one for name in ("taro", "hanako")] == [False, False]
    assert browser.get(f"/alerts/{alert}/").status_code == 404
    assert "jiro" not in browser.get("/alerts/?show=all").content.decode()


def hand_on(name: str, made: NewWorkspace) -> None:
    with tenant_scope(made.workspace):
        assign_owner([Lead.objects.get(first_name=name).pk], made.owner, by=None, now=NOW)


def shown(browser: Client, alert: str) -> list[str]:
    """The list, and the alert's own page."""
    return [browser.get(path).content.decode() for path in ("/alerts/", f"/alerts/{alert}/")]


def test_only_digests_with_somebody_in_reach_are_counted(browser: Client, acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        digest_of("taro", "hanako", by=acme)
        me = Membership.objects.get(user__email="sales@acme.example")
    everybody = waiting(me, acme)
    hand_on("hanako", acme)
    one = waiting(me, acme)
    hand_on("taro", acme)

    assert (everybody, one, waiting(me, acme)) == (1, 1, 0)


def waiting(me: Membership, made: NewWorkspace) -> int:
    """What the bell of this member says."""
    with tenant_scope(made.workspace), reaching(reach_of_user(me.user_id)):
        return unread_alerts(member=me)


def test_a_digest_withholds_a_field_that_is_called_sensitive_later(browser: Client, acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        alert = digest_of("taro", "hanako", by=acme)
        mark_field("lead.email", by=acme.owner, now=NOW + timedelta(hours=2))

    page = browser.get(f"/alerts/{alert}/").content.decode()

    assert [f"山田 {name}" in page for name in ("taro", "hanako")] == [True, True]
    assert "@example.co.jp" not in page


def test_a_digest_is_one_line_that_leads_to_everybody(browser: Client, acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        me = Membership.objects.get(user__email="sales@acme.example")
        wish(me, pace="hourly")
        for name in ("taro", "hanako"):
            arrive(watched(me, name))
        waiting = browser.get(URL).content.decode()
        tell_visits(now=NOW + timedelta(hours=1))
        alert = Alert.objects.get().public_id
    inbox, page = (browser.get(path).content.decode() for path in ("/alerts/", f"/alerts/{alert}/"))

    assert "2件の来訪が、次のまとめを待っています" in waiting
    for said in ("2件の来訪のまとめ", "計2人", "全員を見る"):
        assert said in inbox
    assert [page.count(f">例示商事 山田 {name}<") for name in ("taro", "hanako")] == [1, 1]
