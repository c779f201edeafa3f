"""Which browsers a condition holds for: of everybody, of one, and why."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from conditions import ConditionRefused
from ma_platform.db import sql
from ma_platform.tenancy.scope import tenant_scope
from tests.conftest import NOW
from tests.people import make_person
from tracking.actions import NewFact, SubjectRef, bind_visitor, record_many
from tracking.catalogue import Event
from tracking.queries import browser_ids
from tracking.queries.audience import count_matching, explain, holding, parse, visitors_matching

PRICING = {"event": "page_viewed", "where": {"field": "path", "op": "eq", "value": "/pricing"}}
DIRECTOR = {"field": "lead.job_rank", "op": "gte", "value": "director"}
NOT_FREE = {"field": "lead.email_kind", "op": "ne", "value": "free"}


def viewed(browser: str, path: str, *, at: datetime = NOW) -> NewFact:
    return NewFact(Event.PAGE_VIEWED, at, visitor=browser, subject=SubjectRef("page", f"https://x.example{path}"))


@pytest.fixture
def three(acme, globex, in_acme):
    """Browsers: a director's, an unknown one that read the prices, an unknown one that read something else."""
    with tenant_scope(globex.workspace):
        record_many([viewed("another-tenants-01", "/pricing")])
    bind_visitor("a-directors-brows", make_person(job_title="部長"), "form", NOW)
    record_many([viewed("a-directors-brows", "/pricing"), viewed("unknown-reader-01", "/pricing")])
    record_many([viewed("unknown-reader-02", "/about", at=NOW - timedelta(days=40))])
    return {name: number(name) for name in ("a-directors-brows", "unknown-reader-01", "unknown-reader-02")}


def number(browser: str) -> int:
    (found,) = browser_ids([browser])
    return found


@pytest.mark.parametrize(
    ("document", "chosen"),
    [
        (PRICING, ["a-directors-brows", "unknown-reader-01"]),
        (DIRECTOR, ["a-directors-brows"]),
        ({"not": DIRECTOR}, ["unknown-reader-01", "unknown-reader-02"]),
        (NOT_FREE, ["a-directors-brows"]),
        ({**NOT_FREE, "unknown": True}, ["a-directors-brows", "unknown-reader-01", "unknown-reader-02"]),
        ({"all": [PRICING, {"field": "visitor.known", "op": "eq", "value": False}]}, ["unknown-reader-01"]),
        ({**PRICING, "count": {"op": "eq", "value": 0}, "within": {"days": 14}}, ["unknown-reader-02"]),
        ({"field": "visitor.last_seen_at", "op": "not_within_last", "value": {"days": 30}}, ["unknown-reader-02"]),
    ],
)
def test_a_condition_chooses_browsers_known_and_unknown(three: dict[str, int], document: Any, chosen: list[str]):
    node = parse(document)

    expected = sorted(three[name] for name in chosen)
    assert visitors_matching(node, now=NOW) == expected
    assert count_matching(node, now=NOW) == len(expected)
    assert sorted(one for one in three.values() if holding(one, [node], now=NOW) == [True]) == expected


def test_several_are_judged_at_once_in_their_order(three: dict[str, int]):
    nodes = [parse(PRICING), parse(DIRECTOR), parse({"not": PRICING})]

    assert holding(three["unknown-reader-01"], nodes, now=NOW) == [True, False, False]
    assert holding(0, nodes, now=NOW) == [False, False, False]
    assert holding(three["unknown-reader-01"], [], now=NOW) == []


def test_why_is_told_node_by_node(three: dict[str, int]):
    told = explain(parse({"any": [DIRECTOR, PRICING]}), three["unknown-reader-01"], now=NOW)

    assert told is not None
    assert (told.result, [child.result for child in told.children]) == (True, [False, True])
    assert explain(parse(PRICING), 0, now=NOW) is None


def test_the_list_goes_on_after_a_browser(three: dict[str, int]):
    everybody = sorted(three.values())

    assert visitors_matching(parse(NOT_FREE | {"unknown": True}), now=NOW, limit=2) == everybody[:2]
    assert visitors_matching(parse(NOT_FREE | {"unknown": True}), now=NOW, after=everybody[1]) == everybody[2:]


def test_the_source_and_the_possible_company_are_the_browsers_own(three: dict[str, int]):
    sql.run(TELL, visitor_id=three["unknown-reader-01"])
    domain = parse({"field": "visitor.company_domain", "op": "eq", "value": "kaisha.example"})
    source = parse({"field": "source.first.utm_source", "op": "eq", "value": "google"})

    assert holding(three["unknown-reader-01"], [domain, source], now=NOW) == [True, True]
    assert visitors_matching(domain, now=NOW) == [three["unknown-reader-01"]]


def test_a_word_nobody_knows_is_refused():
    with pytest.raises(ConditionRefused):
        parse({"field": "visitor.shoe_size", "op": "eq", "value": 43})


TELL = """
    WITH source AS (
        UPDATE tracking_visitor SET first_source = '{"utm_source": "google"}'
         WHERE tenant_id = %(tenant_id)s AND id = %(visitor_id)s
    )
    INSERT INTO tracking_session (tenant_id, id, visitor_id, started_at, last_at, company_name, company_domain,
                                  company_confidence, company_source)
    VALUES (%(tenant_id)s, gen_random_uuid(), %(visitor_id)s, now(), now(), '会社', 'kaisha.example', 80, 'list')
"""


def test_the_api_tells_a_web_server_which_conditions_hold_for_a_browser(three, acme, globex, client):
    def asked(made: object, browser: str, *conditions: object) -> Any:
        key = {"Authorization": f"Bearer {made.api_key}"}  # type: ignore[attr-defined]  # a new workspace
        body = {"visitor": browser, "conditions": list(conditions)}
        return client.post("/api/v1/visitors/match", body, content_type="application/json", headers=key)

    unknown = asked(acme, "unknown-reader-01", PRICING, DIRECTOR)
    refused = asked(acme, "unknown-reader-01", PRICING, {"field": "visitor.nothing", "op": "eq", "value": 1})

    assert unknown.json() == {"visitor": "unknown-reader-01", "seen": True, "holds": [True, False]}
    assert asked(acme, "a-directors-brows", PRICING, DIRECTOR).json()["holds"] == [True, True]
    assert asked(globex, "unknown-reader-01", PRICING).json() == {
        "visitor": "unknown-reader-01",
        "seen": False,
        "holds": [False],
    }
    assert (refused.status_code, "/conditions/1" in refused.content.decode()) == (422, True)
    assert asked(acme, "unknown-reader-01", *[PRICING] * 21).status_code == 422
