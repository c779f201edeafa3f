"""The score model document: what is understood, and where it is refused."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

import pytest

from ma_platform.errors import Refused
from scoring.default_model import DEFAULT
from scoring.document import parse

RULE = {"key": "x", "name": "x", "event": "page_viewed", "points": 1}


def changed(path: str, value: object) -> dict[str, Any]:
    """The default document with one part replaced."""
    document = copy.deepcopy(DEFAULT)
    part: Any = document
    *way, last = [int(step) if step.isdecimal() else step for step in path.strip("/").split("/")]
    for step in way:
        part = part[step]
    part[last] = value
    return document


def test_the_default_document_is_understood() -> None:
    book = parse(DEFAULT)

    assert [rule.key for rule in book.rules] == ["shiryo_a", "shiryo_b", "webinar", "product"]
    assert (book.hot.enter, book.hot.leave, book.hot.cooldown) == (15, 12, timedelta(days=7))
    assert (book.rules[3].repeat.mode, book.rules[3].cap, book.group_caps) == ("once_per_object", 15, {"web": 60})
    assert (book.fit_rules[0].name.said("ja"), book.fit_rules[0].name.said("en")) == ("役職が課長", "Section manager")


@pytest.mark.parametrize(
    ("path", "value", "refused_at"),
    [
        ("/v", 2, "/v"),
        ("/key", "Not A Key", "/key"),
        ("/name", "", "/name"),
        ("/surprise", 1, "/surprise"),
        ("/fit/rules/0/points", "5", "/fit/rules/0/points"),
        ("/fit/rules/0/points", True, "/fit/rules/0/points"),
        ("/fit/rules/0/when", {"field": "lead.shoe", "op": "eq", "value": 1}, "/fit/rules/0/when/field"),
        ("/fit/rules/0/when", {"account": {"event": "page_viewed"}}, "/fit/rules/0/when"),
        ("/fit/rules/0/when", {"not": {"field": "company.score", "op": "is_set"}}, "/fit/rules/0/when"),
        ("/fit/rules/1/key", "kacho", "/fit/rules/1/key"),
        ("/engagement/rules/0/key", "kacho", "/engagement/rules/0/key"),
        ("/engagement/rules/0", {**RULE, "group": "shop"}, "/engagement/rules/0/group"),
        ("/engagement/rules/0", {**RULE, "repeat": {"mode": "often"}}, "/engagement/rules/0/repeat/mode"),
        ("/engagement/rules/0", {**RULE, "repeat": {"mode": "max", "n": 3}}, "/engagement/rules/0/repeat/per"),
        ("/engagement/rules/0", {**RULE, "decay": {"mode": "linear", "days": 3}}, "/engagement/rules/0/decay/mode"),
        ("/engagement/rules/0", {**RULE, "delay": {"hours": 2}}, "/engagement/rules/0/delay/hours"),
        (
            "/engagement/rules/0",
            {**RULE, "where": {"all": [{"field": "path", "op": "bigger", "value": "/"}]}},
            "/engagement/rules/0/where/all/0/op",
        ),
        ("/engagement/floor", 3, "/engagement/floor"),
        ("/matrix/fit", {"A": 1, "B": 2, "C": 0}, "/matrix/fit"),
        ("/matrix/fit", {"A": 5, "B": 1}, "/matrix/fit"),
        ("/matrix/engagement", {"1": 5, "3": 0}, "/matrix/engagement/3"),
        ("/hot/any", [], "/hot/any"),
        ("/hot/any/0/total/leave", 16, "/hot/any/0/total/leave"),
        ("/hot/any/0", {"cells": ["Z9"]}, "/hot/any/0/cells/0"),
        ("/hot/any/0", {"account": {"people": 3, "days": 7}}, "/hot/any/0/account"),
        ("/exclude", [{"reason": "競合"}], "/exclude/0/when"),
    ],
)
def test_a_bad_part_is_refused_at_its_path(path: str, value: object, refused_at: str) -> None:
    with pytest.raises(Refused) as caught:
        parse(changed(path, value))

    assert caught.value.path == refused_at
    assert str(caught.value.reason)


def test_an_event_nobody_has_stated_is_refused(in_acme: object) -> None:
    with pytest.raises(Refused) as caught:
        parse(changed("/engagement/rules/0", {**RULE, "event": "page_eaten"}))

    assert caught.value.path == "/engagement/rules/0/event"


def test_a_document_that_is_no_object_is_refused_at_the_top() -> None:
    with pytest.raises(Refused) as caught:
        parse([1])

    assert caught.value.path == "/"


def test_decay_none_and_no_delay_are_understood() -> None:
    parse(changed("/engagement/rules/0", {**RULE, "decay": {"mode": "none"}, "delay": {"hours": 0}}))
