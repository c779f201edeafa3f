"""Lists of people by what they did: read from the counts by day, and in bounded time."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conditions import parse
from leads.actions import LeadInput, upsert_leads
from leads.filters import Asked
from leads.queries import LeadFilter, LeadRow, count_leads, list_leads
from leads.queries.asking import sample_matching
from leads.queries.bulk import examples, reach
from leads.views import lists
from ma_platform.db import sql
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.people import see
from tracking.catalogue import Event

SignIn = Callable[..., Client]
TWICE = {"event": "page_viewed", "within": {"days": 7}, "count": {"op": "gte", "value": 2}}
TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.fixture
def readers(in_acme: NewWorkspace, now: datetime) -> list[int]:
    """Somebody who read two pages, and somebody who read one."""
    said = [LeadInput(email="two@x.example"), LeadInput(email="one@x.example")]
    ids = [one.lead_id or 0 for one in upsert_leads(said, by=None, now=now)]
    for lead, days in ((ids[0], 1), (ids[0], 2), (ids[1], 1)):
        see(lead, Event.PAGE_VIEWED, at=now - timedelta(days=days), about="/pricing")
    return ids


def listed(now: datetime) -> list[str]:
    return [row.email for row in list_leads(stated(now))]


def counted(now: datetime) -> list[str]:
    return ["two@x.example"] * count_leads(stated(now))[0]


def stated(now: datetime) -> LeadFilter:
    query = QueryDict(mutable=True)
    query["condition"] = json.dumps(TWICE)
    return Asked.of(query).filter(now=now, zone=TOKYO)


def reached(now: datetime) -> list[str]:
    return ["two@x.example"] * reach({"condition": TWICE}, now=now).total


def exemplified(now: datetime) -> list[str]:
    return [str(one["email"]) for one in examples({"condition": TWICE}, now=now)]


def sampled(now: datetime) -> list[str]:
    return [row.email for row in sample_matching(parse(TWICE), now=now) or []]


@pytest.mark.usefixtures("readers")
@pytest.mark.parametrize("ask", [listed, counted, reached, exemplified, sampled])
def test_people_are_found_by_the_counts_by_day(ask: Callable[[datetime], list[str]], now: datetime) -> None:
    with CaptureQueriesContext(connection) as asked:
        found = ask(now)

    about_people = [one["sql"] for one in asked.captured_queries if "leads_lead AS lead" in one["sql"]]
    assert found == ["two@x.example"]
    assert ["tracking_daily" in text and "tracking_event" not in text for text in about_people] == [True]


def endless(_wanted: LeadFilter) -> list[LeadRow]:
    sql.run("SELECT pg_sleep(5)")
    return []


@pytest.mark.parametrize(("role", "offered"), [(Role.MARKETER, True), (Role.SALES, False)])
def test_a_list_that_takes_too_long_says_so_and_offers_a_segment(
    acme: NewWorkspace, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, role: Role, offered: bool
) -> None:
    monkeypatch.setattr(lists, "LIST_MS", 20)
    monkeypatch.setattr(lists, "list_leads", endless)
    client = sign_in(role)

    page = client.get("/leads/", {"condition": json.dumps(TWICE)})
    form = sign_in().get(page.context["as_segment"])

    text = page.content.decode()
    assert (page.status_code, "時間がかかりすぎます" in text, "条件をセグメントとして保存" in text) == (
        200,
        True,
        offered,
    )
    assert json.loads(form.context["condition"]) == {"all": [TWICE]}


def test_only_what_narrows_the_list_is_bounded(
    acme: NewWorkspace, sign_in: SignIn, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tenant_scope(acme.workspace):
        upsert_leads([LeadInput(email="a@x.example")], by=None, now=now)
    client = sign_in()

    with CaptureQueriesContext(connection) as plain:
        client.get("/leads/", {"view": "all"})
    with CaptureQueriesContext(connection) as narrowed:
        client.get("/leads/", {"view": "all", "q": "a@"})

    assert [any("statement_timeout" in one["sql"] for one in asked) for asked in (plain, narrowed)] == [False, True]
