"""Where a run goes next. Pure: a graph, a position, an answer and a moment in; the walked way and its end out.

The same walk serves one run or ten thousand that stand at the same place with the same answer, so a tick
walks cohorts, not leads. The clock and the calendar are given; a dry run uses this very code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ma_platform.workdays import Calendar
from nurturing.graph import Graph
from nurturing.steps.contract import (
    Finish,
    Go,
    KeepWaiting,
    Phase,
    Question,
    Stay,
    Visit,
)

MOST_STEPS_AN_HOUR: Final = 100
STEP_LIMIT: Final = "step_limit"


@dataclass(frozen=True)
class Position:
    """A step, and whether the run has just come or has been waiting there (`overdue`: its stay has ended)."""

    step: str
    phase: Phase = "arriving"
    overdue: bool = False


@dataclass(frozen=True)
class Moment:
    """When, and by which calendar."""

    now: datetime
    calendar: Calendar


@dataclass(frozen=True)
class Passed:
    """A step that was left, how, and the effect it made."""

    step: str
    outcome: str
    effect: object | None = None


@dataclass(frozen=True)
class Ask:
    """The walk needs to know: ask, then walk on from `at` with the answer."""

    at: Position
    question: Question


@dataclass(frozen=True)
class Rest:
    """The run waits at `step`. With `keep`, the deadline and the events waited for stay as they were."""

    step: str
    until: datetime | None
    waiting_for: frozenset[int]
    keep: bool = False


@dataclass(frozen=True)
class Over:
    """The run is over; `completed` tells an end step from a run that was stopped."""

    step: str
    reason: str
    completed: bool


Halt = Ask | Rest | Over


@dataclass(frozen=True)
class Leg:
    """The steps walked without a question or a wait between them, and what stopped the walk."""

    passed: tuple[Passed, ...]
    halt: Halt


class Unasked:
    """No answer yet, which is not the answer None."""


UNASKED: Final = Unasked()


def walk(
    graph: Graph,
    at: Position,
    moment: Moment,
    *,
    answer: int | Unasked | None = UNASKED,
    most: int = MOST_STEPS_AN_HOUR,
) -> Leg:
    """Walk until something must be asked, waited for, or the run is over; never more than `most` steps."""
    passed: list[Passed] = []
    while len(passed) < most:
        step = graph.steps[at.step]
        visit = Visit(phase=at.phase, now=moment.now, calendar=moment.calendar, overdue=at.overdue)
        question = step.question(visit)
        if question is not None and isinstance(answer, Unasked):
            return Leg(tuple(passed), Ask(at, question))
        decision = step.decide(visit, None if isinstance(answer, Unasked) else answer)
        answer = UNASKED
        if isinstance(decision, Go):
            passed.append(Passed(at.step, decision.outcome, decision.effect))
            at = Position(decision.to)
            continue
        if isinstance(decision, Finish):
            passed.append(Passed(at.step, "ended"))
        return Leg(tuple(passed), halt_of(at.step, decision))
    return Leg(tuple(passed), Over(at.step, STEP_LIMIT, completed=False))


def halt_of(step: str, decision: Stay | KeepWaiting | Finish) -> Halt:
    """What a decision that does not go on means for the run."""
    if isinstance(decision, Finish):
        return Over(step, decision.reason, completed=True)
    if isinstance(decision, Stay):
        return Rest(step, decision.until, decision.waiting_for)
    return Rest(step, None, frozenset(), keep=True)
