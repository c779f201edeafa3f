"""Another tenant's id is answered exactly as one that does not exist, changes nothing there and shows nothing of it."""

from __future__ import annotations

import pytest

from tests.leads.person.archive import lists
from tests.walls.crawl import Crawler, placeholders
from tests.walls.foreign import Watch, asked_twice
from tests.walls.populated import Tenant
from tests.walls.questions import LOOKED_UP
from tests.walls.routes import ROWS, Anybody, Row

pytestmark = pytest.mark.xdist_group("walls-foreign")

GUARDED = [
    (row, method)
    for row in ROWS
    for method, who in row.methods.items()
    if who not in (Anybody.TOKEN, Anybody.OPEN, Anybody.LOCAL)
]
BY_ADDRESS = [pytest.param(row, method, id=f"{method} {row.name}") for row, method in GUARDED if placeholders(row.args)]
BY_BODY = [
    pytest.param(row, method, id=f"{method} {row.name}")
    for row, method in GUARDED
    if method != "GET" and placeholders(row.body) - {"asker"}
]
BY_QUERY = [
    pytest.param(row, method, id=f"{method} {row.name}?{'&'.join(row.query)}")
    for row, method in (*GUARDED, *((row, "GET") for row in LOOKED_UP))
    if placeholders(row.query)
]


def test_the_crawl_reaches_every_place() -> None:
    assert (len(BY_ADDRESS) > 40, len(BY_BODY) > 10, len(BY_QUERY) > 10) == (True, True, True)


@pytest.mark.parametrize(("row", "method"), BY_ADDRESS)
def test_a_foreign_id_in_the_address_is_answered_as_a_missing_one_and_changes_nothing_there(
    crawler: Crawler, globex_tenant: Tenant, over_there: Watch, row: Row, method: str
) -> None:
    theirs = {name: globex_tenant.ids[name] for name in placeholders(row.args)}

    asked = asked_twice(crawler, row, method, "address", theirs, over_there)

    assert asked.foreign == asked.missing
    assert (asked.foreign[0], asked.changed) == (404, set())


@pytest.mark.parametrize(("row", "method"), BY_BODY)
def test_a_foreign_id_in_the_body_is_answered_as_a_missing_one_and_changes_nothing_there(
    crawler: Crawler, globex_tenant: Tenant, over_there: Watch, row: Row, method: str
) -> None:
    theirs = {name: globex_tenant.ids[name] for name in placeholders(row.body) - {"asker"}}

    asked = asked_twice(crawler, row, method, "body", theirs, over_there)

    assert asked.foreign == asked.missing
    assert asked.changed == set()


@pytest.mark.parametrize(("row", "method"), BY_QUERY)
def test_a_foreign_id_in_the_query_is_answered_as_a_missing_one_and_changes_nothing_there(
    crawler: Crawler, globex_tenant: Tenant, over_there: Watch, row: Row, method: str
) -> None:
    theirs = {name: globex_tenant.ids[name] for name in placeholders(row.query)}

    asked = asked_twice(crawler, row, method, "query", theirs, over_there)

    assert asked.foreign == asked.missing
    assert asked.changed == set()


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


def test_the_comparison_would_see_a_change(crawler: Crawler, acme_tenant: Tenant) -> None:
    row, watch = next(row for row in ROWS if row.name == "leads:tag"), Watch(acme_tenant.made.workspace)

    tagged = crawler.ask(row, "POST", role="owner", look=watch.changed)
    moved = crawler.ask(next(row for row in ROWS if row.name == "settings"), "POST", role="owner", look=watch.changed)

    assert tagged.found >= {"leads_tag", "leads_leadtag", "tracking_event"}
    assert moved.found >= {"tenancy_workspace", "audit_auditentry"}
    assert watch.changed() == set()
