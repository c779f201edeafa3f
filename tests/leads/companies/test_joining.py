"""Two companies made one and two again: everything handed over comes back exactly, later things stay."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from leads.actions import LeadInput, upsert_companies, upsert_leads
from leads.actions.companies import CompanyRefused, add_alias, edit_company
from leads.actions.company_finding import find_firms
from leads.actions.company_joins import join_companies, undo_join
from leads.models import Company, CompanyAlias, Lead
from leads.queries import find_company, list_companies
from lifecycle.actions import DealInput, upsert_deals
from lifecycle.models import Deal
from ma_platform.workspaces.actions.workspaces import NewWorkspace


def company(name: str, now: datetime, **facts: Any) -> Company:  # Any: facts of a company
    ((public_id, _),) = upsert_companies([{"name": name, **facts}], now=now)
    return Company.objects.get(public_id=public_id)


def dump() -> dict[str, list[tuple[Any, ...]]]:  # Any: columns
    times = ("created_at", "updated_at")
    columns = [field.attname for field in Company._meta.concrete_fields if field.attname not in times]
    return {
        "companies": list(Company.objects.order_by("pk").values_list(*columns)),
        "people": list(Lead.objects.order_by("pk").values_list("pk", "company_id")),
        "aliases": list(CompanyAlias.objects.order_by("pk").values_list("pk", "company_id", "key")),
        "deals": list(Deal.objects.order_by("pk").values_list("pk", "company_id")),
    }


@pytest.fixture
def pair(in_acme: NewWorkspace, now: datetime) -> tuple[Company, Company]:
    keep = company("さくら電機", now, domain="sakura.example", prefecture="東京都")
    drop = company("サクラ電気工業", now, domain="sakura-denki.example", industry="製造業", employees=120)
    for number, firm in enumerate(("さくら電機", "サクラ電気工業", "サクラ電気工業")):
        upsert_leads([LeadInput(email=f"p{number}@x.example", company=firm)], by=None, now=now)
    add_alias(drop, "name", "SDK", by=in_acme.owner, now=now)
    edit_company(company("さくら販売", now), {"parent": drop}, by=in_acme.owner, now=now)
    upsert_deals([DealInput(external_id="D1", name="商談", company="サクラ電気工業")], now=now)
    return keep, drop


def test_a_join_hands_everything_over_and_undo_hands_it_back(in_acme, pair, now):
    keep, drop = pair
    before = dump()

    made = join_companies(keep, drop, by=in_acme.owner, now=now)

    keep.refresh_from_db()
    assert (keep.domain, keep.industry, keep.employees, keep.prefecture) == ("sakura.example", "製造業", 120, "東京都")
    assert [row.leads for row in list_companies(q="さくら電機")] == [3]
    assert set(Deal.objects.values_list("company_id", flat=True)) == {keep.pk}
    assert [firm and firm.id for firm in find_firms(["サクラ電気工業", "SDK"])] == [keep.pk, keep.pk]
    assert find_company(drop.public_id) == keep
    assert [row.name for row in list_companies(sort="name")] == ["さくら販売", "さくら電機"]

    assert undo_join(made, by=in_acme.owner, now=now) is True
    assert undo_join(made, by=in_acme.owner, now=now) is False
    assert dump() == before


def test_what_came_after_the_join_stays(in_acme, pair, now):
    keep, drop = pair
    made = join_companies(keep, drop, by=in_acme.owner, now=now)
    later = now + timedelta(hours=1)
    upsert_leads([LeadInput(email="late@x.example", company="サクラ電気工業")], by=None, now=later)
    upsert_leads([LeadInput(email="p1@x.example", company="転職先")], by=None, now=later)
    keep.refresh_from_db()
    edit_company(keep, {"industry": "電気機器"}, by=in_acme.owner, now=later)

    undo_join(made, by=in_acme.owner, now=later)

    keep.refresh_from_db()
    assert (keep.industry, keep.employees) == ("電気機器", None)
    assert dict(Lead.objects.values_list("email", "company__name")) == {
        "p0@x.example": "さくら電機",
        "p1@x.example": "転職先",
        "p2@x.example": "サクラ電気工業",
        "late@x.example": "さくら電機",
    }


def test_a_chain_of_joins_comes_apart_in_any_order(in_acme, pair, now):
    keep, drop = pair
    top = company("親会社", now)
    before = dump()
    first = join_companies(keep, drop, by=in_acme.owner, now=now)
    second = join_companies(top, Company.objects.get(pk=keep.pk), by=in_acme.owner, now=now)
    assert find_company(drop.public_id) == top

    undo_join(first, by=in_acme.owner, now=now)
    assert find_company(drop.public_id) == drop
    undo_join(second, by=in_acme.owner, now=now)

    assert {key: value for key, value in dump().items() if key != "companies"} == {
        key: value for key, value in before.items() if key != "companies"
    }


def test_one_that_stands_aside_is_not_joined_again(in_acme, pair, now):
    keep, drop = pair
    join_companies(keep, drop, by=in_acme.owner, now=now)

    for one, other in ((keep, drop), (drop, keep), (keep, keep)):
        with pytest.raises(CompanyRefused):
            join_companies(one, other, by=in_acme.owner, now=now)
