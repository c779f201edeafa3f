"""A workspace's own fields in sentences: choices by their names."""

from __future__ import annotations

from typing import Any

import pytest

from conditions import describe, parse
from leads.actions.attributes import AttributeInput, create_attribute


@pytest.mark.parametrize(
    ("kind", "test", "sentence"),
    [
        ("multi_choice", {"op": "contains", "value": "iot"}, "関心にモノのネットを含む"),
        ("multi_choice", {"op": "contains", "value": "gone"}, "関心に「gone」を含む"),
        ("multi_choice", {"op": "in", "value": ["ai", "iot"]}, "関心が人工知能、モノのネットのいずれか"),
        ("choice", {"op": "eq", "value": "ai"}, "関心が人工知能"),
    ],
)
def test_choices_are_said_by_their_names(in_acme, now, kind: str, test: dict[str, Any], sentence: str) -> None:
    choices = (("ai", "人工知能"), ("iot", "モノのネット"))
    create_attribute(AttributeInput(key="likes", label="関心", kind=kind, choices=choices), by=None, now=now)

    assert describe(parse({"field": "lead.attributes.likes", **test}), locale="ja") == sentence
