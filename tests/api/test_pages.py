"""Cursor pages: everything once, in order, and no cursor but ours."""

from __future__ import annotations

import pytest
from django.http import HttpResponse

from leads.actions import LeadInput, upsert_leads
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.api.conftest import Send
from tests.conftest import NOW


@pytest.fixture
def people(acme: NewWorkspace, globex: NewWorkspace) -> set[str]:
    """120 leads of acme and one of globex."""
    with tenant_scope(globex.workspace):
        upsert_leads([LeadInput(email="x@globex.example")], by=None, now=NOW)
    rows = [LeadInput(email=f"p{number:03}@client.example") for number in range(120)]
    with tenant_scope(acme.workspace):
        return {str(done.public_id) for done in upsert_leads(rows, by=None, now=NOW)}


def walk(call: Send, path: str) -> list[list[str]]:
    """The ids of every page."""
    pages, following = [], path
    while following:
        answer = call("GET", following.partition("/api/v1/")[2] or following)
        pages.append([lead["id"] for lead in answer.json()["results"]])
        following = answer.json()["next"]
    return pages


@pytest.mark.parametrize(("limit", "sizes"), [(50, [50, 50, 20]), (120, [120]), (60, [60, 60]), (119, [119, 1])])
def test_every_lead_comes_once(call: Send, people: set[str], limit: int, sizes: list[int]):
    pages = walk(call, f"leads?limit={limit}")

    seen = [one for page in pages for one in page]
    assert [len(page) for page in pages] == sizes
    assert (len(seen), set(seen)) == (120, people)


def test_without_a_limit_a_page_has_fifty(call: Send, people: set[str]):
    assert len(call("GET", "leads").json()["results"]) == 50


def test_the_next_address_keeps_the_question(call: Send, people: set[str]):
    following = call("GET", "leads?limit=5&q=p00").json()["next"]

    assert "q=p00" in following
    assert "limit=5" in following


@pytest.mark.parametrize("limit", ["0", "201", "-1", "many", ""])
def test_a_limit_out_of_bounds_is_refused(call: Send, limit: str):
    assert call("GET", f"leads?limit={limit}").status_code == 422


PAGED = ["leads", "companies", "deals", "emails", "flows", "submissions"]
FORGED = ["x", "%00", "W10", "WyJ4Il0", "e30", "WzFd", "WzEsMl0", "WyJ4Iiwib25lIiwidHdvIl0", "WzFlMzBd"]


@pytest.mark.parametrize("cursor", FORGED)
@pytest.mark.parametrize("path", PAGED)
def test_a_forged_cursor_is_refused_or_harmless(call: Send, path: str, cursor: str):
    answer: HttpResponse = call("GET", f"{path}?cursor={cursor}")

    assert answer.status_code in (200, 422)
