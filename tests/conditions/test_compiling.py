"""Promises of the SQL that random trees do not show."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from conditions import Choice, ConditionRefused, Field, Kind, Vocabulary, compile, describe, explain, parse
from tests.conditions.random_trees import NOW, TOKYO
from tests.conditions.scratch import TENANT, Event, Lead, Subject, found, load
from tests.conditions.words import WITH_SEGMENTS, WORDS

LONG_AGO = NOW - timedelta(days=90)
PRICING = Subject(1, path="/pricing")


def asked(document: Any, **options: Any) -> Any:
    words = options.pop("vocabulary", WORDS)
    return compile(parse(document, vocabulary=words), vocabulary=words, now=NOW, tz=TOKYO, **options)


def test_three_views_in_fourteen_days_are_of_one_set_of_events(cursor: Any) -> None:
    seen = [Event(1, NOW - timedelta(days=days), subject=PRICING) for days in (1, 2, 3)]
    mixed = [replace(seen[0], lead_id=2), replace(seen[1], lead_id=2), Event(2, NOW, subject=Subject(2, path="/"))]
    old = [replace(event, lead_id=3, occurred_at=event.occurred_at - timedelta(days=11)) for event in seen]
    load(cursor, [Lead(each, LONG_AGO) for each in (1, 2, 3)], [*seen, *mixed, *old])

    compiled = asked(
        {"event": "page_viewed", "where": {"field": "path", "op": "eq", "value": "/pricing"},
         "count": {"op": "gte", "value": 3}, "within": {"days": 14}}
    )  # fmt: skip

    assert found(cursor, compiled) == {1}


def test_has_not_asks_only_about_people_known_for_the_whole_window(cursor: Any) -> None:
    load(cursor, [Lead(1, LONG_AGO), Lead(2, NOW - timedelta(days=3)), Lead(3, LONG_AGO)], [Event(3, NOW)])
    has_not = {"event": "page_viewed", "count": {"op": "eq", "value": 0}, "within": {"days": 14}}
    did = {"event": "page_viewed", "within": {"days": 14}}

    assert found(cursor, asked(has_not)) == {1}
    assert found(cursor, asked({"not": did})) == {1, 2}


def test_machines_and_the_future_do_not_count(cursor: Any) -> None:
    events = [Event(1, NOW, verdict=1), Event(1, NOW, verdict=2), Event(1, NOW + timedelta(seconds=1))]
    load(cursor, [Lead(1, LONG_AGO)], events)

    assert found(cursor, asked({"event": "page_viewed"})) == set()


def test_a_negative_test_leaves_unknown_people_out_unless_asked(cursor: Any) -> None:
    load(
        cursor,
        [Lead(1, LONG_AGO, name="東京"), Lead(2, LONG_AGO, name="大阪"), Lead(3, LONG_AGO), Lead(4, LONG_AGO, name="")],
        [],
    )
    test = {"field": "lead.name", "op": "ne", "value": "東京"}

    assert found(cursor, asked(test)) == {2}
    assert found(cursor, asked({**test, "unknown": True})) == {2, 3, 4}


@pytest.mark.parametrize(("relation", "lead"), [("after", 1), ("before", 2)])
def test_an_event_at_the_same_instant_is_neither_before_nor_after(cursor: Any, relation: str, lead: int) -> None:
    people = [Lead(each, LONG_AGO) for each in (1, 2, 3)]
    seen = [Event(each, NOW - timedelta(hours=2)) for each in (1, 2, 3)]
    got = [Event(1, NOW - timedelta(hours=3), 4), Event(2, NOW, 4), Event(3, NOW - timedelta(hours=2), 4)]
    load(cursor, people, seen + got)

    assert found(cursor, asked({"event": "page_viewed", relation: {"event": "asset_downloaded"}})) == {lead}


def test_the_day_itself_is_not_its_anniversary(cursor: Any) -> None:
    today = NOW.astimezone(TOKYO).date()
    load(cursor, [Lead(1, LONG_AGO, contract_day=today), Lead(2, LONG_AGO, contract_day=today.replace(year=2020))], [])
    test = {"field": "lead.contract_day", "op": "anniversary_within", "value": {"days": 1}}

    assert found(cursor, asked(test)) == {2}


@pytest.mark.parametrize("op", ["eq", "contains", "starts_with", "ends_with", "matches"])
@pytest.mark.parametrize("field", ["lead.name", "lead.department", "lead.email_domain", "attributes.plan"])
def test_a_blank_text_is_no_value(cursor: Any, field: str, op: str) -> None:
    load(cursor, [Lead(1, LONG_AGO, name="", department="", email="", attributes={"plan": ""})], [])
    test = {"field": field, "op": op, "value": "a*"}

    assert found(cursor, asked(test)) == set()
    assert found(cursor, asked({"not": test})) == {1}
    assert found(cursor, asked({"field": field, "op": "is_not_set"})) == {1}


def test_width_case_and_kana_are_folded_unless_exact(cursor: Any) -> None:
    load(cursor, [Lead(1, LONG_AGO, department="ﾏｰｹ部"), Lead(2, LONG_AGO, department="マーケ部")], [])
    test = {"field": "lead.department", "op": "eq", "value": "マーケ部"}

    assert found(cursor, asked(test)) == {1, 2}
    assert found(cursor, asked({**test, "exact": True})) == {2}


def test_a_huge_number_in_a_property_is_no_error(cursor: Any) -> None:
    load(cursor, [Lead(1, LONG_AGO)], [Event(1, NOW)])
    cursor.execute("UPDATE leads_lead SET attributes = '{\"plan\": 1e500}'")

    assert found(cursor, asked({"field": "attributes.plan", "op": "gt", "value": 0.5})) == {1}


def test_two_conditions_fit_in_one_statement(cursor: Any) -> None:
    load(cursor, [Lead(1, LONG_AGO, visits=1), Lead(2, LONG_AGO, visits=5)], [])
    few = asked({"field": "lead.visits", "op": "lt", "value": 3}, prefix="few")
    many = asked({"field": "lead.visits", "op": "gt", "value": 3}, prefix="many")
    either = replace(few, sql=f"{few.sql} OR {many.sql}", params={**few.params, **many.params})

    assert not few.params.keys() & many.params.keys()
    assert found(cursor, either) == {1, 2}


def test_judging_a_few_reads_only_their_events(cursor: Any) -> None:
    load(cursor, [Lead(1, LONG_AGO), Lead(2, LONG_AGO)], [Event(1, NOW), Event(2, NOW)])
    document = {"event": "page_viewed", "after": {"event": "page_viewed", "within": {"days": 1}}}
    compiled = asked({"any": [document, {"event": "page_viewed"}]}, among="lead_ids")

    assert compiled.sql.count("event.lead_id = ANY(%(lead_ids)s::bigint[])") == 3
    assert found(cursor, compiled, lead_ids=[2]) == {2}
    assert found(cursor, compiled, lead_ids=[]) == set()


def test_text_of_a_condition_never_reaches_the_sql() -> None:
    nasty = "'; DROP TABLE leads_lead; -- %(x)s"
    texts = [
        {"field": "lead.name", "op": "eq", "value": nasty},
        {"field": f"attributes.{nasty}", "op": "eq", "value": nasty},
        {"event": "page_viewed", "where": {"field": f"properties.{nasty}", "op": "in", "value": [nasty]}},
    ]

    compiled = asked({"all": texts})

    assert "DROP" not in compiled.sql
    assert set(re.findall(r"%\((\w+)\)s", compiled.sql)) == {*compiled.params, "tenant_id"}


def test_nasty_texts_are_only_texts(cursor: Any) -> None:
    nasty = "'; %(x)s %s \\ 100%"
    load(cursor, [Lead(1, LONG_AGO, name=nasty, attributes={nasty: nasty}), Lead(2, LONG_AGO, name="x")], [])
    both = [
        {"field": "lead.name", "op": "contains", "value": nasty},
        {"field": f"attributes.{nasty}", "op": "ends_with", "value": "100%"},
    ]

    assert found(cursor, asked({"all": both})) == {1}


def test_memberships_wait_for_their_word(cursor: Any) -> None:
    load(cursor, [Lead(1, LONG_AGO), Lead(2, LONG_AGO)], [])

    with pytest.raises(ConditionRefused) as refused:
        asked({"segment": "seg_1"})

    assert refused.value.why == "not_yet"
    assert found(cursor, asked({"not": {"segment": "seg_1"}}, vocabulary=WITH_SEGMENTS)) == {2}


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({"field": "lead.name", "op": "is_set"}, "unknown_field"),
        ({"event": "page_viewed"}, "unknown_event"),
    ],
)
def test_words_gone_since_parsing_are_refused(document: Any, why: str) -> None:
    node = parse(document, vocabulary=WORDS)

    with pytest.raises(ConditionRefused) as refused:
        compile(node, vocabulary=Vocabulary(), now=NOW, tz=TOKYO)

    assert refused.value.why == why


PLAIN_TESTS = [
    {"field": "lead.name", "op": "eq", "value": "a"},
    {"field": "lead.name", "op": "starts_with", "value": "a"},
    {"field": "lead.job_rank", "op": "gte", "value": "manager"},
    {"field": "lead.visits", "op": "between", "value": [1, 3]},
    {"field": "lead.ratio", "op": "gt", "value": 0.5},
    {"field": "lead.last_seen_at", "op": "within_last", "value": {"days": 3}},
    {"field": "lead.contract_day", "op": "on", "value": "today"},
]


@pytest.mark.parametrize("document", PLAIN_TESTS)
def test_plain_columns_can_use_their_index_behind_row_level_security(cursor: Any, document: Any) -> None:
    compiled = asked(document)
    column = re.search(r"lead\.(\w+)", compiled.sql)
    assert column is not None
    cursor.execute(f"SAVEPOINT walled; CREATE INDEX ON leads_lead (tenant_id, {column[1]})")
    cursor.execute(
        "CREATE VIEW walled WITH (security_barrier) AS SELECT * FROM leads_lead WHERE tenant_id = 7;"
        " SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off"
    )

    cursor.execute(
        f"EXPLAIN SELECT id FROM walled AS lead WHERE {compiled.sql}", {**compiled.params, "tenant_id": TENANT}
    )
    plan = "\n".join(line for (line,) in cursor.fetchall())
    cursor.execute("ROLLBACK TO walled")

    assert column[1] in re.search(r"Index Cond: (.*)", plan)[1]  # type: ignore[index]  # no match fails the test


def test_explanation_names_one_column_for_each_node() -> None:
    document = {"all": [{"event": "page_viewed"}, {"not": {"field": "lead.name", "op": "is_set"}}]}

    explained = explain(parse(document, vocabulary=WORDS), vocabulary=WORDS, now=NOW, tz=TOKYO, prefix="why")

    assert [column for column in explained.columns if column.count("_") == 2] == [
        "why_node_0",
        "why_node_1",
        "why_node_2",
        "why_node_3",
    ]
    assert {"why_node_1_found", "why_node_1_due", "why_node_3_found"} <= set(explained.columns)


def test_choices_of_a_workspace_are_looked_up_once_for_a_whole_list() -> None:
    asked_for = []

    def choices() -> list[Choice]:
        asked_for.append(1)
        return [Choice(f"s{number}", f"s{number}") for number in range(300)]

    words = Vocabulary(Field("lead.stage", Kind.RANK, "lead.stage", "stage", choices=choices))
    document = {"field": "lead.stage", "op": "in", "value": [f"s{number}" for number in range(300)]}

    node = parse(document, vocabulary=words)
    parsing = len(asked_for)
    compile(node, vocabulary=words, now=NOW, tz=TOKYO)
    compiling = len(asked_for) - parsing
    describe(node, locale="ja", vocabulary=words)

    assert (parsing, compiling, len(asked_for)) == (1, 1, 3)
