"""Only facts that can change a score are scored."""

from __future__ import annotations

from typing import Any

import pytest

from scoring.default_model import DEFAULT
from scoring.document import parse
from scoring.heeding import heeds
from tracking.catalogue import Event


def excluding(when: dict[str, Any]) -> dict[str, Any]:
    return {**DEFAULT, "exclude": [{"reason": "対象外", "when": when}]}


@pytest.mark.parametrize(
    ("name", "heeded"),
    [
        (Event.PAGE_VIEWED, True),
        (Event.FORM_SUBMITTED, True),
        (Event.LEAD_UPDATED, True),
        (Event.VISITOR_BOUND, True),
        (Event.PAGE_LEFT, False),
        (Event.STAGE_CHANGED, False),
        (Event.BECAME_HOT, False),
        (1000, False),
    ],
)
def test_the_default_model_heeds_what_it_asks_about(name: int, heeded: bool) -> None:
    assert heeds(parse(DEFAULT), name) is heeded


def test_a_condition_about_an_event_makes_it_heeded() -> None:
    book = parse(excluding({"event": "unsubscribed"}))

    assert heeds(book, Event.UNSUBSCRIBED) is True
    assert heeds(book, Event.PAGE_LEFT) is False


def test_a_condition_about_the_stage_heeds_everything_but_our_own_crossings(in_acme: object) -> None:
    book = parse(excluding({"field": "lead.stage", "op": "eq", "value": "customer"}))

    assert heeds(book, Event.STAGE_CHANGED) is True
    assert heeds(book, Event.SCORE_CROSSED) is False
