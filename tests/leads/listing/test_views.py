"""The list as a member arranges it: columns, conditions, saved views, both directions, nobody who stands aside."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from django.test import Client

from leads.actions import LeadInput, upsert_leads
from leads.models import Attribute, Lead, SavedView
from leads.queries import LeadFilter, LeadRow, count_leads, list_leads
from leads.queries import listing as listing_queries
from leads.queries.bulk import reach
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from scoring.models import Score, ScoreModel

SignIn = Callable[..., Client]
TARO = LeadInput(email="taro@acme.example", last_name="山田", first_name="太郎", company="アクメ", job_title="部長")
HANAKO = LeadInput(email="hanako@globe.example", last_name="佐藤", first_name="花子", job_title="主任")
DIRECTORS = {"field": "lead.job_title", "op": "eq", "value": "部長"}


@pytest.fixture
def people(acme: NewWorkspace, now: datetime) -> None:
    with tenant_scope(acme.workspace):
        upsert_leads([TARO, HANAKO], by=None, now=now)


def shown(client: Client, **query: str) -> list[str]:
    return [row.lead.last_name for row in client.get("/leads/", query).context["rows"]]


def heads(client: Client, **query: str) -> list[str]:
    return [column.key for column in client.get("/leads/", query).context["columns"]]


def test_columns_are_kept_per_member_in_their_order(people: None, sign_in: SignIn) -> None:
    mine, theirs = sign_in(), sign_in(Role.SALES)
    usual = heads(theirs)

    mine.post("/leads/columns", {"view": "all", "column": ["phone", "company", "no_such"]})

    assert heads(mine) == ["phone", "company"]
    assert heads(theirs) == usual


def test_as_usual_forgets_the_arrangement(people: None, sign_in: SignIn) -> None:
    client = sign_in()
    usual = heads(client)
    client.post("/leads/columns", {"view": "all", "column": ["phone"]})

    client.post("/leads/columns", {"view": "all", "column": ["phone"], "usual": "1"})

    assert heads(client) == usual


def test_a_custom_attribute_is_a_column(people: None, acme: NewWorkspace, sign_in: SignIn, now: datetime) -> None:
    with tenant_scope(acme.workspace):
        choices = [{"key": "a", "label": "Aランク"}]
        Attribute.objects.create(key="rating", label="評価", kind="choice", choices=choices, created_at=now)
        Lead.objects.filter(last_name="山田").update(attributes={"rating": "a"})
    client = sign_in()

    client.post("/leads/columns", {"view": "all", "column": ["attributes.rating"]})
    page = client.get("/leads/")

    assert [row.cells[0] for row in page.context["rows"]].count("Aランク") == 1
    assert "評価" in page.content.decode()


def test_a_full_condition_narrows_the_list_and_says_so(people: None, sign_in: SignIn) -> None:
    client = sign_in()

    page = client.get("/leads/", {"condition": json.dumps(DIRECTORS)})

    assert [row.lead.last_name for row in page.context["rows"]] == ["山田"]
    assert "部長" in page.context["asked"].chips()[0].text


@pytest.mark.parametrize("condition", ["{", '{"field": "no.such", "op": "eq", "value": 1}', "[1]"])
def test_a_condition_nobody_understands_shows_nobody(people: None, sign_in: SignIn, condition: str) -> None:
    page = sign_in().get("/leads/", {"condition": condition})

    assert page.status_code == 200
    assert page.context["rows"] == []


def test_a_shared_view_opens_for_colleagues_and_a_private_one_does_not(people: None, sign_in: SignIn) -> None:
    mine, theirs = sign_in(), sign_in(Role.VIEWER)
    mine.post("/leads/views/save", {"name": "部長", "shared": "on", "condition": json.dumps(DIRECTORS)})
    mine.post("/leads/views/save", {"name": "花子", "q": "佐藤"})

    tabs = {tab["name"]: tab["key"] for tab in theirs.get("/leads/").context["tabs"]}

    assert "花子" not in tabs
    assert shown(theirs, view=str(tabs["部長"])) == ["山田"]


def test_a_view_is_renamed_updated_opened_with_and_deleted(people: None, sign_in: SignIn, acme: NewWorkspace) -> None:
    client = sign_in()
    client.post("/leads/views/save", {"name": "部長", "condition": json.dumps(DIRECTORS)})
    with tenant_scope(acme.workspace):
        key = SavedView.objects.get(name="部長").public_id

    client.post(f"/leads/views/{key}/edit", {"name": "主任", "shared": "on"})
    client.post(f"/leads/views/{key}/keep", {"view": key, "condition": "", "q": "佐藤"})
    client.post("/leads/views/opens", {"view": key})

    assert shown(client) == ["佐藤"]
    assert len(shown(client, view="all")) == 2
    client.post(f"/leads/views/{key}/delete")
    assert len(shown(client)) == 2


def test_only_its_owner_changes_a_view(people: None, sign_in: SignIn, acme: NewWorkspace) -> None:
    sign_in().post("/leads/views/save", {"name": "部長", "shared": "on", "q": "山田"})
    with tenant_scope(acme.workspace):
        key = SavedView.objects.get(name="部長").public_id
    other = sign_in(Role.MARKETER)

    answers = [other.post(f"/leads/views/{key}/{verb}", {"name": "x"}).status_code for verb in ("edit", "delete")]

    assert answers == [302, 302]
    assert shown(other, view=key) == ["山田"]


def test_two_views_of_one_name_are_refused(people: None, sign_in: SignIn, acme: NewWorkspace) -> None:
    client = sign_in()

    for _ in range(2):
        client.post("/leads/views/save", {"name": "部長"})

    with tenant_scope(acme.workspace):
        assert SavedView.objects.filter(name="部長").count() == 1


def test_pages_go_forth_and_back(acme: NewWorkspace, sign_in: SignIn, now: datetime) -> None:
    with tenant_scope(acme.workspace):
        upsert_leads([LeadInput(email=f"p{number:03}@x.example") for number in range(120)], by=None, now=now)
    client = sign_in()
    first = client.get("/leads/")

    second = client.get("/leads/" + first.context["next_url"])
    back = client.get("/leads/" + second.context["previous_url"])

    assert [row.lead.id for row in back.context["rows"]] == [row.lead.id for row in first.context["rows"]]
    assert first.context.get("previous_url", "") == back.context.get("previous_url", "") == ""


@pytest.mark.usefixtures("in_acme")
def test_merged_people_stand_aside(now: datetime) -> None:
    upsert_leads([TARO, HANAKO], by=None, now=now)
    taro = Lead.objects.get(last_name="山田")
    Lead.objects.filter(last_name="佐藤").update(merged_into=taro)

    names = [row.last_name for row in list_leads(LeadFilter())]

    assert names == ["山田"]
    assert count_leads(LeadFilter()) == (1, True)
    assert list_leads(LeadFilter(q="佐藤")) == []


@pytest.mark.usefixtures("in_acme")
def test_a_count_beyond_its_bound_is_an_estimate(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    upsert_leads([LeadInput(email=f"p{number}@x.example") for number in range(20)], by=None, now=now)
    monkeypatch.setattr(listing_queries, "COUNT_LIMIT", 10)

    total, exact = count_leads(LeadFilter())

    assert not exact
    assert total >= 11


@pytest.mark.usefixtures("in_acme")
def test_a_search_that_many_match_counts_them_all(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    upsert_leads([LeadInput(email=f"p{number}@x.example") for number in range(20)], by=None, now=now)
    monkeypatch.setattr(listing_queries, "BRANCH_LIMIT", 10)

    assert count_leads(LeadFilter(q="x.example")) == (20, True)
    assert reach({"q": "x.example"}, now=now).total == 20


@pytest.mark.parametrize(("sort", "order"), [("-score", ["9", "5", "2"]), ("score", ["2", "5", "9"])])
def test_people_without_a_score_come_last_so_that_list_count_and_bulk_are_the_same(
    in_acme: NewWorkspace, now: datetime, sort: str, order: list[str]
) -> None:
    given = {"a": 5, "b": None, "c": 9, "d": None, "e": 2}
    scored([*given, "f"], given, now=now)
    aside = Lead.objects.get(email="f@x.example")
    Lead.objects.filter(pk=aside.pk).update(merged_into_id=Lead.objects.get(email="a@x.example").pk)

    pages = walked(LeadFilter(sort=sort, limit=2))

    assert [len(page) for page in pages] == [2, 2, 1]
    assert [row.sort_value for page in pages for row in page] == [*order, "", ""]
    assert len({row.id for page in pages for row in page}) == count_leads(LeadFilter(sort=sort))[0] == 5
    assert [turned_back(pages, at, sort) for at in (1, 2)] == pages[:2]
    assert reach({"q": "", "condition": None}, now=now).total == 5


def scored(names: list[str], given: dict[str, int | None], *, now: datetime) -> None:
    """People by name, and their score: None where they are left out of scoring, no line at all for the others."""
    said = [LeadInput(email=f"{name}@x.example") for name in names]
    ids = {name: one.lead_id for name, one in zip(names, upsert_leads(said, by=None, now=now), strict=True)}
    Score.objects.all().delete()
    model = ScoreModel.objects.get(key="default")
    for name, total in given.items():
        if total is not None or name == "b":
            Score.objects.create(lead_id=ids[name], model=model, total=total, version=1, computed_at=now)


def walked(wanted: LeadFilter) -> list[list[LeadRow]]:
    """Every page, as the pager turns them."""
    pages = [list_leads(wanted)]
    while len(pages[-1]) == wanted.limit:
        pages.append(list_leads(replace(wanted, after=pages[-1][-1].position)))
    return pages


def turned_back(pages: list[list[LeadRow]], at: int, sort: str) -> list[LeadRow]:
    """The page before the one at this place, as turning back finds it."""
    return list_leads(LeadFilter(sort=sort, limit=2, after=pages[at][0].position, back=True))
