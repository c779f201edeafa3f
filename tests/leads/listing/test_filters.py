"""The filters of the list: what is not understood shows nobody and says so, and nothing stated is lost on the way."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from leads.actions import LeadInput, upsert_leads
from leads.models import BulkJob, Export, SavedView
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace

SignIn = Callable[..., Client]
GONE = [
    {"owner": "sato@acme.example"},
    {"stage": "no_such"},
    {"score": "81"},
    {"created": "2026-13-45"},
    {"did": "no_such_event"},
    {"did": "form_submitted@no-day"},
]


@pytest.fixture
def people(acme: NewWorkspace, now: datetime) -> None:
    with tenant_scope(acme.workspace):
        said = [LeadInput(email=f"p{number}@x.example", last_name=f"人{number}") for number in range(3)]
        upsert_leads(said, by=None, now=now)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("query", GONE, ids=str)
def test_a_filter_that_means_nothing_any_more_shows_nobody_and_can_be_taken_off(
    sign_in: SignIn, query: dict[str, str]
) -> None:
    client = sign_in()

    page = client.get("/leads/", {"view": "all", **query})
    (chip,) = page.context["asked"].chips()
    without = client.get("/leads/" + chip.href)

    assert (page.context["rows"], len(without.context["rows"])) == ([], 3)
    assert page.context["asked"].refused in page.content.decode()
    assert next(iter(query.values())) in chip.text
    assert "0" in client.get("/leads/count", query).content.decode()


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("query", GONE, ids=str)
def test_nothing_is_done_to_everybody_by_a_filter_that_means_nothing_any_more(
    sign_in: SignIn, acme: NewWorkspace, query: dict[str, str]
) -> None:
    said = {"kind": "add_tag", "everybody": "1", "view": "all", **query}

    answer = sign_in().post("/leads/bulk/new", said)

    with tenant_scope(acme.workspace):
        assert (answer.status_code, BulkJob.objects.count()) == (302, 0)
    assert next(iter(query)) in answer.headers["Location"]


@pytest.mark.usefixtures("people")
def test_a_view_that_is_not_understood_any_more_is_kept_as_it_is(sign_in: SignIn, acme: NewWorkspace) -> None:
    client, gone = sign_in(), '{"field": "no.such", "op": "is_set"}'

    client.post(
        "/leads/views/save", {"name": "前の条件", "view": "all", "condition": gone, "owner": "sato@acme.example"}
    )

    with tenant_scope(acme.workspace):
        view = SavedView.objects.get(name="前の条件")
    page = client.get("/leads/", {"view": view.public_id})
    assert (page.context["rows"], len(page.context["asked"].chips())) == ([], 2)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("name", ["tag", "created", "did", "excluded", "condition", "sort", "view"])
def test_the_next_search_states_everything_the_address_does(sign_in: SignIn, name: str) -> None:
    plain = sign_in().get("/leads/", {"view": "all"})
    narrowed = sign_in().get("/leads/", {"view": "all", "excluded": "no", "created": "7d"})

    assert bar(plain).count(name) == 1
    assert (bar_values(narrowed)["excluded"], bar_values(narrowed)["created"]) == ("no", "7d")


def bar_values(page: object) -> dict[str, str]:
    """Names and values of what the filter bar sends without being seen."""
    text = page.content.decode()  # type: ignore[attr-defined]  # Client's answer
    form = text[text.index('class="filter-bar"') : text.index('id="results"')]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))


def bar(page: object) -> list[str]:
    """Every name the filter bar sends, as often as it does."""
    text = page.content.decode()  # type: ignore[attr-defined]  # Client's answer
    form = text[text.index('class="filter-bar"') : text.index('id="results"')]
    return re.findall(r'<(?:input|select)[^>]* name="(\w+)"', form)


@pytest.mark.usefixtures("people")
def test_a_filter_taken_off_a_view_stays_off_at_the_next_search(sign_in: SignIn, acme: NewWorkspace) -> None:
    client = sign_in()
    client.post("/leads/views/save", {"name": "展示会", "view": "all", "tag": "展示会"})
    with tenant_scope(acme.workspace):
        key = SavedView.objects.get(name="展示会").public_id
    (chip,) = client.get("/leads/", {"view": key}).context["asked"].chips()

    taken_off = client.get("/leads/" + chip.href)
    again = client.get("/leads/", {**bar_values(taken_off), "q": "人1"})

    assert len(taken_off.context["rows"]) == 3
    assert [row.lead.last_name for row in again.context["rows"]] == ["人1"]


@pytest.mark.usefixtures("people")
def test_a_choice_that_is_gone_is_still_what_the_filter_bar_says(sign_in: SignIn) -> None:
    page = sign_in().get("/leads/", {"view": "all", "stage": "no_such"})

    assert ("no_such", "no_such") in page.context["stages"]


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    "stated",
    [
        {"selection": '{"condition": {"field": "no.such", "op": "is_set"}}'},
        {"selection": '{"ids": []}'},
        {"selection": '{"ids": [1]}'},
        {"selection": '{"ids": ["lead_1"]}', "columns": "email", "format": "no_such"},
    ],
)
def test_no_file_of_everybody_is_written_after_a_refusal(
    sign_in: SignIn, acme: NewWorkspace, stated: dict[str, str]
) -> None:
    client = sign_in()
    refused = client.post("/exports/new", {"columns": "email", "format": "csv", **stated})

    again = {"columns": "email", "format": "csv", "selection": refused.context["selection"]}
    client.post("/exports/new", again)

    with tenant_scope(acme.workspace):
        written = [export.selection for export in Export.objects.all()]
    assert (refused.status_code, [one for one in written if not one.get("ids")]) == (422, [])
