"""What a condition depends on."""

from __future__ import annotations

from typing import Any

import pytest

from conditions import Refs, parse, refs
from tests.conditions.words import WORDS


def test_what_is_asked_about_colleagues_is_read_too() -> None:
    recent = {"event": "page_viewed", "within": {"days": 1}}

    found = refs(parse({"not": {"account": {"any": [{"segment": "seg_1"}, recent]}}}, vocabulary=WORDS))

    assert found == Refs(events=frozenset({"page_viewed"}), segments=frozenset({"seg_1"}), clock=True, account=True)


def test_every_word_and_id_is_found_wherever_it_stands() -> None:
    document = {
        "all": [
            {"not": {"field": "lead.name", "op": "is_set"}},
            {"any": [{"segment": "seg_1"}, {"flow": "flw_1", "state": "in"}, {"segment": "seg_2"}]},
            {
                "event": "page_viewed",
                "where": {"any": [{"field": "path", "op": "eq", "value": "/"}]},
                "sum": "visible_ms",
                "before": {"event": "asset_downloaded", "where": {"field": "title", "op": "is_set"}},
            },
        ]
    }

    assert refs(parse(document, vocabulary=WORDS)) == Refs(
        fields=frozenset({"lead.name"}),
        events=frozenset({"page_viewed", "asset_downloaded"}),
        event_fields=frozenset({"path", "title", "visible_ms"}),
        segments=frozenset({"seg_1", "seg_2"}),
        flows=frozenset({"flw_1"}),
        clock=False,
    )


@pytest.mark.parametrize(
    ("document", "clock"),
    [
        ({"field": "lead.last_seen_at", "op": "within_last", "value": {"days": 1}}, True),
        ({"field": "lead.contract_day", "op": "anniversary_within", "value": {"days": 1}}, True),
        ({"field": "lead.contract_day", "op": "on", "value": "today"}, True),
        ({"field": "lead.contract_day", "op": "on", "value": "2026-04-01"}, False),
        ({"event": "page_viewed"}, False),
        ({"event": "page_viewed", "within": {"days": 1}}, True),
        ({"event": "page_viewed", "after": {"event": "page_viewed", "within": {"days": 1}}}, True),
    ],
)
def test_time_alone_can_change_some_answers(document: Any, clock: bool) -> None:
    assert refs(parse(document, vocabulary=WORDS)).clock is clock
