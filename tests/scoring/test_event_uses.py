"""Whoever ignores or renames an event is told every part of the score model that asks about it."""

from __future__ import annotations

from typing import Any

from ma_platform.tenancy.permissions import Capability
from ma_platform.ui import slots
from scoring.actions import publish, save_draft
from scoring.default_model import DEFAULT
from scoring.models import ScoreModel
from tracking.actions import add_event_name

ASKING: dict[str, Any] = {
    **DEFAULT,
    "fit": {"rules": [{"key": "planner", "name": "プランを選んだ人", "when": {"event": "plan"}, "points": 2}]},
    "hot": {"any": [{"event": "plan"}]},
    "exclude": [{"reason": "解約した人", "when": {"not": {"event": "plan"}}}],
}


def told(number: int) -> list[tuple[str, str]]:
    """(kind, name) of what asks about the event."""
    uses = slots.event_uses({number: "plan", 1: "page_viewed"}, {Capability.VIEW_SCORING}).get(number, [])
    return [(str(use.kind), use.name) for use in uses]


def test_every_part_of_a_draft_a_model_being_built_and_one_in_force_is_told_once(in_acme, now):
    number = add_event_name("plan", by=in_acme.owner, now=now).number
    by = {"by": in_acme.owner, "now": now}
    asking = [("スコアのルール", "プランを選んだ人"), ("採点しない相手", "解約した人"), ("ホットの条件", "標準")]
    before = told(number)

    save_draft("default", ASKING, **by)
    drafted = told(number)
    publish("default", **by)
    save_draft("default", DEFAULT, **by)
    built = told(number)
    ScoreModel.objects.update(published_version=2, building_version=None)
    in_force = told(number)
    ScoreModel.objects.update(published_version=1)

    assert (before, told(number)) == ([], [])
    assert (drafted, built, in_force) == (asking, asking, asking)


def test_a_draft_that_cannot_be_read_any_more_hides_nothing_else(in_acme, now):
    number = add_event_name("plan", by=in_acme.owner, now=now).number
    save_draft("default", ASKING, by=in_acme.owner, now=now)
    publish("default", by=in_acme.owner, now=now)
    ScoreModel.objects.update(draft={**DEFAULT, "exclude": [{"reason": "x", "when": {"event": "never_seen"}}]})

    assert len(told(number)) == 3
