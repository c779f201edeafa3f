"""What no text column can hold is refused at the door, wherever it stands, and never a crash."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from leads.models import Lead
from ma_platform.api.pages import encode
from ma_platform.api.parsers import storable
from ma_platform.tenancy.scope import tenant_scope
from tests.api.conftest import Send

NUL, HALF_PAIR = "a\0b", "\ud800"
TOUCH = {"email": "a@client.example", "kind": "call"}


@pytest.mark.parametrize("text", [NUL, HALF_PAIR], ids=["nul", "half a pair"])
@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "leads", lambda text: {"email": "a@client.example", "last_name": text}, "last_name"),
        ("POST", "leads", lambda text: {"external_ids": {text: "1"}}, "external_ids"),
        ("POST", "leads", lambda text: {"email": "a@x.example", "company": {"name": text}}, "company"),
        ("POST", "leads/upsert", lambda text: {"consent": [{"topic": "x", "evidence": {"a": [text]}}]}, "consent"),
        ("POST", "touchpoints", lambda text: {**TOUCH, "properties": {"a": {text: 1}}}, "properties"),
        ("PUT", "scoring/models/default", lambda text: {"v": 1, "name": text}, "name"),
        ("POST", "flows", lambda text: {"v": 1, "name": text}, "name"),
    ],
)
def test_text_that_cannot_be_kept_is_refused_by_field(
    acme, call: Send, method: str, path: str, body: Callable[[str], Any], field: str, text: str
):
    answer = call(method, path, body(text))

    assert (answer.status_code, set(answer.json()["errors"])) == (422, {field})
    with tenant_scope(acme.workspace):
        assert Lead.objects.count() == 0


def test_a_number_without_end_is_refused(acme, call: Send):
    answer = call("POST", "touchpoints", '{"email": "a@x.example", "kind": "call", "properties": {"n": 1e999}}')

    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"properties"})


def test_a_body_nested_without_end_is_a_bad_request(acme, call: Send):
    answer = call("POST", "leads", '{"company": ' + "[" * 100_000 + "]" * 100_000 + "}")

    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize(
    "path",
    ["leads/%00", "companies/a%00", "deals/%00", "leads?external_id=%00", "leads?q=%00", "deals?external_id=%00"],
)
def test_a_nul_in_the_address_is_refused(call: Send, path: str):
    assert call("GET", path).status_code == 422


@pytest.mark.parametrize("path", ["/leads/%00", "/companies/%00", "/deals/%00/", "/alerts/%00/", "/invitation/%00/"])
def test_a_nul_in_the_address_of_a_page_is_a_bad_request(sign_in, path: str):
    assert sign_in().get(path).status_code == 400


@pytest.mark.parametrize("door", ["/f/frm_%00", "/f/frm_" + "%00" * 42])
def test_a_nul_in_a_public_id_leads_nowhere(db: None, door: str):
    assert Client().get(door).status_code == 404


@pytest.mark.parametrize(
    "text", ["😀" * 2000, "\u202eevil", "髙﨑①㈱", "a" * 8000], ids=["emoji", "bidi", "cp932", "8k"]
)
def test_strange_text_is_kept_or_called_too_long(call: Send, text: str):
    answer = call("POST", "leads", {"email": "a@client.example", "department": text})

    assert (answer.status_code, len(text) > 200) in [(201, False), (422, True)]


@pytest.mark.parametrize(
    "position",
    [
        ["2026-W01-1", 1],
        ["2026-11-20", 1],
        ["0001-01-01T00:00:00+14:00", 1],
        ["a\0b", 1],
        ["2026-11-20T00:00:00Z", 2**64 - 1],
        ["2026-11-20T00:00:00Z", True],
        ["2026-11-20T00:00:00+20:00", 1],
        ["9999-12-31T23:59:59-23:00", 1],
    ],
)
@pytest.mark.parametrize("path", ["leads", "companies", "deals", "forms", "visit-alerts"])
def test_a_position_the_database_would_not_read_is_refused_or_harmless(call: Send, path: str, position: list[object]):
    assert call("GET", f"{path}?cursor={encode(position)}").status_code in (200, 422)


@pytest.mark.parametrize("moment", ["x", "2026-11-20T00:00:00+20:00"])
@pytest.mark.parametrize("path", ["imports", "exports", "leads/bulk"])
def test_a_page_of_files_and_jobs_at_a_forged_place_is_missing_or_empty(sign_in, path: str, moment: str):
    assert sign_in().get(f"/{path}/", {"cursor": encode([moment, 1])}).status_code in (200, 404)


@pytest.mark.parametrize("sort", ["name", "score", "-score", "-created"])
@pytest.mark.parametrize("value", ["1_000", "nan", "2026-W01-1", "\0", "", "日本"])
def test_a_page_of_the_list_at_a_forged_place_is_missing_or_empty(sign_in, sort: str, value: str):
    assert sign_in().get("/leads/", {"sort": sort, "cursor": encode([value, 1])}).status_code in (200, 404)


def test_an_encounter_before_the_log_can_hold_it_is_refused(call: Send):
    call("POST", "leads", {"email": "a@client.example"})

    answers = [call("POST", "touchpoints", {**TOUCH, "at": f"{year}-01-05T01:00:00Z"}) for year in ("0001", "1990")]

    assert [(answer.status_code, set(answer.json()["errors"])) for answer in answers] == [(422, {"at"})] * 2


@pytest.mark.parametrize(
    ("value", "kept"),
    [("a", True), ({"a": ["b", {"c": 1.5}]}, True), (["a", {"\0": 1}], False), ({"a": float("inf")}, False)],
)
def test_storable(value: object, kept: bool):
    assert storable(value) is kept
