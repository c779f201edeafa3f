"""Every value a company was given is remembered with the one before, where it came from, who wrote it, and when."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client

from leads.actions import LeadInput, upsert_companies, upsert_lead
from leads.actions.attributes import AttributeInput, create_attribute, edit_company_attributes
from leads.actions.companies import create_company, edit_company
from leads.actions.company_ends import erase_company
from leads.actions.company_joins import join_companies, undo_join
from leads.actions.sensitive import mark_field
from leads.models import Company, CompanyHistory
from leads.queries.company_past import company_past
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.leads.imports.filing import imported, text_of, undone

pytestmark = pytest.mark.django_db
Line = tuple[str, object, object]


def past(name: str) -> list[tuple[str, dict[str, list[object]]]]:
    """(source, {field: [before, after]}) of a company, the oldest first."""
    found = CompanyHistory.objects.filter(company__name=name).order_by("id")
    return list(found.values_list("source", "changes"))


def seats(made: NewWorkspace, now: datetime) -> None:
    said = AttributeInput(label="席数", kind="number", key="seats", subject="company")
    create_attribute(said, by=made.owner, now=now)


def test_what_a_member_writes_is_remembered(in_acme: NewWorkspace, now: datetime) -> None:
    seats(in_acme, now)
    company = create_company({"name": "甲社", "industry": "製造"}, by=in_acme.owner, now=now)
    edit_company(company, {"industry": "小売", "parent": None, "employees": 5}, by=in_acme.owner, now=now)

    edit_company_attributes(company, {"seats": "12"}, by=in_acme.owner, now=now)

    assert past("甲社") == [
        ("user", {"name": [None, "甲社"]}),
        ("user", {"industry": [None, "製造"]}),
        ("user", {"industry": ["製造", "小売"], "employees": [None, 5]}),
        ("user", {"attributes.seats": [None, 12]}),
    ]
    assert set(CompanyHistory.objects.values_list("by", "at")) == {(in_acme.owner.pk, now)}


def test_what_changes_nothing_is_not_remembered(in_acme: NewWorkspace, now: datetime) -> None:
    upsert_companies([{"name": "甲社", "industry": "製造"}], now=now)

    upsert_companies([{"name": "甲社", "industry": "製造"}], now=now)
    edit_company(Company.objects.get(), {"industry": "製造"}, by=None, now=now)

    assert past("甲社") == [("api", {"name": [None, "甲社"]}), ("api", {"industry": [None, "製造"]})]


def test_a_parent_goes_by_its_name(in_acme: NewWorkspace, now: datetime) -> None:
    parent, company = (create_company({"name": name}, by=None, now=now) for name in ("親", "子"))

    edit_company(company, {"parent": parent}, by=None, now=now)

    assert past("子")[-1] == ("api", {"parent": [None, "親"]})


def test_a_file_is_remembered_and_so_is_taking_it_back(in_acme: NewWorkspace, now: datetime) -> None:
    seats(in_acme, now)
    upsert_companies([{"name": "甲社", "industry": "製造"}], now=now, source="demo")
    content = text_of([["会社名", "業種", "attributes.seats"], ["甲社", "小売", "3"], ["新会社", "金融", ""]]).encode()
    transfer = imported(content, by=in_acme.owner, now=now, kind="companies")
    said = f"import:{transfer.public_id}"
    new = past("新会社")

    undone(transfer, by=in_acme.owner, now=now)

    assert new == [(said, {"name": [None, "新会社"]}), (said, {"industry": [None, "金融"]})]
    assert past("甲社")[-2:] == [
        (said, {"industry": ["製造", "小売"], "attributes.seats": [None, 3]}),
        (f"undo:{said}", {"industry": ["小売", "製造"], "attributes.seats": [3, None]}),
    ]
    assert past("新会社") == []


def test_a_company_made_for_a_person_says_who_stated_it(in_acme: NewWorkspace, now: datetime) -> None:
    upsert_lead(LeadInput(email="a@kou.example", company="甲社"), by=None, now=now, source="form:sub_1")

    assert past("甲社") == [("form:sub_1", {"name": [None, "甲社"], "domain": [None, "kou.example"]})]


def test_joining_and_parting_are_remembered(in_acme: NewWorkspace, now: datetime) -> None:
    seats(in_acme, now)
    keep, drop = (create_company({"name": name}, by=in_acme.owner, now=now) for name in ("甲社", "乙社"))
    edit_company(drop, {"industry": "製造"}, by=in_acme.owner, now=now)
    edit_company_attributes(drop, {"seats": "7"}, by=in_acme.owner, now=now)

    join = join_companies(keep, drop, by=in_acme.owner, now=now)
    undo_join(join, by=in_acme.owner, now=now)

    assert past("甲社")[1:] == [
        (f"join:{join.public_id}", {"industry": [None, "製造"], "attributes.seats": [None, 7]}),
        (f"undo:join:{join.public_id}", {"industry": ["製造", None], "attributes.seats": [7, None]}),
    ]


def test_the_past_of_a_deleted_company_goes_with_it_and_with_those_joined_into_it(
    in_acme: NewWorkspace, now: datetime
) -> None:
    keep, drop = (create_company({"name": name}, by=in_acme.owner, now=now) for name in ("甲社", "乙社"))
    join_companies(keep, drop, by=in_acme.owner, now=now)

    erase_company(keep, by=in_acme.owner, now=now)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    assert CompanyHistory.objects.count() == 0


def test_the_newest_ten_values_of_each_field_are_told(in_acme: NewWorkspace, now: datetime) -> None:
    company = create_company({"name": "甲社"}, by=in_acme.owner, now=now)
    for employees in range(1, 13):
        edit_company(company, {"employees": employees}, by=None, now=now + timedelta(minutes=employees))
        company.refresh_from_db()

    told = company_past(company)

    assert [(one.before, one.after) for one in told["employees"]][::9] == [(11, 12), (2, 3)]
    assert [(one.after, one.source, one.by) for one in told["name"]] == [("甲社", "user", str(in_acme.owner))]


def page(made: NewWorkspace, browser: Client) -> str:
    with tenant_scope(made.workspace):
        address = Company.objects.get().public_id
    return browser.get(f"/companies/{address}").content.decode()


def test_the_page_of_a_company_shows_what_was_before_and_where_it_came_from(
    acme: NewWorkspace, sign_in, now: datetime
) -> None:
    with tenant_scope(acme.workspace):
        seats(acme, now)
        company = create_company({"name": "甲社", "industry": "製造業"}, by=acme.owner, now=now)
        edit_company(company, {"industry": "小売業"}, by=acme.owner, now=now)
        edit_company_attributes(company, {"seats": "41"}, by=acme.owner, now=now)

    shown = page(acme, sign_in())

    assert "製造業 → 小売業" in shown
    assert "— → 41" in shown
    assert f"手動 · {acme.owner}" in shown


def test_a_sensitive_field_is_not_in_the_past_of_a_company(acme: NewWorkspace, sign_in, now: datetime) -> None:
    with tenant_scope(acme.workspace):
        seats(acme, now)
        company = create_company({"name": "甲社"}, by=acme.owner, now=now)
        edit_company_attributes(company, {"seats": "4123"}, by=acme.owner, now=now)
        mark_field("company.attributes.seats", by=acme.owner, now=now)

    shown = page(acme, sign_in(Role.VIEWER))

    assert ("4123" in shown, "甲社" in shown) == (False, True)
