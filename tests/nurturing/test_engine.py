"""The walk: from a position to the next halt, with the same code for one run and for many."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ma_platform.workdays import japanese_calendar
from nurturing.engine import Ask, Moment, Over, Passed, Position, Rest, walk
from nurturing.graph import Graph, parse
from nurturing.steps.add_tag import AddTag
from nurturing.steps.contract import FirstTrue, Happening
from nurturing.steps.send_email import SendEmail

from .language import PlainLanguage, Written

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
MOMENT = Moment(now=NOW, calendar=japanese_calendar("Asia/Tokyo"))
FOLLOW: dict[str, Any] = {
    "thanks": {"type": "send_email", "email": "eml_1", "next": "mark"},
    "mark": {"type": "add_tag", "tag": "資料請求", "next": "pause"},
    "pause": {"type": "wait", "for": {"days": 3}, "at": "09:00", "days": "business", "next": "rank"},
    "rank": {
        "type": "branch",
        "branches": [{"name": "部長", "when": {"field": "lead.job_rank"}, "next": "click"}],
        "else": "done",
    },
    "click": {
        "type": "wait_for",
        "any": [{"event": "email_clicked"}],
        "timeout": {"days": 3},
        "next": "mark",
        "on_timeout": "done",
    },
    "done": {"type": "end", "reason": "完了"},
}


def flow(steps: dict[str, Any], start: str) -> Graph:
    document = {"v": 1, "name": "x", "trigger": {"type": "manual"}, "start": start, "steps": steps}
    return parse(document, PlainLanguage())


GRAPH = flow(FOLLOW, "thanks")


def test_a_new_run_walks_to_its_first_wait_with_the_effects_in_order() -> None:
    leg = walk(GRAPH, Position("thanks"), MOMENT)

    assert leg.passed == (
        Passed("thanks", "queued", SendEmail("eml_1")),
        Passed("mark", "tagged", AddTag("資料請求")),
    )
    assert leg.halt == Rest("pause", datetime(2026, 11, 24, 0, 0, tzinfo=UTC), frozenset())


def test_a_branch_is_asked_before_it_is_left() -> None:
    leg = walk(GRAPH, Position("pause", "waiting", overdue=True), MOMENT)

    assert leg.passed == (Passed("pause", "waited"),)
    assert leg.halt == Ask(Position("rank"), FirstTrue((Written("lead.job_rank"),)))


def test_the_answer_none_is_an_answer() -> None:
    leg = walk(GRAPH, Position("rank"), MOMENT, answer=None)

    assert leg.passed == (Passed("rank", "else"), Passed("done", "ended"))
    assert leg.halt == Over("done", "完了", completed=True)


def test_an_answer_serves_one_step_only() -> None:
    leg = walk(GRAPH, Position("rank"), MOMENT, answer=0)

    assert leg.passed == (Passed("rank", "branch_0"),)
    assert leg.halt == Rest("click", datetime(2026, 11, 23, 6, 0, tzinfo=UTC), frozenset({11}))


def test_a_run_woken_for_nothing_keeps_its_deadline() -> None:
    waiting = Position("click", "waiting")

    assert isinstance(walk(GRAPH, waiting, MOMENT).halt, Ask)
    assert walk(GRAPH, waiting, MOMENT, answer=None).halt == Rest("click", None, frozenset(), keep=True)


def test_what_is_asked_carries_the_event_and_the_horizon() -> None:
    halt = walk(GRAPH, Position("click", "waiting", overdue=True), MOMENT).halt

    assert isinstance(halt, Ask)
    assert halt.question.items == (Happening(event=11),)  # type: ignore[union-attr]  # the step asks FirstHappened
    assert halt.question.since == "step"  # type: ignore[union-attr]  # same


def test_a_walk_never_takes_more_than_a_hundred_steps() -> None:
    row = {f"s{n}": {"type": "add_tag", "tag": "x", "next": f"s{n + 1}"} for n in range(1, 150)}

    leg = walk(flow({**row, "s150": {"type": "end"}}, "s1"), Position("s1"), MOMENT)

    assert len(leg.passed) == 100
    assert leg.halt == Over("s101", "step_limit", completed=False)
