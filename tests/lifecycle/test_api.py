"""Stages and deals through the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from leads.actions import LeadInput, upsert_lead
from ma_platform.tenancy.models import ApiKey, Membership, User
from ma_platform.tenancy.permissions import Role, Span
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.conftest import NOW
from tests.leads.segments.making import inside, made

DEAL = {"external_id": "D-1", "lead_emails": ["taro@example.co.jp"], "amount": "1200000", "name": "CRM導入"}


@pytest.fixture
def lead(acme: NewWorkspace) -> str:
    with tenant_scope(acme.workspace):
        return str(upsert_lead(LeadInput(email="taro@example.co.jp"), by=None, now=NOW).public_id)


def post(api: Client, path: str, body: dict[str, Any]) -> Any:
    return api.post(f"/api/v1{path}", body, content_type="application/json")


def test_stages_are_listed_in_order(api: Client) -> None:
    rows = api.get("/api/v1/stages").json()["results"]

    assert [row["key"] for row in rows][:3] == ["inquiry", "nurturing", "mql"]
    assert rows[1]["name"] == {"ja": "育成", "en": "Nurturing"}
    assert [row["key"] for row in rows if row["side"]] == ["recycled", "lost", "disqualified", "dormant"]


def test_a_lead_is_moved_and_shows_its_stage(api: Client, lead: str) -> None:
    answer = post(api, f"/leads/{lead}/stage", {"to": "mql", "reason": "電話で確認"})

    assert answer.status_code == 200
    assert answer.json()["stage"] == "mql"
    assert [row["to"] for row in answer.json()["history"]] == ["mql", "nurturing", "inquiry"]
    assert api.get(f"/api/v1/leads/{lead}").json()["stage"] == "mql"


@pytest.mark.parametrize(
    ("body", "code"),
    [({"to": "moon"}, "unknown_stage"), ({"to": "disqualified"}, "reason_missing"), ({"to": "mql", "x": 1}, "invalid")],
)
def test_a_bad_move_is_refused(api: Client, lead: str, body: dict[str, Any], code: str) -> None:
    answer = post(api, f"/leads/{lead}/stage", body)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert api.get(f"/api/v1/leads/{lead}").json()["stage"] is None


def test_a_deal_is_made_then_changed(api: Client, lead: str) -> None:
    made = post(api, "/deals", DEAL)
    won = post(api, "/deals", {"external_id": "D-1", "status": "won"})

    assert (made.status_code, won.status_code) == (201, 200)
    assert (won.json()["id"], won.json()["status"], won.json()["leads"]) == (made.json()["id"], "won", [lead])
    assert api.get(f"/api/v1/leads/{lead}").json()["stage"] == "customer"
    assert [row["external_id"] for row in api.get("/api/v1/deals?status=won").json()["results"]] == ["D-1"]


def test_a_deal_of_strangers_is_refused(api: Client, lead: str) -> None:
    answer = post(api, "/deals", {**DEAL, "lead_emails": ["nobody@example.co.jp"]})

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_leads")
    assert api.get("/api/v1/deals").json()["results"] == []


def test_a_key_that_does_not_see_the_people_of_a_deal_leaves_no_segment_of_theirs_behind(
    api: Client, acme: NewWorkspace, lead: str
) -> None:
    post(api, "/deals", DEAL)
    with tenant_scope(acme.workspace):
        large = made({"field": "deal.amount", "op": "gte", "value": 1000}, now=NOW)
        before = inside(large)
        seller = User.objects.create_user("seller@acme.example", "x" * 12)
        Membership.objects.create(user=seller, role=Role.SALES, reach=Span.OWN, created_at=NOW)
        ApiKey.objects.update(reaches_as=seller)

    answer = post(api, "/deals", {"external_id": "D-1", "amount": "10"})

    assert (answer.status_code, answer.json()["leads"]) == (200, [])
    with tenant_scope(acme.workspace):
        assert (len(before), inside(large)) == (1, set())


def test_deals_page_by_cursor(api: Client, lead: str) -> None:
    made = [post(api, "/deals", {"external_id": f"D-{number}"}).json()["id"] for number in range(3)]

    first = api.get("/api/v1/deals?limit=2").json()
    rest = api.get(first["next"]).json()

    assert [row["id"] for row in first["results"] + rest["results"]] == made[::-1]
    assert rest["next"] is None


def test_another_workspace_sees_nothing(api: Client, lead: str, globex: NewWorkspace) -> None:
    deal = post(api, "/deals", DEAL).json()["id"]
    theirs = Client(headers={"authorization": f"Bearer {globex.api_key}"})

    statuses = [
        theirs.get(f"/api/v1/deals/{deal}").status_code,
        theirs.get(f"/api/v1/leads/{lead}/stage").status_code,
        post(theirs, f"/leads/{lead}/stage", {"to": "mql"}).status_code,
    ]

    assert statuses == [404, 404, 404]
