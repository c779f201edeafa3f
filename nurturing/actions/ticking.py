"""The tick: every due run of the workspace walks until it waits, ends or must be asked, all of them as sets.

Claiming locks the rows (`SKIP LOCKED`): the lock is the lease, and everything a walk makes is written in the same
transaction, so a tick that dies leaves nothing half done and two ticks at once never meet.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from leads.actions.segments import stir_flows
from ma_platform.db import sql
from ma_platform.tenancy.queries import closures
from ma_platform.tenancy.scope import current_tenant
from ma_platform.workdays import japanese_calendar
from nurturing.actions import effects
from nurturing.actions.effects import Made
from nurturing.actions.settling import Journey, settle
from nurturing.asking import answer
from nurturing.engine import (
    MOST_STEPS_AN_HOUR,
    STEP_LIMIT,
    UNASKED,
    Ask,
    Leg,
    Moment,
    Over,
    Passed,
    Position,
    Unasked,
    walk,
)
from nurturing.language import FlowRefused
from nurturing.models import Flow
from nurturing.queries import graph_of
from nurturing.steps.contract import Question

CLAIM_AT_ONCE = 2000
PUT_OFF_FOR = timedelta(hours=1)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TickReport:
    """Runs claimed, steps they left, runs that are over."""

    claimed: int
    passed: int
    over: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """A due run, locked by this transaction."""

    id: int
    lead_id: int
    flow_id: int
    version_id: int
    step: str
    state: str
    visit: int
    overdue: bool
    spent: bool


@dataclass
class Cohort:
    """Runs of one version that have walked the same way in this tick and stand at the same place."""

    flow_id: int
    version_id: int
    at: Position
    runs: Sequence[Claimed]
    spent: bool = False
    answer: int | Unasked | None = UNASKED
    trail: list[Passed] = field(default_factory=list)

    def after(self, at: Position, answer: int | None, runs: Sequence[Claimed]) -> Cohort:
        """Those of the cohort who got this answer."""
        return Cohort(self.flow_id, self.version_id, at, runs, answer=answer, trail=list(self.trail))


def tick(*, now: datetime, limit: int = CLAIM_AT_ONCE) -> TickReport:
    """Advance up to `limit` due runs, oldest first. `claimed == limit` means that more may be due."""
    claimed = sql.typed(CLAIM, Claimed, now=now, limit=limit)
    if not claimed:
        return TickReport(0, 0, 0)
    moment = Moment(now=now, calendar=japanese_calendar(current_tenant().timezone, closures()))
    journeys: list[Journey] = []
    cohorts = readable(cohorts_of(claimed), now)
    while cohorts:
        cohorts = one_round(cohorts, moment, journeys)
    settle(journeys, now=now)
    tell_segments(claimed, now=now)
    return TickReport(
        claimed=len(claimed),
        passed=sum(len(journey.trail) * len(journey.run_ids) for journey in journeys),
        over=sum(len(journey.run_ids) for journey in journeys if isinstance(journey.halt, Over)),
    )


CLAIM = """
    SELECT id, lead_id, flow_id, version_id, step, state, visit,
           coalesce(deadline_at <= %(now)s, false) AS overdue,
           pace_from > %(now)s - interval '1 hour' AND pace_steps >= 100 AS spent
      FROM nurturing_run
     WHERE tenant_id = %(tenant_id)s AND state IN ('active', 'waiting') AND wake_at <= %(now)s
     ORDER BY wake_at, id
     LIMIT %(limit)s
       FOR UPDATE SKIP LOCKED
"""


def cohorts_of(claimed: Iterable[Claimed]) -> list[Cohort]:
    """The claimed runs, grouped by where and how they stand."""
    standing: dict[tuple[object, ...], list[Claimed]] = defaultdict(list)
    for run in claimed:
        standing[run.version_id, run.step, run.state, run.overdue, run.spent].append(run)
    return [cohort_at(runs) for runs in standing.values()]


def tell_segments(claimed: Sequence[Claimed], *, now: datetime) -> None:
    """Who stands at which step is no fact: segments that ask are told."""
    names = dict(Flow.objects.filter(pk__in={run.flow_id for run in claimed}).values_list("pk", "public_id"))
    moved: dict[str, set[int]] = defaultdict(set)
    for run in claimed:
        moved[names[run.flow_id]].add(run.lead_id)
    stir_flows(moved, now=now)


def readable(cohorts: Iterable[Cohort], now: datetime) -> list[Cohort]:
    """Those whose document still reads; the others are put off, so that they keep no other flow from moving."""
    unread: dict[int, list[int]] = defaultdict(list)
    found: list[Cohort] = []
    for cohort in cohorts:
        try:
            graph_of(cohort.version_id)
            found.append(cohort)
        except FlowRefused:
            unread[cohort.version_id] += [run.id for run in cohort.runs]
    for version_id, runs in unread.items():
        log.error("flow version %s cannot be read any more; %s of its runs wait an hour", version_id, len(runs))
        sql.run(PUT_OFF, runs=runs, until=now + PUT_OFF_FOR)
    return found


PUT_OFF = """
    UPDATE nurturing_run SET wake_at = %(until)s WHERE tenant_id = %(tenant_id)s AND id = ANY(%(runs)s::bigint[])
"""


def cohort_at(runs: Sequence[Claimed]) -> Cohort:
    """The cohort of runs that stand alike."""
    one = runs[0]
    phase = Position(one.step) if one.state == "active" else Position(one.step, "waiting", overdue=one.overdue)
    return Cohort(one.flow_id, one.version_id, phase, runs, spent=one.spent)


def one_round(cohorts: Sequence[Cohort], moment: Moment, journeys: list[Journey]) -> list[Cohort]:
    """Walk every cohort to its next halt, apply what they made, then ask; returns the cohorts with their answers."""
    asking: list[tuple[Cohort, Ask]] = []
    made: dict[object, list[Made]] = defaultdict(list)
    for cohort in cohorts:
        leg = walk_on(cohort, moment)
        collect(cohort, leg, made)
        cohort.trail += leg.passed
        if isinstance(leg.halt, Ask):
            asking.append((cohort, leg.halt))
        else:
            journeys.append(Journey(cohort.flow_id, [run.id for run in cohort.runs], cohort.trail, leg.halt))
    mark_failed(cohorts, effects.apply(made, now=moment.now))
    return split(asking, moment)


def walk_on(cohort: Cohort, moment: Moment) -> Leg:
    """The cohort's next leg; runs that have used up the steps of their hour are stopped."""
    if cohort.spent:
        return Leg((), Over(cohort.at.step, STEP_LIMIT, completed=False))
    graph = graph_of(cohort.version_id)
    return walk(graph, cohort.at, moment, answer=cohort.answer, most=MOST_STEPS_AN_HOUR - len(cohort.trail))


def collect(cohort: Cohort, leg: Leg, made: dict[object, list[Made]]) -> None:
    """Who made which effect, keyed by the visit at which they made it."""
    for nth, passed in enumerate(leg.passed, start=len(cohort.trail)):
        if passed.effect is not None:
            made[passed.effect] += [Made(run.id, run.lead_id, run.visit + nth) for run in cohort.runs]


def mark_failed(cohorts: Iterable[Cohort], failed: set[object]) -> None:
    """An effect that could not be applied is told in the history; the run goes on."""
    if failed:
        for cohort in cohorts:
            cohort.trail[:] = [
                replace(passed, outcome="failed") if passed.effect in failed else passed for passed in cohort.trail
            ]


def split(asking: Sequence[tuple[Cohort, Ask]], moment: Moment) -> list[Cohort]:
    """Each question is put once for all runs at that node, whichever way they came; the cohorts part by the answers."""
    nodes: dict[tuple[int, str, Question], list[tuple[Cohort, Ask]]] = defaultdict(list)
    for cohort, ask in asking:
        nodes[cohort.version_id, ask.at.step, ask.question].append((cohort, ask))
    parted: list[Cohort] = []
    for (_, _, question), here in nodes.items():
        pairs = [(run.id, run.lead_id) for cohort, _ in here for run in cohort.runs]
        answers = answer(question, among=pairs, now=moment.now)
        for cohort, ask in here:
            parted += part(cohort, ask, answers)
    return parted


def part(cohort: Cohort, ask: Ask, answers: dict[int, int]) -> list[Cohort]:
    """One cohort per answer; a run without one was answered None."""
    ways: dict[int | None, list[Claimed]] = defaultdict(list)
    for run in cohort.runs:
        ways[answers.get(run.id)].append(run)
    return [cohort.after(ask.at, way, runs) for way, runs in ways.items()]
