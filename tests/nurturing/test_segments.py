"""Flows that entering or leaving a segment starts, and what confirming a changed segment would begin."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest

from leads.actions import segments
from leads.models import Segment
from nurturing.language import FlowRefused
from nurturing.models import Run
from tests.leads.segments.making import confirm, inside, log, made
from tracking.catalogue import CONSUMERS, Event

from . import world
from .world import END, NOON

pytestmark = pytest.mark.usefixtures("in_acme")
SHORT: dict[str, Any] = {"t": {"type": "add_tag", "tag": "x", "next": "done"}, "done": END}
SECOND = {"field": "lead.last_name", "op": "eq", "value": "山田1"}
EVERYBODY = {"field": "lead.last_name", "op": "is_set"}


def by_segment(segment: Segment, kind: str = "segment_entered") -> Any:
    return world.flow(SHORT, trigger={"type": kind, "segment": segment.public_id})


def heard() -> list[int]:
    """Who is in a run once nurturing has heard everything."""
    CONSUMERS["nurturing"].read(log(), NOON)
    return sorted(Run.objects.values_list("lead_id", flat=True))


def test_entering_a_segment_starts_the_flow() -> None:
    kept, other = (segments.create_segment(name, None, by=None, now=NOON) for name in "AB")
    by_segment(kept)
    one, two = world.people(2)

    segments.put(kept, [one], True, by=None, now=NOON)
    segments.put(other, [two], True, by=None, now=NOON)

    assert heard() == [one]


def test_leaving_a_segment_starts_the_flow() -> None:
    kept = segments.create_segment("A", None, by=None, now=NOON)
    by_segment(kept, "segment_left")
    one, two = world.people(2)
    segments.put(kept, [one, two], True, by=None, now=NOON)

    segments.release(kept, [two], by=None, now=NOON)

    assert heard() == [two]


@pytest.mark.parametrize(("enter_flows", "expected"), [(True, 2), (False, 0)])
def test_a_confirmed_change_starts_flows_only_when_asked(enter_flows: bool, expected: int) -> None:
    leads = world.people(3)
    segment = made(SECOND, now=NOON)
    by_segment(segment)
    segments.change_condition(segment, EVERYBODY, by=None, now=NOON)
    segments.build(segment.pk, now=NOON)
    foreseen = [one.count for one in segments.consequences(Segment.objects.get(pk=segment.pk), now=NOON)]

    confirm(segment, enter_flows=enter_flows, by=None, now=NOON)
    segments.build(segment.pk, now=NOON + timedelta(seconds=1))

    assert inside(segment) == set(leads)
    assert (foreseen, len(heard())) == ([2], expected)


def test_of_very_many_people_some_are_asked_about_and_the_number_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("leads.actions.segments.consequences"), "COUNTED", 2)
    world.people(5)
    segment = made(EVERYBODY, now=NOON)
    by_segment(segment, "segment_left")
    by_segment(segment)
    segments.change_condition(segment, {"not": EVERYBODY}, by=None, now=NOON)
    segments.build(segment.pk, now=NOON)

    told = segments.consequences(Segment.objects.get(pk=segment.pk), now=NOON)

    assert sorted((one.count, one.leaving, one.exact) for one in told) == [(0, False, True), (3, True, False)]


def test_a_flow_on_a_segment_that_is_not_there_cannot_be_published() -> None:
    with pytest.raises(FlowRefused) as refused:
        world.flow(SHORT, trigger={"type": "segment_entered", "segment": "seg_nothing"})

    assert refused.value.path == "/trigger/segment"


def test_the_number_of_the_event_is_the_trigger() -> None:
    flow = by_segment(segments.create_segment("A", None, by=None, now=NOON))

    assert flow.trigger_event == Event.SEGMENT_ENTERED


def test_coming_into_a_flow_is_coming_into_segments_that_ask_about_it() -> None:
    flow, other = world.flow(SHORT), world.flow(SHORT)
    here, there = (made({"flow": one.public_id, "state": "in"}, now=NOON, name=one.public_id) for one in (flow, other))
    one, two = world.people(2)

    world.enter(flow, [one])

    assert (inside(here), inside(there)) == ({one}, set())
    world.enter(flow, [two])
    assert inside(here) == {one, two}
