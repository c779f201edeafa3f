"""The flow document: what is accepted, and where a refusal points."""

from __future__ import annotations

from typing import Any

import pytest

from nurturing.graph import Graph, Reentry, parse, walking_order
from nurturing.reading import DocumentRefused, Name
from nurturing.steps.contract import Happening

from .language import PlainLanguage, Written

END = {"type": "end"}


def document(**changes: Any) -> dict[str, Any]:
    """A small sound flow, with changes; None takes a key away."""
    base: dict[str, Any] = {
        "v": 1,
        "name": "資料請求フォロー",
        "trigger": {"type": "event", "event": "form_submitted"},
        "start": "s1",
        "steps": {"s1": {"type": "send_email", "email": "eml_1", "next": "s2"}, "s2": END},
    }
    return {key: value for key, value in {**base, **changes}.items() if value is not None}


def read(**changes: Any) -> Graph:
    return parse(document(**changes), PlainLanguage())


def refusals(**changes: Any) -> list[str]:
    """The problems as `path: message`."""
    with pytest.raises(DocumentRefused) as refusal:
        read(**changes)
    return [str(problem) for problem in refusal.value.problems]


def test_a_sound_document_becomes_a_graph() -> None:
    graph = read(
        trigger={"type": "event", "event": "form_submitted", "where": {"field": "form"}},
        entry={"field": "lead.stage"},
        reentry={"mode": "after_days", "days": 30},
        key="properties.deal_id",
    )

    assert graph.name == Name(ja="資料請求フォロー", en="資料請求フォロー")
    assert graph.trigger == Happening(event=7, where=Written("form"))
    assert graph.entry == Written("lead.stage")
    assert graph.reentry == Reentry("after_days", 30)
    assert graph.key == "deal_id"
    assert list(graph.steps) == ["s1", "s2"]
    assert graph.warnings == ()
    assert [(path, reference.id) for path, reference in graph.references()] == [("/steps/s1/email", "eml_1")]


def test_a_flow_by_hand_has_no_trigger_and_never_lets_in_twice_by_default() -> None:
    graph = read(trigger={"type": "manual"})

    assert graph.trigger is None
    assert graph.reentry == Reentry("never", 0)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"v": 2}, "/v: A whole number from 1 to 1."),
        ({"name": None}, "/name: This is required."),
        ({"name": {}}, "/name: This is required."),
        ({"colour": "red"}, "/colour: This key is not known here."),
        ({"trigger": {"type": "moon"}}, "/trigger/type: Choose one of: event, segment_entered, segment_left, manual."),
        ({"trigger": {"type": "event", "event": "sneezed"}}, "/trigger/event: There is no event sneezed."),
        ({"trigger": {"type": "manual", "event": "page_viewed"}}, "/trigger/event: This key is not known here."),
        ({"reentry": {"mode": "never", "days": 3}}, "/reentry/days: This key is not known here."),
        ({"reentry": {"mode": "after_days"}}, "/reentry/days: This is required."),
        ({"key": "lead.id"}, "/key: A key is a property of the trigger's event, such as properties.deal_id."),
        ({"start": "s9"}, "/start: There is no step s9."),
        ({"steps": {}}, "/steps: An object of 1 to 200 steps is expected."),
        ({"steps": {"s1": 5}}, "/steps/s1: An object is expected."),
        ({"steps": {"S 1": END}}, "/steps/S 1: Use lower-case letters, digits, - and _ (at most 40)."),
        (
            {"steps": {"s1": {"type": "fly"}}},
            "/steps/s1/type: Choose one of: add_tag, branch, end, notify, send_email, wait, wait_for.",
        ),
        (
            {"steps": {"s1": {"type": "add_tag", "tag": "x", "next": "s7"}}},
            "/steps/s1/next: There is no step s7.",
        ),
    ],
)
def test_a_bad_document_is_refused_at_its_path(changes: dict[str, Any], problem: str) -> None:
    assert refusals(**changes) == [problem]


def test_every_problem_is_named_at_once() -> None:
    steps = {"s1": {"type": "wait", "for": {"days": 0}, "next": "s2"}, "s2": {"type": "end", "later": 1}}

    assert refusals(name=None, steps=steps) == [
        "/name: This is required.",
        "/steps/s1/for/days: A whole number from 1 to 730.",
        "/steps/s2/later: This key is not known here.",
    ]


def test_two_hundred_steps_are_the_most() -> None:
    row = {f"s{n}": {"type": "add_tag", "tag": "x", "next": f"s{n + 1}"} for n in range(1, 200)}

    assert len(read(steps={**row, "s200": END}).steps) == 200
    assert refusals(steps={**row, "s200": END, "s201": END}) == ["/steps: An object of 1 to 200 steps is expected."]


def test_a_circle_without_a_wait_is_refused_at_the_way_that_closes_it() -> None:
    steps = {
        "s1": {"type": "add_tag", "tag": "x", "next": "s2"},
        "s2": {"type": "branch", "branches": [{"name": "a", "when": {"field": "x"}, "next": "s1"}], "else": "s3"},
        "s3": END,
    }

    assert refusals(steps=steps) == ["/steps/s2/branches/0/next: This way goes round in a circle without any wait."]


def test_a_circle_with_a_wait_is_a_newsletter() -> None:
    steps = {
        "s1": {"type": "send_email", "email": "eml_1", "next": "s2"},
        "s2": {"type": "wait", "for": {"days": 7}, "next": "s1"},
    }

    assert read(steps=steps).warnings == ()


def test_waiting_for_something_that_may_hold_already_does_not_break_a_circle() -> None:
    steps: dict[str, Any] = {
        "s1": {"type": "add_tag", "tag": "x", "next": "s2"},
        "s2": {"type": "wait_for", "any": [{"field": "lead.stage"}], "next": "s1"},
    }
    later = {**steps, "s2": {"type": "wait_for", "any": [{"event": "page_viewed"}], "next": "s1"}}

    assert refusals(steps=steps) == ["/steps/s2/next: This way goes round in a circle without any wait."]
    assert len(read(steps=later).steps) == 2


def test_a_step_no_way_leads_to_is_a_warning() -> None:
    graph = read(steps={"s1": END, "s2": {"type": "add_tag", "tag": "x", "next": "s1"}})

    assert [str(warning) for warning in graph.warnings] == ["/steps/s2: No way leads to this step."]


@pytest.mark.parametrize("raw", [None, [], "flow", 3])
def test_something_else_than_an_object_is_refused(raw: object) -> None:
    with pytest.raises(DocumentRefused, match=r"/: An object is expected."):
        parse(raw, PlainLanguage())


def test_steps_are_told_in_the_order_leads_walk_them() -> None:
    ways = {"any": [{"event": "email_clicked"}], "timeout": {"days": 2}, "next": "b_thanks", "on_timeout": "a_again"}
    steps = {
        "a_again": {"type": "send_email", "email": "eml_2", "next": "z_look"},
        "b_thanks": {"type": "add_tag", "tag": "熱心", "next": "c_end"},
        "c_end": END,
        "d_lonely": END,
        "m_start": {"type": "send_email", "email": "eml_1", "next": "z_look"},
        "z_look": {"type": "wait_for", **ways},
    }

    graph = read(start="m_start", steps=steps)

    assert walking_order(graph) == ["m_start", "z_look", "b_thanks", "c_end", "a_again", "d_lonely"]


@pytest.mark.parametrize("at", ["9:00", "24:00", "09+01", "0900Z", "09:60"])
def test_a_time_of_day_is_hours_and_minutes(at: str) -> None:
    steps = {"s1": {"type": "wait", "for": {"days": 1}, "at": at, "next": "s2"}, "s2": END}

    assert refusals(steps=steps) == ["/steps/s1/at: A time like 09:00 is expected."]
