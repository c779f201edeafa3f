"""`/api/v1/attributes`, and a workspace's own fields in what the API says and takes about leads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from ma_platform.workspaces.actions.workspaces import NewWorkspace

Call = Callable[..., Any]
TRADE = {"key": "trade", "label": "業態", "kind": "choice", "choices": [{"label": "小売"}, {"key": "w", "label": "卸"}]}


@pytest.fixture
def call(acme: NewWorkspace, api: Client) -> Call:
    def ask(method: str, path: str, body: object = None) -> Any:
        if method == "get":
            return api.get(f"/api/v1{path}")
        return getattr(api, method)(f"/api/v1{path}", body, content_type="application/json")

    return ask


def test_a_field_is_made_listed_renamed_and_laid_aside(call: Call) -> None:
    made = call("post", "/attributes", TRADE)
    path = f"/attributes/{made.json()['id']}"

    changed = call("patch", path, {"label": "業態区分", "choices": [{"key": "w", "label": "卸売"}], "archived": True})

    assert made.status_code == 201
    assert made.json()["choices"] == [{"key": "c1", "label": "小売"}, {"key": "w", "label": "卸"}]
    assert changed.json()["label"] == "業態区分"
    assert changed.json()["choices"] == [{"key": "w", "label": "卸売"}]
    (listed,) = call("get", "/attributes").json()["results"]
    assert (listed["key"], listed["archived"]) == ("trade", True)


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ({**TRADE, "key": "Trade"}, "key"),
        ({**TRADE, "kind": "json"}, "kind"),
        ({**TRADE, "choices": []}, "choices"),
        ({**TRADE, "color": "red"}, "color"),
    ],
)
def test_a_field_that_cannot_be_is_refused_by_part(call: Call, body: dict[str, object], part: str) -> None:
    answer = call("post", "/attributes", body)

    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [part]
    assert call("get", "/attributes").json()["results"] == []


def test_the_same_key_again_is_refused(call: Call) -> None:
    call("post", "/attributes", TRADE)

    assert call("post", "/attributes", TRADE).status_code == 422


def test_values_are_written_and_read_with_the_lead(call: Call) -> None:
    call("post", "/attributes", TRADE)

    made = call("post", "/leads", {"email": "a@x.example", "attributes": {"trade": "卸"}}).json()
    read = call("patch", f"/leads/{made['id']}", {"attributes": {"trade": "小売"}}).json()
    blank = call("patch", f"/leads/{made['id']}", {"attributes": {"trade": None}}).json()

    assert (made["attributes"], read["attributes"], blank["attributes"]) == ({"trade": "w"}, {"trade": "c1"}, {})


def test_an_unknown_key_is_refused_and_names_itself(call: Call) -> None:
    answer = call("post", "/leads/upsert", {"email": "a@x.example", "attributes": {"nothing": 1}})

    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["attributes.nothing"]
    assert call("get", "/leads").json()["results"] == []


def test_a_bulk_row_with_a_bad_value_spoils_no_other(call: Call) -> None:
    call("post", "/attributes", TRADE)
    rows = [
        {"email": "a@x.example", "attributes": {"trade": "w"}},
        {"email": "b@x.example", "attributes": {"trade": "製造"}},
    ]

    first, second = call("post", "/leads/bulk", {"leads": rows}).json()["results"]

    assert first["created"] is True
    assert list(second["errors"]) == ["attributes.trade"]
