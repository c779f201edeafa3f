"""New people on the home page, the lists its numbers lead to, and what timelines say in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from leads.actions import LeadInput, edit_company, record_consent, upsert_companies, upsert_leads
from leads.actions.consents import ConsentInput
from leads.models import Company
from leads.moments import moment
from leads.queries import Arrivals, arrivals, topic_name
from ma_platform.db import sql
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tracking.actions import record
from tracking.catalogue import Event
from tracking.queries import timeline

SignIn = Callable[..., Client]


def arrive(name: str, at: datetime) -> int:
    (made,) = upsert_leads([LeadInput(email=f"p{name.encode().hex()}@example.jp", last_name=name)], by=None, now=at)
    assert made.lead_id
    return made.lead_id


def test_arrivals_are_counted_by_day_and_by_week(in_acme: NewWorkspace, now: datetime) -> None:
    for number, days in enumerate((0, 0, 3, 8, 9, 10, 20)):
        arrive(f"p{number}", now - timedelta(days=days))

    found = arrivals(now=now, midnight=now - timedelta(hours=1))

    assert found == Arrivals(today=2, week=3, week_before=3)
    assert found.growth == 0
    assert arrivals(now=now - timedelta(days=30), midnight=now - timedelta(days=30)).growth is None


def test_many_arrivals_are_not_counted_to_the_last(
    in_acme: NewWorkspace, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("leads.queries.arrivals"), "MOST", 2)
    for number, days in enumerate((0, 1, 2, 3, 8)):
        arrive(f"p{number}", now - timedelta(days=days))

    found = arrivals(now=now, midnight=now - timedelta(hours=1))

    assert found == Arrivals(today=1, week=3, week_before=1)
    assert found.growth is None


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("created={today}", {"今日さん"}),
        ("created=7d", {"今日さん", "先日さん"}),
        ("created=nonsense", set()),
        ("did=form_submitted@{today}", {"先日さん"}),
        ("did=form_submitted", {"先日さん", "昔さん"}),
        ("did=nonsense@{today}", set()),
    ],
)
def test_the_numbers_lead_to_the_people_behind_them(
    acme: NewWorkspace, sign_in: SignIn, now: datetime, query: str, shown: set[str]
) -> None:
    with tenant_scope(acme.workspace):
        arrive("今日さん", now)
        record(Event.FORM_SUBMITTED, lead=arrive("先日さん", now - timedelta(days=3)), at=now)
        record(Event.FORM_SUBMITTED, lead=arrive("昔さん", now - timedelta(days=30)), at=now - timedelta(days=30))

    with time_machine.travel(now, tick=False):
        page = sign_in().get(f"/leads/?{query.format(today=now.date())}").context["rows"]

    assert {row.lead.last_name for row in page} == shown


def test_the_home_page_names_the_newest_people(acme: NewWorkspace, sign_in: SignIn, now: datetime) -> None:
    with tenant_scope(acme.workspace):
        arrive("新井", now)

    with time_machine.travel(now, tick=False):
        page = sign_in().get("/").content.decode()

    for said in ("新規リード", "新井", "今日の動き", f"/leads/?created={now.date()}", "/leads/?created=7d"):
        assert said in page


def changed_leads() -> list[int]:
    return sql.run(
        "SELECT lead_id FROM tracking_event WHERE tenant_id = %(tenant_id)s AND name = 39 ORDER BY lead_id"
    ).values()


def test_a_changed_company_changes_its_people(in_acme: NewWorkspace, now: datetime) -> None:
    rows = [LeadInput(email=f"p{n}@example.jp", company="アクメ" if n else "よそ") for n in range(3)]
    people = [made.lead_id or 0 for made in upsert_leads(rows, by=None, now=now)]
    company = Company.objects.get(name="アクメ")

    edit_company(company, {"industry": "製造業"}, by=None, now=now)
    assert changed_leads() == people[1:]

    edit_company(Company.objects.get(pk=company.pk), {"industry": "製造業"}, by=None, now=now)
    upsert_companies([{"name": "アクメ"}, {"name": "新しい会社", "employees": 3}], now=now)
    assert changed_leads() == people[1:]

    upsert_companies([{"name": "アクメ", "employees": 120}], now=now)
    assert changed_leads() == sorted(people[1:] * 2)


@pytest.mark.parametrize(
    ("event", "props", "japanese", "english"),
    [
        (Event.BECAME_HOT, {"reason": "total"}, "スコアが基準に達しました", "The score reached the mark"),
        (Event.BECAME_HOT, {"reason": "event"}, "お問い合わせがありました", "They asked to be contacted"),
        (Event.STAGE_CHANGED, {"rule": "became_hot", "reason": "", "to": "mql"}, "", ""),
        (Event.FLOW_ENDED, {"reason": "completed"}, "完了", "Completed"),
        (Event.SCORE_CROSSED, {"from": "B4", "to": "B1"}, "B4 → B1", "B4 → B1"),
        (Event.EMAIL_SENT, {"message": "msg_1"}, "", ""),
        (
            Event.LEAD_UPDATED,
            {"unbound": "browser-1"},
            "このブラウザは別の人のものでした",
            "A browser turned out not to be theirs",
        ),
        (
            Event.LEAD_UPDATED,
            {"rebound": "browser-1"},
            "ブラウザがこの人のものに戻りました",
            "A browser is theirs again",
        ),
        (Event.LEAD_UPDATED, {"source": "import", "fields": ["company"]}, "", ""),
        (Event.FORM_SUBMITTED, {"message": "費用を知りたい"}, "費用を知りたい", "費用を知りたい"),
    ],
)
def test_a_timeline_speaks_in_words(
    in_acme: NewWorkspace, now: datetime, event: Event, props: dict[str, object], japanese: str, english: str
) -> None:
    record(event, lead=5, at=now, props=dict(props))
    (entry,) = timeline(lead_id=5)

    with translation.override("ja"):
        assert moment(entry).text == japanese
    with translation.override("en"):
        assert moment(entry).text == english


def test_topics_have_names(acme: NewWorkspace, sign_in: SignIn, now: datetime) -> None:
    with tenant_scope(acme.workspace):
        lead = arrive("山田", now)
        record_consent([ConsentInput(lead, "newsletter")], now=now)
        public_id = sql.run("SELECT public_id FROM leads_lead WHERE id = %(id)s", id=lead).value()

    page = sign_in().get(f"/leads/{public_id}").content.decode()

    assert "ニュースレター" in page
    assert "newsletter" not in page
    with translation.override("en"):
        assert [topic_name(topic) for topic in ("newsletter", "user_group")] == ["Newsletter", "user group"]
