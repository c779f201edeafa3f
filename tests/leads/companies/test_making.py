"""Companies added and deleted by a member, and those that rows which were refused would have made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from leads.actions import LeadInput, upsert_companies, upsert_leads
from leads.actions.companies import create_company
from leads.actions.company_ends import erase_company
from leads.actions.company_joins import join_companies
from leads.actions.exclusions import NewExclusion, add_exclusion, remove_exclusion
from leads.actions.merge import merge_leads
from leads.actions.unmerge import unmerge
from leads.models import Company, CompanyAlias, FieldHistory, Lead
from lifecycle.actions import DealInput, upsert_deals
from lifecycle.models import Deal
from ma_platform.audit.models import AuditEntry
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace

SignIn = Callable[..., Client]
NUMBER = "7000012050002"
FORM = {"name": "株式会社甲商事", "corporate_number": NUMBER, "domain": "ko.example", "employees": "30"}


def test_a_company_is_added_and_one_like_it_is_offered_first(sign_in: SignIn, acme: NewWorkspace) -> None:
    browser = sign_in()
    wrong = browser.post("/companies/new", {**FORM, "corporate_number": "7000012050003"})
    made = browser.post("/companies/new", FORM)
    typed = browser.get("/companies/alike", {"name": "㈱甲商事"}).content.decode()
    same = browser.post("/companies/new", {"name": "別名", "corporate_number": NUMBER, "anyway": "1"})
    alike = browser.post("/companies/new", {"name": "一般財団法人 甲商事"})
    other = browser.post("/companies/new", {"name": "一般財団法人 甲商事", "anyway": "1"})

    assert [one.status_code for one in (wrong, made, same, alike, other)] == [422, 302, 422, 422, 302]
    assert made["Location"] in typed
    assert made["Location"] in same.content.decode()
    for said, answer in (("検査用", wrong), ("この会社はすでに登録されています", same), ("別の会社として追加", alike)):
        assert said in answer.content.decode()
    with tenant_scope(acme.workspace):
        assert list(Company.objects.order_by("pk").values_list("name", "corporate_number", "employees")) == [
            ("株式会社甲商事", NUMBER, 30),
            ("一般財団法人 甲商事", "", None),
        ]


def _furnished(in_acme: NewWorkspace, now: datetime) -> Company:
    said = [LeadInput(email=f"p{number}@ko.example", company="甲社") for number in "12"]
    upsert_leads(said, by=None, now=now)
    ((aside, _),) = upsert_companies([{"name": "旧甲社"}], now=now)
    company: Company = Company.objects.get(name="甲社")
    create_company({"name": "甲社販売", "parent": company}, by=in_acme.owner, now=now)
    upsert_deals([DealInput(external_id="D1", name="商談", company="甲社")], now=now)
    join_companies(company, Company.objects.get(public_id=aside), by=in_acme.owner, now=now)
    return company


def test_a_deleted_company_leaves_its_people_deals_and_subsidiaries(in_acme: NewWorkspace, now: datetime) -> None:
    company = _furnished(in_acme, now)

    ended = erase_company(company, by=in_acme.owner, now=now)

    assert ended.people == 2
    assert list(Lead.objects.values_list("company_id", flat=True)) == [None, None]
    assert list(Deal.objects.values_list("company_id", flat=True)) == [None]
    assert list(Company.objects.values_list("name", "parent_id")) == [("甲社販売", None)]
    assert CompanyAlias.objects.count() == 0
    assert FieldHistory.objects.filter(field="company", value="", source="user").count() == 2
    line = AuditEntry.objects.get(verb="company.erased")
    assert line.facts == {"name": "甲社", "people": 2}


def test_nobody_goes_back_to_a_company_that_is_gone(in_acme: NewWorkspace, now: datetime) -> None:
    said = [LeadInput(email="a@x.example"), LeadInput(email="b@x.example", company="甲社")]
    keep, drop = (Lead.objects.get(pk=done.lead_id) for done in upsert_leads(said, by=None, now=now))
    merge = merge_leads(keep, drop, by=in_acme.owner, now=now)
    Lead.objects.filter(pk=keep.pk).update(company_id=create_company({"name": "乙社"}, by=None, now=now).pk)
    erase_company(Company.objects.get(name="甲社"), by=in_acme.owner, now=now)

    unmerge(merge, by=in_acme.owner, now=now)

    assert list(Lead.objects.order_by("pk").values_list("company__name", "merged_into")) == [
        ("乙社", None),
        (None, None),
    ]


def test_the_page_asks_for_the_name_and_the_api_deletes(sign_in: SignIn, api: Client, acme: NewWorkspace) -> None:
    browser = sign_in(Role.ADMIN)
    first, second = (browser.post("/companies/new", {"name": name})["Location"] for name in ("(株)甲社", "乙工業"))
    page = browser.get(first).content.decode()
    refused = browser.post(f"{first}/delete", {"confirm": "甲社"}, follow=True).content.decode()
    done = browser.post(f"{first}/delete", {"confirm": "(株)甲社"}, follow=True).content.decode()
    deleted = api.delete(f"/api/v1{second}").status_code

    assert r'pattern="\(株\)甲社"' in page
    assert "名前が一致しないため" in refused
    assert "会社を削除しました。" in done
    assert (deleted, api.get(f"/api/v1{second}").status_code) == (204, 404)


def test_a_company_on_the_exclusion_list_is_not_deleted(
    sign_in: SignIn, api: Client, acme: NewWorkspace, now: datetime
) -> None:
    with tenant_scope(acme.workspace):
        company = _furnished(acme, now)
        line = add_exclusion(NewExclusion("company", "旧甲社", "competitor"), by=acme.owner, now=now)
    url, browser = f"/api/v1/companies/{company.public_id}", sign_in(Role.ADMIN)

    said = browser.post(f"/companies/{company.public_id}/delete", {"confirm": "甲社"}, follow=True).content.decode()
    refused = api.delete(url)
    with tenant_scope(acme.workspace):
        left_out = Lead.objects.filter(company=company).count()
        remove_exclusion(line, by=acme.owner, now=now)

    assert "この会社は除外リストにあります（旧甲社）" in said
    assert (refused.status_code, refused.json()["code"], left_out) == (409, "company_excluded", 2)
    assert api.delete(url).status_code == 204


def test_the_address_of_a_joined_company_does_not_delete_the_other(
    api: Client, acme: NewWorkspace, now: datetime
) -> None:
    with tenant_scope(acme.workspace):
        company = _furnished(acme, now)
        aside = Company.objects.get(merged_into=company)

    refused = api.delete(f"/api/v1/companies/{aside.public_id}")

    assert (refused.status_code, company.public_id in refused.content.decode()) == (409, True)
    assert api.get(f"/api/v1/companies/{company.public_id}").status_code == 200


@pytest.mark.parametrize(("email", "companies"), [("not an address", []), ("ok@x.example", ["丙社"])])
def test_a_row_that_is_refused_makes_no_company(
    in_acme: NewWorkspace, now: datetime, email: str, companies: list[str]
) -> None:
    said = LeadInput(email=email, company="丙社", owner="stranger@x.example" if not companies else None)

    upsert_leads([said, LeadInput(company="丁社"), LeadInput(email="a@x.example")], by=None, now=now)

    assert list(Company.objects.values_list("name", flat=True)) == companies
