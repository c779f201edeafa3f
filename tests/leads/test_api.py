"""People over the REST API."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from leads.models import Lead
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tracking.catalogue import Event
from tracking.models import Event as Fact

API = "/api/v1"


def send(api: Client, path: str, body: Any, method: str = "post") -> Any:
    return getattr(api, method)(f"{API}{path}", body, content_type="application/json")


def test_create_read_change_erase(acme: NewWorkspace, api: Client) -> None:
    made = send(
        api, "/leads", {"email": "taro@x.example", "last_name": "山田", "company": "アクメ", "job_title": "課長"}
    )
    address = f"/leads/{made.json()['id']}"
    changed = send(api, address, {"job_title": "部長", "phone": None, "tags": ["重要"]}, "patch")
    erased = api.delete(f"{API}{address}")

    assert (made.status_code, changed.status_code, erased.status_code) == (201, 200, 204)
    assert made.json()["company"]["name"] == "アクメ"
    assert (changed.json()["job_rank"], changed.json()["tags"]) == ("director", ["重要"])
    assert api.get(f"{API}{address}").status_code == 404


def test_the_shape_of_a_lead(acme: NewWorkspace, api: Client) -> None:
    shown = send(api, "/leads", {"email": "taro@x.example"}).json()

    assert set(shown) >= {
        *("id", "email", "last_name", "first_name", "last_name_kana", "first_name_kana", "company", "department"),
        *("job_title", "job_rank", "phone", "prefecture", "attributes", "tags", "external_ids", "owner", "stage"),
        *("score", "excluded", "consent", "source", "created_at", "updated_at"),
    }


def test_upsert_by_address_and_by_external_id(acme: NewWorkspace, api: Client) -> None:
    first = send(api, "/leads/upsert", {"email": "taro@x.example", "external_id": "C-1", "last_name": "山田"})
    second = send(api, "/leads/upsert", {"external_id": "C-1", "first_name": "太郎", "last_name": ""})

    assert (first.status_code, second.status_code) == (201, 200)
    assert (second.json()["last_name"], second.json()["first_name"]) == ("山田", "太郎")
    assert second.json()["external_ids"] == {"external_id": "C-1"}


def test_bulk_answers_row_by_row(acme: NewWorkspace, api: Client) -> None:
    rows = [
        {"email": "a@x.example"},
        {"email": "bad"},
        {"colour": "red"},
        {"email": "A@x.example", "last_name": "山田"},
    ]

    results = send(api, "/leads/bulk", {"leads": rows}).json()["results"]

    assert [set(result) - {"row"} for result in results] == [
        {"id", "created", "changed"},
        {"errors"},
        {"errors"},
        {"id", "created", "changed"},
    ]
    assert [result["row"] for result in results] == [0, 1, 2, 3]
    assert results[0]["id"] == results[3]["id"]


def test_a_thousand_and_one_are_too_many(acme: NewWorkspace, api: Client) -> None:
    rows = [{"email": f"p{number}@x.example"} for number in range(1001)]

    assert send(api, "/leads/bulk", {"leads": rows}).status_code == 422
    with tenant_scope(acme.workspace):
        assert Lead.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "bad"}, "email"),
        ({"email": "a@x.example", "colour": "red"}, "colour"),
        ({"email": "a@x.example", "phone": "abc"}, "phone"),
        ({"email": "a@x.example", "owner": "nobody@x.example"}, "owner"),
        ({"email": "a@x.example", "job_rank": "king"}, "job_rank"),
        ({"email": "a@x.example", "company": 7}, "company"),
        ({}, "email"),
    ],
)
def test_bad_fields_are_named(acme: NewWorkspace, api: Client, body: dict[str, Any], field: str) -> None:
    answer = send(api, "/leads", body)

    assert (answer.status_code, set(answer.json()["errors"])) == (422, {field})


def test_the_same_address_twice_is_refused_by_create(acme: NewWorkspace, api: Client) -> None:
    codes = [send(api, "/leads", {"email": address}).status_code for address in ("a@x.example", "A@X.example")]

    assert codes == [201, 422]


def test_lists_are_filtered_and_paged(acme: NewWorkspace, api: Client) -> None:
    rows = [{"email": f"p{number}@x.example", "external_id": f"C-{number}"} for number in range(5)]
    send(api, "/leads/bulk", {"leads": rows})

    first = api.get(f"{API}/leads", {"limit": 3}).json()
    second = api.get(first["next"]).json()
    by_email = api.get(f"{API}/leads", {"email": "P3@x.example"}).json()["results"]
    by_id = api.get(f"{API}/leads", {"external_id": "C-4"}).json()["results"]
    later = api.get(f"{API}/leads", {"updated_since": "2099-01-01T00:00:00Z"}).json()["results"]

    assert len({lead["id"] for lead in first["results"] + second["results"]}) == 5
    assert (second["next"], later) == (None, [])
    assert [lead["email"] for lead in by_email + by_id] == ["p3@x.example", "p4@x.example"]


@pytest.mark.parametrize(
    "query",
    [
        *("cursor=x", "limit=0", "stage=nowhere", "cursor=WyJ4IiwxXQ"),
        *("updated_since=yesterday", "updated_since=0001-01-01T00:00:00%2B01:00", "updated_since=2026-01-01T00:00:00"),
    ],
)
def test_nonsense_in_a_list_is_refused(acme: NewWorkspace, api: Client, query: str) -> None:
    assert api.get(f"{API}/leads?{query}").status_code == 422


def test_touchpoints_stand_on_the_timeline(acme: NewWorkspace, api: Client) -> None:
    lead = send(api, "/leads", {"email": "taro@x.example"}).json()["id"]

    kept = send(
        api,
        "/touchpoints",
        {"email": "TARO@x.example", "kind": "exhibition", "at": "2026-01-05T01:00:00Z", "properties": {"booth": "A"}},
    )
    bad = [
        send(api, "/touchpoints", body).status_code
        for body in (
            {"lead": lead, "kind": "dinner"},
            {"lead": lead, "email": "taro@x.example", "kind": "call"},
            {"email": "nobody@x.example", "kind": "call"},
            {"lead": lead, "kind": "call", "at": "2099-01-01T00:00:00Z"},
        )
    ]
    entries = api.get(f"{API}/leads/{lead}/timeline").json()["results"]

    assert (kept.status_code, bad) == (201, [422] * 4)
    assert kept.json()["at"] == "2026-01-05T01:00:00Z"
    assert [(entry["event"], entry["properties"].get("booth")) for entry in entries] == [
        ("lead_created", None),
        ("touchpoint_exhibition", "A"),
    ]


def test_consent_may_be_stated_with_its_basis(acme: NewWorkspace, api: Client) -> None:
    body = {"email": "taro@x.example", "consent": [{"topic": "newsletter", "basis": "business_card"}]}

    shown = send(api, "/leads/upsert", body).json()["consent"]

    assert [(line["topic"], line["state"], line["basis"]) for line in shown] == [
        ("newsletter", "granted", "business_card")
    ]


def test_companies_and_tags(acme: NewWorkspace, api: Client) -> None:
    made = send(api, "/companies", {"name": "アクメ株式会社", "industry": "製造"})
    again = send(api, "/companies", {"name": "㈱アクメ", "employees": 30})
    send(api, "/leads", {"email": "a@x.example", "company": "アクメ", "tags": ["展示会"]})

    shown = api.get(f"{API}/companies/{made.json()['id']}").json()

    assert (made.status_code, again.status_code, made.json()["id"]) == (201, 200, again.json()["id"])
    assert (shown["industry"], shown["employees"], shown["leads"]) == ("製造", 30, 1)
    assert api.get(f"{API}/tags").json()["results"] == [{"name": "展示会"}]


def test_another_workspaces_lead_is_not_there(acme: NewWorkspace, globex: NewWorkspace, api: Client) -> None:
    theirs = Client(headers={"authorization": f"Bearer {globex.api_key}"})
    lead = send(theirs, "/leads", {"email": "g@x.example"}).json()["id"]

    codes = [
        api.get(f"{API}/leads/{lead}").status_code,
        send(api, f"/leads/{lead}", {"last_name": "x"}, "patch").status_code,
        api.delete(f"{API}/leads/{lead}").status_code,
        api.get(f"{API}/leads/{lead}/timeline").status_code,
        send(api, "/touchpoints", {"lead": lead, "kind": "call"}).status_code,
    ]

    assert codes == [404, 404, 404, 404, 422]
    with tenant_scope(globex.workspace):
        assert Fact.objects.filter(name=Event.LEAD_UPDATED).count() == 0
