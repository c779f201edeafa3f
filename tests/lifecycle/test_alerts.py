"""From a fact to the alert: once per crossing, with the reasons, to the right person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from leads.actions import LeadInput, erase_lead, upsert_lead
from leads.models import Lead
from lifecycle.actions import NoticeToStaff, mark_read, notify, raise_alerts
from lifecycle.alerting import Crossing
from lifecycle.models import Alert
from lifecycle.queries import stage_keys, unread_alerts
from ma_platform.db import sql
from ma_platform.tenancy.models import Membership, User, WorkspaceSettings
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions import remove_member
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from mailing.models import Message
from tests.conftest import NOW
from tests.people import see
from tracking.actions import SubjectRef, record, run_consumers
from tracking.catalogue import Event


def mails() -> list[tuple[str, str, str]]:
    """(address, subject, text) of the notices in the queue."""
    rows = Message.objects.filter(lead=None).order_by("id")
    return [(row.to_address, row.content["subject"], row.content["text"]) for row in rows]


def visit(workspace: NewWorkspace, message: str = "見積りをください", **said: Any) -> int:
    """A director reads the product page for 83 seconds and sends an inquiry; then the consumers run."""
    with tenant_scope(workspace.workspace):
        told = LeadInput(
            email="taro@example.co.jp",
            last_name="山田",
            first_name="太郎",
            company="例示商事",
            job_title="部長",
            **said,
        )
        lead = upsert_lead(told, by=None, now=NOW).lead_id or 0
        see(lead, Event.PAGE_VIEWED, about="/products/crm")
        page = SubjectRef("page", "https://acme.example/products/crm")
        record(Event.PAGE_LEFT, lead=lead, at=NOW + timedelta(seconds=83), subject=page)
        see(
            lead,
            Event.FORM_SUBMITTED,
            about="お問い合わせ",
            at=NOW + timedelta(minutes=2),
            props={"message": message},
        )
    run_consumers(now=NOW + timedelta(minutes=3))
    return lead


@pytest.mark.django_db(transaction=True)
def test_a_hot_lead_makes_one_alert_with_its_reasons(acme: NewWorkspace, globex: NewWorkspace) -> None:
    lead = visit(acme)
    run_consumers(now=NOW + timedelta(minutes=4))

    with tenant_scope(acme.workspace):
        (alert,) = Alert.objects.all()
        ((address, subject, text),) = mails()
        assert stage_keys([lead]) == {lead: "mql"}
    assert (alert.lead_id, alert.recipient, address) == (lead, "owner@acme.example", "owner@acme.example")
    assert subject == "【ホットリード】例示商事 山田 太郎"
    for said in ("見積りをください", "+5  役職が部長以上", "+5  製品詳細ページを閲覧", "/products/crm", "例示商事"):
        assert said in text
    assert f"事実の受信: {alert.body['received']}" in text
    assert "アラートの引き渡し: 2026-11-20 12:03:00.000" in text
    with tenant_scope(globex.workspace):
        assert (Alert.objects.count(), mails()) == (0, [])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "message", ["\\u0000", "C:\\u0000\\", "\u202e😀①㈱髙", '"}]'], ids=["escape", "path", "strange", "json"]
)
def test_whatever_an_inquiry_says_sales_hears_of_it(acme: NewWorkspace, message: str) -> None:
    visit(acme, message)

    with tenant_scope(acme.workspace):
        (alert,) = Alert.objects.all()
        assert message in mails()[0][2]
    assert alert.body["inquiry"]["message"] == message


@pytest.mark.django_db(transaction=True)
def test_the_owner_is_told_and_else_the_sales_address(acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        WorkspaceSettings.objects.update(alert_address="sales@acme.example")

    visit(acme)

    with tenant_scope(acme.workspace):
        assert [address for address, _subject, _text in mails()] == ["sales@acme.example"]


@pytest.mark.django_db(transaction=True)
def test_an_english_workspace_is_told_in_english(acme: NewWorkspace) -> None:
    type(acme.workspace).objects.filter(pk=acme.workspace.pk).update(locale="en")

    visit(acme)

    with tenant_scope(acme.workspace):
        ((_address, subject, text),) = mails()
    assert subject == "[Hot lead] 例示商事 山田 太郎"
    assert "+5  Director or above" in text


def test_a_notice_is_told_once_per_key(person: Callable[..., int]) -> None:
    lead = person()
    notice = NoticeToStaff("owner", lead, "mail", "シナリオから", "電話してください", key="run_1:s3")

    first, second = notify([notice], now=NOW), notify([notice], now=NOW)

    assert (first, second, len(mails())) == (1, 0, 1)
    assert "電話してください" in mails()[0][2]


def test_an_in_app_notice_sends_no_mail(person: Callable[..., int]) -> None:
    lead = person()

    notify([NoticeToStaff("department", lead, "in_app", "シナリオから", "見てください", key="k")], now=NOW)

    assert (unread_alerts(), mails()) == (1, [])


def test_reading_an_alert_is_remembered_with_the_reader(person: Callable[..., int], in_acme: NewWorkspace) -> None:
    lead = person()
    notify([NoticeToStaff("owner", lead, "in_app", "s", "t", key=key) for key in ("a", "b")], now=NOW)
    first = Alert.objects.order_by("id")[0]

    changed = mark_read([first.public_id], by=in_acme.owner, now=NOW)

    assert (changed, unread_alerts()) == (1, 1)
    assert Alert.objects.get(pk=first.pk).read_by == in_acme.owner


def test_a_member_who_owns_the_lead_is_told(person: Callable[..., int], in_acme: NewWorkspace) -> None:
    rep = User.objects.create_user("rep@acme.example", "x" * 12)
    Membership.objects.create(user=rep, role=Role.SALES, created_at=NOW)
    lead = person()
    sql.run("UPDATE leads_lead SET owner_id = %(owner)s WHERE id = %(lead)s", owner=rep.pk, lead=lead)

    notify([NoticeToStaff("owner", lead, "mail", "s", "t", key="k")], now=NOW)

    assert [address for address, _subject, _text in mails()] == ["rep@acme.example"]


def test_an_owner_who_left_the_workspace_is_told_nothing_more(
    person: Callable[..., int], in_acme: NewWorkspace
) -> None:
    rep = User.objects.create_user("rep@acme.example", "x" * 12)
    mine = Membership.objects.create(user=rep, role=Role.SALES, created_at=NOW)
    lead = person(owner="rep@acme.example")
    remove_member(mine, by=in_acme.owner, now=NOW)

    notify([NoticeToStaff(to, lead, "mail", "s", "t", key=to) for to in ("owner", "department")], now=NOW)

    assert [address for address, _subject, _text in mails()] == ["owner@acme.example"] * 2


def test_mails_to_staff_about_somebody_erased_are_gone_and_others_stay(
    person: Callable[..., int], in_acme: NewWorkspace
) -> None:
    gone, other = person(), person(email="other@x.example")
    crossings = [Crossing(lead, f"crossing-{lead}", "total", 10, None, NOW) for lead in (gone, other)]
    raise_alerts(crossings, now=NOW)
    notify([NoticeToStaff("owner", lead, "mail", "s", "t", key=f"flow:{lead}:s1") for lead in (gone, other)], now=NOW)
    before = Message.objects.count()

    erase_lead(Lead.objects.get(pk=gone), by=None, now=NOW)

    left = list(Message.objects.order_by("id").values_list("send_key", flat=True))
    assert before == 4
    assert left == [f"alert:crossing-{other}", f"notice:flow:{other}:s1:owner@acme.example"]
