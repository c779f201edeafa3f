"""`/api/v1/exclusions`: put on, read page by page, taken off; scores go and come back with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from leads.actions import LeadInput, upsert_leads
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace

LINE = {"kind": "domain", "text": "@Rival.example", "reason": "competitor"}
Call = Callable[..., Any]


@pytest.fixture
def call(acme: NewWorkspace, api: Client) -> Call:
    def ask(method: str, path: str = "", body: object = None) -> Any:
        if method == "get":
            return api.get(f"/api/v1/exclusions{path}")
        return getattr(api, method)(f"/api/v1/exclusions{path}", body, content_type="application/json")

    return ask


def test_a_line_is_put_on_once_and_taken_off(acme, globex, call: Call, now) -> None:
    with tenant_scope(acme.workspace):
        upsert_leads([LeadInput(email="a@rival.example"), LeadInput(email="b@east.rival.example")], by=None, now=now)
    with tenant_scope(globex.workspace):
        upsert_leads([LeadInput(email="c@rival.example")], by=None, now=now)

    made, again = call("post", body=LINE), call("post", body={**LINE, "text": "rival.example"})
    (listed,) = call("get").json()["results"]
    gone = call("delete", f"/{made.json()['id']}")

    assert (made.status_code, again.status_code, gone.status_code) == (201, 200, 204)
    assert made.json() == again.json() == listed
    assert (listed["text"], listed["reason"], listed["leads"]) == ("@Rival.example", "competitor", 2)
    assert call("get").json()["results"] == []
    assert call("get", f"/{listed['id']}").status_code == 404


def test_the_list_goes_on_by_cursor(call: Call) -> None:
    for name in "abc":
        call("post", body={**LINE, "text": f"{name}.example"})

    first = call("get", "?limit=2").json()
    second = call("get", "?" + first["next"].partition("?")[2]).json()

    assert [one["text"] for one in first["results"] + second["results"]] == ["c.example", "b.example", "a.example"]
    assert second["next"] is None
    assert call("get", "?cursor=bm8").status_code == 422


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"text": "not a domain"}, "text"),
        ({"kind": "person"}, "kind"),
        ({"reason": ""}, "reason"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_line_that_cannot_be_is_refused_by_part(call: Call, change: dict[str, str], part: str) -> None:
    answer = call("post", body={**LINE, **change})

    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [part]
    assert call("get").json()["results"] == []
