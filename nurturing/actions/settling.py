"""Writing down where the runs of a tick have come to, and every step they left: one statement a journey."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ma_platform.db import sql
from nurturing.engine import Ask, Halt, Over, Passed
from tracking.actions import NewFact, SubjectRef, record_many
from tracking.catalogue import Event


@dataclass(frozen=True)
class Journey:
    """Runs that walked the same trail in one tick and halted alike."""

    flow_id: int
    run_ids: Sequence[int]
    trail: Sequence[Passed]
    halt: Halt


def settle(journeys: Sequence[Journey], *, now: datetime) -> None:
    """Move every run, add the steps it left to its history and to the flow's counts, and tell who is over."""
    for journey in journeys:
        land(journey, now)
    count(journeys)
    tell_ended([journey for journey in journeys if isinstance(journey.halt, Over)], now)


def land(journey: Journey, now: datetime) -> None:
    """One statement for all runs of a journey."""
    sql.run(
        LAND,
        now=now,
        runs=array(journey.run_ids),
        passed=len(journey.trail),
        steps=[passed.step for passed in journey.trail],
        outcomes=[passed.outcome for passed in journey.trail],
        **landing_of(journey.halt),
    )


def array(numbers: Iterable[int]) -> str:
    """A Postgres array literal: parsed an order of magnitude faster than ARRAY[…] with thousands of constants."""
    return "{" + ",".join(map(str, numbers)) + "}"


def landing_of(halt: Halt) -> dict[str, Any]:  # Any: what the driver adapts
    """The columns of a halt."""
    assert not isinstance(halt, Ask)
    if isinstance(halt, Over):
        state = "finished" if halt.completed else "ended"
        return {"step": halt.step, "state": state, "until": None, "waiting": "{}", "keep": False, "reason": halt.reason}
    # A browser's past, bound later, may hold what is waited for.
    waiting = [*sorted(halt.waiting_for), int(Event.VISITOR_BOUND)] if halt.waiting_for else []
    return {
        "step": halt.step,
        "state": "waiting",
        "until": halt.until,
        "waiting": array(waiting),
        "keep": halt.keep,
        "reason": "",
    }


# No join: the ids are the only way in, so a new workspace without statistics gets the same plan as an old one.
LAND = """
    WITH moved AS (
        UPDATE nurturing_run AS run
           SET step = %(step)s,
               state = %(state)s,
               visit = run.visit + %(passed)s,
               step_entered_at = CASE WHEN %(passed)s > 0 THEN %(now)s ELSE run.step_entered_at END,
               wake_at = CASE WHEN %(keep)s THEN run.deadline_at ELSE %(until)s::timestamptz END,
               deadline_at = CASE WHEN %(keep)s THEN run.deadline_at ELSE %(until)s::timestamptz END,
               waiting_for = CASE WHEN %(keep)s THEN run.waiting_for ELSE %(waiting)s::smallint[] END,
               pace_from = CASE WHEN run.pace_from > %(now)s - interval '1 hour' THEN run.pace_from ELSE %(now)s END,
               pace_steps = %(passed)s
                            + CASE WHEN run.pace_from > %(now)s - interval '1 hour' THEN run.pace_steps ELSE 0 END,
               ended_at = CASE WHEN %(state)s = 'waiting' THEN NULL ELSE %(now)s END,
               end_reason = %(reason)s
         WHERE run.tenant_id = %(tenant_id)s AND run.id = ANY(%(runs)s::bigint[])
     RETURNING run.id, old.visit, old.step_entered_at
    )
    INSERT INTO nurturing_runstep (tenant_id, run_id, visit, step, entered_at, left_at, outcome)
    SELECT %(tenant_id)s, moved.id, moved.visit + track.nth - 1, track.step,
           CASE WHEN track.nth = 1 THEN moved.step_entered_at ELSE %(now)s END, %(now)s, track.outcome
      FROM moved
     CROSS JOIN unnest(%(steps)s::text[], %(outcomes)s::text[]) WITH ORDINALITY AS track(step, outcome, nth)
"""


def count(journeys: Iterable[Journey]) -> None:
    """Add to the counts per step, in one order for every tick, so that two ticks of one flow never wait crosswise."""
    sums: Counter[tuple[int, str, str]] = Counter()
    for journey in journeys:
        for passed in journey.trail:
            sums[journey.flow_id, passed.step, passed.outcome] += len(journey.run_ids)
    keys = sorted(sums)
    if keys:
        sql.run(
            COUNT,
            flow_ids=[flow for flow, _, _ in keys],
            steps=[step for _, step, _ in keys],
            outcomes=[outcome for _, _, outcome in keys],
            runs=[sums[key] for key in keys],
        )


COUNT = """
    INSERT INTO nurturing_stepcount AS old (tenant_id, flow_id, step, outcome, runs)
    SELECT %(tenant_id)s, fresh.flow_id, fresh.step, fresh.outcome, fresh.runs
      FROM unnest(%(flow_ids)s::bigint[], %(steps)s::text[], %(outcomes)s::text[], %(runs)s::bigint[])
               AS fresh(flow_id, step, outcome, runs)
     ORDER BY fresh.flow_id, fresh.step, fresh.outcome
        ON CONFLICT (tenant_id, flow_id, step, outcome) DO UPDATE SET runs = old.runs + excluded.runs
"""


def tell_ended(journeys: Sequence[Journey], now: datetime) -> None:
    """A fact per run that is over, so that reports and later flows can build on it."""
    run_ids = [run for journey in journeys for run in journey.run_ids]
    if run_ids:
        ended = sql.run(ENDED, run_ids=array(run_ids)).rows
        record_many(
            [
                NewFact(
                    name=Event.FLOW_ENDED,
                    at=now,
                    lead=lead,
                    subject=SubjectRef(kind="flow", key=flow, name=name),
                    props={"flow": flow, "reason": reason, "state": state},
                )
                for lead, flow, name, reason, state in ended
            ]
        )


ENDED = """
    SELECT run.lead_id, flow.public_id, flow.name_ja, run.end_reason, run.state
      FROM nurturing_run AS run
      JOIN nurturing_flow AS flow ON flow.tenant_id = run.tenant_id AND flow.id = run.flow_id
     WHERE run.tenant_id = %(tenant_id)s AND run.id = ANY(%(run_ids)s::bigint[])
"""
