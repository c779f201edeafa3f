"""Another tenant's id is answered exactly as one that does not exist, changes nothing there and shows nothing of it."""

from __future__ import annotations

import pytest

from tests.leads.person.archive import lists
from tests.walls.crawl import Crawler, named
from tests.walls.foreign import asked_twice, belongings, kept, text_of
from tests.walls.populated import Tenant
from tests.walls.routes import ROWS, Anybody, Row

GUARDED = [
    (row, method)
    for row in ROWS
    for method, who in row.methods.items()
    if who not in (Anybody.TOKEN, Anybody.OPEN, Anybody.LOCAL)
]
ALL = [pytest.param(row, method, id=f"{method} {row.name}") for row, method in GUARDED]
BY_ADDRESS = [pytest.param(row, method, id=f"{method} {row.name}") for row, method in GUARDED if named(row.args)]
BY_BODY = [
    pytest.param(row, method, id=f"{method} {row.name}")
    for row, method in GUARDED
    if method != "GET" and named(row.body) - {"asker"}
]


def test_the_crawl_reaches_both_places() -> None:
    assert (len(BY_ADDRESS) > 40, len(BY_BODY) > 10) == (True, True)


@pytest.mark.parametrize(("row", "method"), BY_ADDRESS)
def test_a_foreign_id_in_the_address_is_answered_as_a_missing_one(
    crawler: Crawler, globex_tenant: Tenant, row: Row, method: str
) -> None:
    theirs = {name: globex_tenant.ids[name] for name in named(row.args)}

    foreign, missing = asked_twice(crawler, row, method, theirs, "ids")

    assert foreign == missing
    assert foreign[0] == 404


@pytest.mark.parametrize(("row", "method"), BY_BODY)
def test_a_foreign_id_in_the_body_is_answered_as_a_missing_one(
    crawler: Crawler, globex_tenant: Tenant, row: Row, method: str
) -> None:
    theirs = {name: globex_tenant.ids[name] for name in named(row.body) - {"asker"}}

    foreign, missing = asked_twice(crawler, row, method, theirs, "said")

    assert foreign == missing


@pytest.mark.parametrize(("row", "method"), [*BY_ADDRESS, *BY_BODY])
def test_asking_with_foreign_ids_changes_nothing_there(
    crawler: Crawler, globex_tenant: Tenant, theirs_before: dict[str, str], row: Row, method: str
) -> None:
    after = kept(crawler, row, method, globex_tenant.ids, globex_tenant.made.workspace)

    assert after == theirs_before


@pytest.mark.parametrize(("row", "method"), ALL)
def test_no_answer_shows_anything_of_another_tenant(
    crawler: Crawler, globex_tenant: Tenant, row: Row, method: str
) -> None:
    key = crawler.tenant.made.api_key if row.is_api else ""

    answer = crawler.ask(row, method, role="owner", key=key)

    assert globex_tenant.mark not in text_of(answer).lower()


def test_what_is_kept_about_a_person_is_handed_out_without_another_tenants(
    crawler: Crawler, acme_tenant: Tenant, globex_tenant: Tenant
) -> None:
    row = next(row for row in ROWS if row.name == "api:lead_export")

    answer = crawler.ask(row, "GET", role="owner", key=acme_tenant.made.api_key)
    document, tables = lists(answer.content)

    assert [one["last_name"] for one in document["person"]] == [f"{acme_tenant.mark}山田"]
    assert {name for name, rows in document.items() if rows and name != "exported_at"} == set(tables)
    assert tables.keys() >= {
        "consents",
        "history",
        "events",
        "mails",
        "runs",
        "submissions",
        "deals",
        "scores",
    }
    assert len(tables["events"]) == len(document["events"]) + 1
    assert globex_tenant.mark not in str((document, tables)).lower()


def test_the_crawl_would_see_a_leak(crawler: Crawler, acme_tenant: Tenant) -> None:
    pages = {row.name: row for row in ROWS}

    seen = [text_of(crawler.ask(pages[name], "GET", role="owner")).lower() for name in ("leads:page", "mailing:list")]

    assert [acme_tenant.mark in text for text in seen] == [True, True]


def test_the_comparison_would_see_a_change(crawler: Crawler, acme_tenant: Tenant) -> None:
    workspace, row = acme_tenant.made.workspace, next(row for row in ROWS if row.name == "leads:tag")
    before = belongings(workspace)

    after = kept(crawler, row, "POST", acme_tenant.ids, workspace)

    assert {table for table in after if after[table] != before[table]} >= {"leads_tag", "leads_leadtag"}
