"""The door: what is refused, and where the refusal points."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conditions import ConditionRefused, Vocabulary, parse, parse_where
from conditions.times import Duration, Period
from conditions.tree import All, Count, Did, Member, Not, Order, Test
from conditions.tree import Any as AnyOf
from tests.conditions.random_trees import condition
from tests.conditions.words import WORDS

junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["eq", "path", "days"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["all", "op", "days", "value"]), inner),
    max_leaves=4,
)
KEYS = [
    "all",
    "any",
    "not",
    "field",
    "op",
    "value",
    "unknown",
    "exact",
    "event",
    "where",
    "count",
    "within",
    "sum",
    "after",
]

NAME = {"field": "lead.name", "op": "eq", "value": "a"}
SEEN = {"event": "page_viewed"}


def one(field: str, op: str, *value: Any, **flags: Any) -> dict[str, Any]:
    return {"field": field, "op": op, **({"value": value[0]} if value else {}), **flags}


def nested(levels: int) -> Any:
    document: Any = NAME
    for _ in range(levels - 1):
        document = {"not": document}
    return document


def test_the_whole_grammar_becomes_a_tree() -> None:
    document = {
        "all": [
            {"any": [NAME, {"not": one("lead.visits", "is_set")}]},
            {"event": "page_viewed", "where": one("path", "eq", "/pricing"), "within": {"days": 14},
             "count": {"op": "gte", "value": 3}, "after": {"event": "asset_downloaded"}},
            one("lead.last_seen_at", "on", "this_week"),
            one("lead.tags", "not_in", ["a", "b"], unknown=True),
            {"flow": "flw_1", "state": "waiting_at", "step": "s3"},
        ]
    }  # fmt: skip

    assert parse(document, vocabulary=WORDS) == All(
        (
            AnyOf((Test("lead.name", "eq", "a"), Not(Test("lead.visits", "is_set")))),
            Did(
                "page_viewed",
                where=Test("path", "eq", "/pricing"),
                count=Count("gte", 3),
                within=Duration(14, "days"),
                order=Order("after", Did("asset_downloaded")),
            ),
            Test("lead.last_seen_at", "on", Period("this_week")),
            Test("lead.tags", "not_in", ("a", "b"), unknown=True),
            Member("flow", "flw_1", state="waiting_at", step="s3"),
        )
    )


REFUSALS = [
    ([], "/", "shape"),
    ("x", "/", "shape"),
    ({}, "/", "one_of"),
    ({"all": [NAME], "any": [NAME]}, "/", "one_of"),
    ({"all": []}, "/all", "empty"),
    ({"all": NAME}, "/all", "shape"),
    ({"all": [NAME, 3]}, "/all/1", "shape"),
    ({"all": [NAME], "note": 1}, "/note", "unknown_key"),
    ({"all": [NAME, {"not": one("lead.name", "eq", 3)}]}, "/all/1/not/value", "shape"),
    (one("lead.nmae", "eq", "a"), "/field", "unknown_field"),
    (one("attributes.", "eq", "a"), "/field", "unknown_field"),
    ({"field": 1, "op": "eq", "value": "a"}, "/field", "shape"),
    ({"field": "lead.name", "value": "a"}, "/", "missing_key"),
    (one("lead.name", "equals", "a"), "/op", "unknown_op"),
    (one("lead.name", "gt", "a"), "/op", "op_kind"),
    (one("lead.tags", "eq", "a"), "/op", "op_kind"),
    (one("lead.name", "eq"), "/", "missing_key"),
    (one("lead.name", "is_set", "a"), "/value", "unknown_key"),
    ({**NAME, "path": "/x"}, "/path", "unknown_key"),
    (one("lead.name", "eq", ""), "/value", "empty"),
    (one("lead.name", "eq", None), "/value", "shape"),
    (one("lead.name", "eq", "a\0"), "/value", "characters"),
    (one("lead.name", "eq", "\ud800"), "/value", "characters"),
    (one("lead.name", "eq", "a" * 1001), "/value", "too_long"),
    (one("lead.name", "in", "a"), "/value", "shape"),
    (one("lead.name", "in", []), "/value", "empty"),
    (one("lead.name", "in", ["a", 1]), "/value/1", "shape"),
    (one("lead.name", "in", ["a"] * 1001), "/value", "too_many"),
    (one("lead.name", "matches", "("), "/value", "pattern"),
    (one("lead.name", "matches", "(a)\\1"), "/value", "pattern"),
    (one("lead.name", "matches", "a" * 201), "/value", "pattern"),
    (one("lead.name", "eq", "a", unknown=True), "/unknown", "unknown_place"),
    (one("lead.name", "ne", "a", unknown="yes"), "/unknown", "shape"),
    (one("lead.name", "eq", "a", exact=1), "/exact", "shape"),
    (one("lead.visits", "eq", 1, exact=True), "/exact", "exact_place"),
    (one("attributes.plan", "eq", 1, exact=True), "/exact", "exact_place"),
    (one("lead.visits", "eq", True), "/value", "shape"),
    (one("lead.visits", "eq", "1"), "/value", "shape"),
    (one("lead.visits", "eq", float("nan")), "/value", "too_large"),
    (one("lead.visits", "eq", float("inf")), "/value", "too_large"),
    (one("lead.visits", "eq", 2**63), "/value", "too_large"),
    (one("lead.visits", "between", [1]), "/value", "shape"),
    (one("lead.visits", "between", [3, 1]), "/value", "backwards"),
    (one("lead.visits", "between", [1, False]), "/value/1", "shape"),
    (one("lead.subscribed", "eq", 1), "/value", "shape"),
    (one("lead.job_rank", "gte", "boss"), "/value", "choice"),
    (one("lead.job_rank", "between", ["director", "staff"]), "/value", "backwards"),
    (one("lead.stage", "gte", "mql"), "/op", "op_kind"),
    (one("lead.contract_day", "before", "2026-02-30"), "/value", "shape"),
    (one("lead.contract_day", "before", "20260201"), "/value", "shape"),
    (one("lead.contract_day", "before", "9999-12-31"), "/value", "too_large"),
    (one("lead.contract_day", "before", "2026-02-01T00:00:00Z"), "/value", "shape"),
    (one("lead.contract_day", "within_last", {"hours": 3}), "/value/hours", "shape"),
    (one("lead.contract_day", "anniversary_within", {"days": 367}), "/value/days", "too_large"),
    (one("lead.contract_day", "on", "someday"), "/value", "shape"),
    (one("lead.last_seen_at", "before", "2026-02-01T00:00:00"), "/value", "shape"),
    (one("lead.last_seen_at", "before", "2026-02-01T25:00:00Z"), "/value", "shape"),
    (one("lead.last_seen_at", "before", "2026-02-01T05:00:00+16:00"), "/value", "shape"),
    (one("lead.last_seen_at", "within_last", {"days": 1, "hours": 2}), "/value", "shape"),
    (one("lead.last_seen_at", "within_last", {"days": True}), "/value/days", "shape"),
    (one("lead.last_seen_at", "within_last", {"days": 0}), "/value/days", "shape"),
    (one("lead.last_seen_at", "within_last", {"days": 1.5}), "/value/days", "shape"),
    (one("lead.last_seen_at", "within_last", {"days": 99999}), "/value/days", "too_large"),
    (one("lead.last_seen_at", "within_last", {"business_days": 3}), "/value", "unknown_key"),
    (one("attributes.plan", "gt", "a"), "/value", "shape"),
    (one("attributes.plan", "contains", 1), "/value", "shape"),
    (one("attributes.plan", "in", ["a", 1]), "/value", "shape"),
    (one("attributes.plan", "in", [True, 1]), "/value", "shape"),
    ({"event": "page_seen"}, "/event", "unknown_event"),
    ({**SEEN, "times": 3}, "/times", "unknown_key"),
    ({**SEEN, "count": 3}, "/count", "shape"),
    ({**SEEN, "count": {"op": "gte"}}, "/count", "missing_key"),
    ({**SEEN, "count": {"op": "ne", "value": 1}}, "/count/op", "shape"),
    ({**SEEN, "count": {"op": [], "value": 1}}, "/count/op", "shape"),
    ({**SEEN, "count": {"op": "gte", "value": -1}}, "/count/value", "shape"),
    ({**SEEN, "count": {"op": "gte", "value": 1.5}}, "/count/value", "shape"),
    ({**SEEN, "count": {"op": "gte", "value": True}}, "/count/value", "shape"),
    ({**SEEN, "within": 14}, "/within", "shape"),
    ({**SEEN, "sum": "path"}, "/sum", "not_countable"),
    ({**SEEN, "sum": "paths"}, "/sum", "unknown_field"),
    ({**SEEN, "sum": "visits", "count": {"op": "gte", "value": 1.5}}, "/count/value", "shape"),
    ({**SEEN, "where": {"field": "visits", "op": "gte", "value": 2}}, "/where/field", "unknown_field"),
    ({**SEEN, "where": SEEN}, "/where/event", "where_only"),
    ({**SEEN, "where": {"all": [{"segment": "seg_1"}]}}, "/where/all/0/segment", "where_only"),
    ({**SEEN, "where": NAME}, "/where/field", "unknown_field"),
    ({**SEEN, "after": SEEN, "before": SEEN}, "/before", "unknown_key"),
    ({**SEEN, "after": NAME}, "/after/field", "unknown_key"),
    ({**SEEN, "after": {**SEEN, "count": {"op": "eq", "value": 0}}}, "/after/count", "unknown_key"),
    ({**SEEN, "after": {}}, "/after", "one_of"),
    ({"segment": 3}, "/segment", "shape"),
    ({"flow": "flw_1"}, "/state", "shape"),
    ({"flow": "flw_1", "state": "waiting_at"}, "/step", "missing_key"),
    ({"flow": "flw_1", "state": "in", "step": "s1"}, "/step", "unknown_key"),
    ({"flow": "flw_1", "state": "in", "reason": "x"}, "/reason", "unknown_key"),
    ({"flow": "flw_1", "state": "ended", "reason": ""}, "/reason", "empty"),
    ({**SEEN, "around": SEEN}, "/around", "missing_key"),
    ({**SEEN, "after": {**SEEN, "distance": {"days": 0}}}, "/after/distance/days", "shape"),
    ({**SEEN, "distance": {"days": 3}}, "/distance", "unknown_key"),
    ({"account": {"field": "lead.nmae", "op": "is_set"}}, "/account/field", "unknown_field"),
    ({"account": NAME, "field": "lead.name"}, "/", "one_of"),
    ({**SEEN, "where": {"account": NAME}}, "/where/account", "where_only"),
    ({"account": {"all": [NAME] * 99}}, "/account/all/98", "too_many"),
    (nested(9), "/not" * 8, "too_deep"),
    ({"all": [NAME] * 100}, "/all/99", "too_many"),
    ({"all": [{**SEEN, "where": {"any": [one("path", "eq", "/")] * 60}}] * 2}, "/all/1/where/any/35", "too_many"),
]


@pytest.mark.parametrize(("document", "path", "why"), REFUSALS)
def test_a_bad_part_is_refused_by_its_path(document: Any, path: str, why: str) -> None:
    with pytest.raises(ConditionRefused) as refused:
        parse(document, vocabulary=WORDS)

    assert (refused.value.path, refused.value.why) == (path, why)


def test_the_refusal_says_the_path_and_the_reason() -> None:
    with pytest.raises(ConditionRefused) as refused:
        parse({"any": [one("lead.nmae", "is_set")]}, vocabulary=WORDS, at="/entry")

    assert refused.value.path == "/entry/any/0/field"
    assert str(refused.value).startswith("/entry/any/0/field: ")
    assert "lead.nmae" in str(refused.value)


def test_the_limits_themselves_are_allowed() -> None:
    assert isinstance(parse(nested(8), vocabulary=WORDS), Not)
    assert isinstance(parse({"all": [NAME] * 99}, vocabulary=WORDS), All)


def test_a_day_may_stand_where_a_moment_may() -> None:
    test = parse(one("lead.last_seen_at", "before", "2026-04-01"), vocabulary=WORDS)

    assert test == Test("lead.last_seen_at", "before", date(2026, 4, 1))


def test_a_where_knows_only_the_words_of_events() -> None:
    assert parse_where(one("path", "eq", "/"), vocabulary=WORDS) == Test("path", "eq", "/")
    with pytest.raises(ConditionRefused):
        parse_where(NAME, vocabulary=WORDS)


def test_an_empty_vocabulary_knows_nothing() -> None:
    with pytest.raises(ConditionRefused):
        parse(SEEN, vocabulary=Vocabulary())


def test_a_field_cannot_be_registered_twice() -> None:
    with pytest.raises(ValueError, match="twice"):
        Vocabulary(*WORDS.fixed()[:1], *WORDS.fixed()[:1])


@settings(max_examples=120, deadline=None, derandomize=True)
@given(start=condition, key=st.sampled_from(KEYS), value=junk)
def test_nonsense_is_read_or_refused_and_never_breaks(start: Any, key: str, value: Any) -> None:
    document = {"all": [start, {**start, key: value}]}

    assert read(document) is None or read(document).path.startswith("/all/")


def read(document: Any) -> Any:
    """The refusal, or None."""
    try:
        parse(document, vocabulary=WORDS)
    except ConditionRefused as refused:
        return refused
    return None
