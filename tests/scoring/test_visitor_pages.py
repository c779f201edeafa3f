"""The ranking of unknown visitors and of possible companies, and the panel on a visitor's page."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from leads.actions import LeadInput, upsert_lead
from ma_platform import clock
from ma_platform.db import sql
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from scoring.actions import rescore, rescore_visitors
from scoring.queries import CompanyFilter, VisitorFilter, ranked_companies, ranked_visitors
from tests.scoring.test_visitors import number, viewed
from tracking.actions import bind_visitor, record_many

KAISHA = ("株式会社会社", "kaisha.example", 80, "list")
OWN = ("自社", "own.example", 100, "own")


def visit(browser: str, company: tuple[str, str, int, str], *, days: int = 0, verdict: int = 0) -> None:
    name, domain, confidence, source = company
    given = {"name": name, "domain": domain, "confidence": confidence, "source": source, "verdict": verdict}
    moment = clock.now() - timedelta(days=days, hours=1)
    sql.run(VISIT, visitor_id=number(browser), at=moment, views=2, visible_ms=61_000, **given)


@pytest.fixture
def ranked(acme, globex):
    """Three unknown visitors with 10, 5 and 5 points, one without, one that is somebody's; two from one company."""
    with tenant_scope(acme.workspace):
        now = clock.now()
        pages = {"two-products-0001": 2, "one-product-00001": 1, "one-product-00002": 1, "nothing-scored-01": 0}
        read = [viewed(name, f"/products/{n}", at=now) for name, count in pages.items() for n in range(count)]
        record_many(
            [*read, *(viewed(name, "/about", at=now) for name in pages), viewed("known-browser-001", "/products/9")]
        )
        known = upsert_lead(LeadInput(email="a@kaisha.example", company="会社", job_title="部長"), by=None, now=now)
        bind_visitor("known-browser-001", known.lead_id or 0, "form", now)
        visit("two-products-0001", KAISHA)
        visit("one-product-00001", KAISHA, days=20)
        visit("one-product-00002", OWN)
        visit("nothing-scored-01", ("機械", "machine.example", 90, "learned"), verdict=1)
        rescore([known.lead_id or 0], now=now)
        rescore_visitors([number(name) for name in [*pages, "known-browser-001"]], now=now)
    return acme.workspace


def shown(workspace: Any, **asked: Any) -> list[tuple[str, int]]:
    with tenant_scope(workspace):
        return [(row.key, row.points) for row in ranked_visitors(VisitorFilter(**asked))]


def test_most_points_come_first_and_only_of_the_unknown(ranked):
    assert shown(ranked) == [("two-products-0001", 10), ("one-product-00002", 5), ("one-product-00001", 5)]


@pytest.mark.parametrize(
    ("asked", "keys"),
    [
        ({"minimum": 6}, ["two-products-0001"]),
        ({"guessed": True}, ["two-products-0001", "one-product-00001"]),
        ({"company": "ＫＡＩＳＨＡ"}, ["two-products-0001", "one-product-00001"]),
        ({"company": "自社"}, []),
    ],
)
def test_filters_narrow_the_ranking(ranked, asked, keys):
    assert [key for key, _points in shown(ranked, **asked)] == keys


def test_the_list_goes_on_where_it_stopped(ranked):
    with tenant_scope(ranked):
        first = ranked_visitors(VisitorFilter(), limit=2)
        rest = ranked_visitors(VisitorFilter(), after=first[-1].position, limit=2)

    assert [row.key for row in (*first, *rest)] == ["two-products-0001", "one-product-00002", "one-product-00001"]


def test_a_row_tells_where_from_how_long_and_whose_office(ranked):
    with tenant_scope(ranked):
        first, own, _third = ranked_visitors(VisitorFilter())

    assert (first.company_name, first.company_confidence, first.views, first.visible_ms) == (
        "株式会社会社",
        80,
        2,
        61_000,
    )
    assert (own.company_name, own.own) == ("", True)


def test_companies_add_up_their_unknown_visitors_and_known_people(ranked):
    with tenant_scope(ranked):
        (company,) = ranked_companies(CompanyFilter(since=clock.now() - timedelta(days=30)))
        shorter = ranked_companies(CompanyFilter(since=clock.now() - timedelta(days=7)))

    assert (company.key, company.confidence, company.visitors, company.visits) == ("kaisha.example", 80, 2, 2)
    assert (company.points, company.unknown_points, company.people, company.known_name) == (20, 15, 1, "会社")
    assert company.page == "/about"
    assert [(one.unknown_points, one.visitors) for one in shorter] == [(10, 1)]


def test_the_pages_show_them_and_link_to_the_visitor(ranked, sign_in: Any):
    client: Client = sign_in()

    visitors = client.get("/visitors/").content.decode()
    companies = client.get("/visitors/companies/").content.decode()
    visitor = client.get("/tracking/visitors/two-products-0001").content.decode()

    assert "/tracking/visitors/two-products-0001" in visitors
    assert "nothing-scored-01" not in visitors
    assert "会社の可能性 (80%)" in visitors
    assert "kaisha.example" in companies
    assert "machine.example" not in companies
    assert "製品詳細ページを閲覧" in visitor


def test_they_are_found_among_the_visitors_and_nowhere_else(ranked, sign_in: Any):
    client: Client = sign_in(Role.VIEWER)

    page = client.get("/visitors/").content.decode()

    assert client.get("/tracking/pages/").content.decode().count('href="/visitors/"') == 1
    rail = page[page.index("<nav") : page.index("</nav>")]
    assert '/visitors/"' not in rail
    assert re.search(r'href="/tracking/live/"[^>]*aria-current="page"', rail)


@pytest.mark.parametrize("address", ["/visitors/?after=e30", "/visitors/companies/?after=WzFd", "/visitors/?after=%%"])
def test_a_forged_position_is_refused(ranked, sign_in: Any, address: str):
    assert sign_in().get(address).status_code == 400


@pytest.mark.parametrize("address", ["/visitors/?points=x&seen=9&guess=maybe", "/visitors/companies/?seen=-1"])
def test_a_filter_nobody_knows_is_no_filter(ranked, sign_in: Any, address: str):
    assert sign_in().get(address).status_code == 200


VISIT = """
    INSERT INTO tracking_session (tenant_id, id, visitor_id, started_at, last_at, views, visible_ms, company_name,
                                  company_domain, company_confidence, company_source, verdict)
    VALUES (%(tenant_id)s, gen_random_uuid(), %(visitor_id)s, %(at)s, %(at)s, %(views)s, %(visible_ms)s, %(name)s,
            %(domain)s, %(confidence)s, %(source)s, %(verdict)s)
"""
