"""Stages, alerts and deals in the dashboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from leads.actions import LeadInput, upsert_lead
from lifecycle.actions import NoticeToStaff, notify, raise_alerts
from lifecycle.alerting import Crossing
from lifecycle.models import Alert, Deal
from lifecycle.queries import stage_keys
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.conftest import NOW

SignIn = Callable[..., Client]


@pytest.fixture
def lead(acme: NewWorkspace) -> tuple[int, str]:
    with tenant_scope(acme.workspace):
        said = LeadInput(email="taro@example.co.jp", last_name="山田", first_name="太郎", company="例示商事")
        made = upsert_lead(said, by=None, now=NOW)
    return made.lead_id or 0, str(made.public_id)


@pytest.fixture
def alert(acme: NewWorkspace, lead: tuple[int, str]) -> str:
    with tenant_scope(acme.workspace):
        raise_alerts([Crossing(lead[0], "c-1", "total", 15, "B1", NOW)], now=NOW)
        return str(Alert.objects.get().public_id)


def test_the_overview_shows_stages_with_their_departments(sign_in: SignIn) -> None:
    page = sign_in().get("/lifecycle/").content.decode()

    for said in ("育成", "商談", "インサイドセールス", "24時間以内"):
        assert said in page


def test_a_lead_is_moved_by_hand(sign_in: SignIn, acme: NewWorkspace, lead: tuple[int, str]) -> None:
    sign_in(Role.SALES).post(f"/lifecycle/leads/{lead[1]}/move/", {"to": "sal", "reason": ""})

    with tenant_scope(acme.workspace):
        assert stage_keys([lead[0]]) == {lead[0]: "sal"}


def test_a_move_aside_without_a_reason_changes_nothing(
    sign_in: SignIn, acme: NewWorkspace, lead: tuple[int, str]
) -> None:
    sign_in().post(f"/lifecycle/leads/{lead[1]}/move/", {"to": "disqualified", "reason": ""})

    with tenant_scope(acme.workspace):
        assert stage_keys([lead[0]]) == {}


def test_the_inbox_lists_unread_alerts_until_they_are_opened(
    sign_in: SignIn, alert: str, lead: tuple[int, str]
) -> None:
    browser = sign_in(Role.SALES)

    before = browser.get("/alerts/").content.decode()
    opened = browser.post(f"/alerts/{alert}/read/")
    after = browser.get("/alerts/").content.decode()

    assert [text in before for text in ("山田 太郎", "例示商事", "ホットリード</span>")] == [True] * 3
    assert opened["Location"] == f"/leads/{lead[1]}"
    assert "山田 太郎" not in after


def test_an_alert_shows_what_was_known(sign_in: SignIn, alert: str) -> None:
    page = sign_in().get(f"/alerts/{alert}/").content.decode()

    for said in ("例示商事", "スコアが基準に達しました", "2026-11-20 12:00:00.000"):
        assert said in page


def test_a_notice_has_a_short_title_and_its_words_below(
    sign_in: SignIn, acme: NewWorkspace, lead: tuple[int, str]
) -> None:
    said = "料金ページを3回見ています。今日中に電話してください。"
    with tenant_scope(acme.workspace):
        notify([NoticeToStaff("owner", lead[0], "in_app", said, said, key="k")], now=NOW)
        notice = Alert.objects.get().public_id

    page = sign_in().get(f"/alerts/{notice}/").content.decode()

    heading = " ".join(page.partition("<h1>")[2].partition("</h1>")[0].split())
    assert heading == "お知らせ · 山田 太郎"
    assert said in page.partition("</h1>")[2]


def test_more_than_99_unread_alerts_are_not_counted_out(
    sign_in: SignIn, acme: NewWorkspace, lead: tuple[int, str]
) -> None:
    browser = sign_in()
    with tenant_scope(acme.workspace):
        notify([NoticeToStaff("owner", lead[0], "in_app", "s", "t", key=str(key)) for key in range(99)], now=NOW)
        exact = browser.get("/alerts/").content.decode()
        notify([NoticeToStaff("owner", lead[0], "in_app", "s", "t", key="one more")], now=NOW)
        many = browser.get("/alerts/").content.decode()

    assert '<span class="tab-count">99</span>' in exact
    assert '<span class="tab-count">99+</span>' in many


def test_all_alerts_are_marked_as_read_at_once(sign_in: SignIn, acme: NewWorkspace, lead: tuple[int, str]) -> None:
    with tenant_scope(acme.workspace):
        notify([NoticeToStaff("owner", lead[0], "in_app", "s", "t", key=key) for key in ("a", "b")], now=NOW)

    sign_in().post("/alerts/read/")

    with tenant_scope(acme.workspace):
        assert Alert.objects.filter(read_at=None).count() == 0


def test_a_deal_is_entered_and_closed_by_hand(sign_in: SignIn, acme: NewWorkspace, lead: tuple[int, str]) -> None:
    browser = sign_in()
    form = {
        "name": "CRM導入",
        "external_id": "D-1",
        "email": "taro@example.co.jp",
        "amount": "1200000",
        "currency": "JPY",
    }

    made = browser.post("/deals/new/", form)
    closed = browser.post(f"{made['Location']}close/", {"status": "won"}, follow=True)

    assert "受注" in closed.content.decode()
    with tenant_scope(acme.workspace):
        assert Deal.objects.get().status == "won"
        assert stage_keys([lead[0]]) == {lead[0]: "customer"}


def test_a_deal_without_a_number_gets_one(sign_in: SignIn, acme: NewWorkspace) -> None:
    browser = sign_in()

    made = [browser.post("/deals/new/", {"name": "CRM導入", "currency": "JPY"}).status_code for _ in range(2)]

    with tenant_scope(acme.workspace):
        numbers = list(Deal.objects.values_list("external_id", flat=True))
    assert made == [302, 302]
    assert len(set(numbers)) == 2
    assert all(number.startswith("MA-") for number in numbers)


def test_a_number_that_another_deal_has_is_refused_and_that_deal_stays(sign_in: SignIn, acme: NewWorkspace) -> None:
    browser = sign_in()
    browser.post("/deals/new/", {"name": "CRM導入", "external_id": "D-1", "amount": "5", "currency": "JPY"})

    answer = browser.post("/deals/new/", {"name": "別の商談", "external_id": "D-1", "amount": "9", "currency": "JPY"})

    assert answer.status_code == 422
    assert "この番号の商談はすでにあります。" in answer.content.decode()
    with tenant_scope(acme.workspace):
        assert list(Deal.objects.values_list("name", "amount")) == [("CRM導入", 5)]


def test_a_deal_for_a_stranger_is_refused_beside_the_field(sign_in: SignIn, acme: NewWorkspace) -> None:
    form = {"name": "x", "external_id": "D-1", "email": "nobody@example.co.jp", "currency": "JPY"}

    answer = sign_in().post("/deals/new/", form)

    assert answer.status_code == 422
    assert "登録されていない相手です" in answer.content.decode()


def test_deals_are_listed_by_status(sign_in: SignIn, acme: NewWorkspace, lead: tuple[int, str]) -> None:
    browser = sign_in()
    browser.post("/deals/new/", {"name": "CRM導入", "external_id": "D-1", "currency": "JPY"})

    assert "CRM導入" in browser.get("/deals/").content.decode()
    assert "CRM導入" not in browser.get("/deals/?status=won").content.decode()


def test_another_workspace_is_not_found(sign_in: SignIn, acme: NewWorkspace, globex: NewWorkspace, alert: str) -> None:
    stranger = Client()
    stranger.force_login(globex.owner, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert stranger.get(f"/alerts/{alert}/").status_code == 404
    assert stranger.post(f"/alerts/{alert}/read/").status_code == 404
