"""Every URL × method × role answers as the table says; the table and the resolver name the same addresses."""

from __future__ import annotations

import pytest

from ma_platform.tenancy.permissions import ROLE_CAPABILITIES
from tests.walls.crawl import Crawler, promised, routes
from tests.walls.populated import Tenant
from tests.walls.routes import ROWS, Row, Who

CALLS = [
    pytest.param(row, method, who, id=f"{method} {row.name}") for row in ROWS for method, who in row.methods.items()
]
PAGES = [call for call in CALLS if not call.values[0].is_api]
API_CALLS = [call for call in CALLS if call.values[0].is_api]
EVERY_ROW = [pytest.param(row, id=row.name) for row in ROWS]


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    named = {row.name for row in ROWS}

    assert (routes() - named, named - routes()) == (set(), set())


def test_no_address_has_two_rows() -> None:
    names = [row.name for row in ROWS]

    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize(("row", "method", "who"), PAGES)
def test_a_page_answers_each_role_as_promised(crawler: Crawler, row: Row, method: str, who: Who) -> None:
    assert crawler.roles(row, method) == promised(who, ROLE_CAPABILITIES)


@pytest.mark.parametrize(("row", "method", "who"), API_CALLS)
def test_an_api_call_needs_a_key_with_its_scope(
    crawler: Crawler, acme_tenant: Tenant, row: Row, method: str, who: Who
) -> None:
    with_scope = crawler.ask(row, method, key=acme_tenant.made.api_key)
    without_scope = crawler.without(who, row, method)
    without_key = crawler.ask(row, method)

    assert with_scope.status in (200, 201, 202, 204), with_scope.content
    assert (without_scope.status, without_scope.headers["Content-Type"]) == (403, "application/problem+json")
    assert (without_key.status, without_key.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("row", EVERY_ROW)
def test_a_method_the_table_does_not_name_is_not_allowed(crawler: Crawler, row: Row) -> None:
    assert set(crawler.unanswered(row).values()) <= {405}, crawler.unanswered(row)


GARBAGE = ("x", "%00", "WyJ4Il0", "WzEsMl0", "99999999999999999999")
ASKED = ("q", "cursor", "after", "before", "limit", "sort", "show", "state", "status", "stage", "score", "step", "to")
READS = [pytest.param(row, id=row.name) for row in ROWS if row.GET is not None]


@pytest.mark.parametrize("row", READS)
def test_a_garbled_question_never_breaks_a_page(crawler: Crawler, row: Row) -> None:
    queries = ["&".join(f"{name}={garbage}" for name in ASKED) for garbage in GARBAGE]

    answers = {query[:12]: crawler.status_of(row, query) for query in queries}

    assert [status for status in answers.values() if status == 500] == [], answers
