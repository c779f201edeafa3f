"""Moves that turn out to have been for nothing: a new move back, and none where somebody moved the person since.

History is never rewritten: the way back is a transition of its own, and starts neither scenario nor assignment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

from leads.actions.segments import QUIET
from lifecycle import stages
from lifecycle.actions.stages import LOCK
from lifecycle.models import Stage
from ma_platform.db import sets, sql
from ma_platform.tenancy.models import User
from ma_platform.tenancy.scope import current_tenant
from tracking.actions import NewFact, SubjectRef, record_many
from tracking.catalogue import Event

ASKS = {stages.DEAL_OPENED.key: "open", stages.DEAL_WON.key: "won"}  # a deal of this kind asks for the same move


@dataclass(frozen=True, slots=True)
class Undoing:
    """What was taken back, and by whom. `rule` stands in the ways back, with the first move each takes back behind."""

    rule: str
    by: User | None = None
    reason: str = ""


IMPORT = Undoing("import_undone")
JOB = "job_undone"
WAYS_BACK = (IMPORT.rule, JOB)


@dataclass(frozen=True, slots=True)
class Move:
    """A move to take back, by its transition. `from_key` and `was_pass` None: they had no stage before."""

    transition_id: int
    from_key: str | None
    was_pass: int | None


@dataclass(frozen=True, slots=True)
class _Row:
    """A transition of one person, skipped ones left out."""

    id: int
    lead_id: int
    to_key: str
    rule: str


@dataclass(frozen=True, slots=True)
class _Step:
    lead_id: int
    from_key: str
    to_key: str
    pass_number: int
    rule: str


def move_back(moves: Sequence[Move], *, now: datetime, undoing: Undoing = IMPORT) -> set[int]:
    """Take moves back, of each person the last first; answers the transitions that had to stay.

    A move stays when the person was moved since, unless that was taken back too; or when another deal of theirs asks
    for it.
    """
    if not moves:
        return set()
    by_id = {move.transition_id: move for move in moves}
    lead_ids = sql.run(WHOSE, ids=list(by_id)).values()
    sql.run(LOCK, lead_ids=lead_ids, leaves=None)
    people: dict[int, list[_Row]] = defaultdict(list)
    for row in sql.typed(ROWS, _Row, lead_ids=lead_ids):
        people[row.lead_id].append(row)
    deals = dict(sql.run(DEALS, lead_ids=lead_ids).rows)
    freed = {lead: list(_freed(rows, by_id, deals.get(lead, ()))) for lead, rows in people.items()}
    steps = [_way_back(people[lead][-1], by_id[rows[-1].id], undoing) for lead, rows in sorted(freed.items()) if rows]
    _step(steps, undoing, now=now)
    return set(by_id) - {row.id for rows in freed.values() for row in rows}


def _freed(history: Sequence[_Row], moves: Mapping[int, Move], deals: Sequence[str]) -> Iterator[_Row]:
    """Of one person's history, oldest first, the moves that can be taken back: the latest of them, one by one."""
    while history := _standing(history):
        last = history[-1]
        if last.id not in moves or ASKS.get(last.rule) in deals:
            return
        history = history[:-1]
        yield last


def _standing(history: Sequence[_Row]) -> Sequence[_Row]:
    """The history as if what was taken back had never been: a way back names the first move it took back."""
    while history and history[-1].rule.partition(":")[0] in WAYS_BACK:
        first = int(history[-1].rule.partition(":")[2])
        history = list(takewhile(lambda row: row.id != first, history))  # noqa: B023 - taken within the turn
    return history


def _way_back(last: _Row, first: Move, undoing: Undoing) -> _Step:
    to_key = first.from_key or stages.ARRIVAL.to
    return _Step(last.lead_id, last.to_key, to_key, first.was_pass or 1, f"{undoing.rule}:{first.transition_id}")


def _step(steps: Sequence[_Step], undoing: Undoing, *, now: datetime) -> None:
    if not steps:
        return
    columns: dict[str, Any] = sets.columns(steps)
    sql.run(BACK, **columns, now=now, by_user=undoing.by.pk if undoing.by else None, reason=undoing.reason)
    japanese = current_tenant().locale.startswith("ja")
    names = {stage.key: stage.name_ja if japanese else stage.name_en for stage in Stage.objects.all()}
    record_many([_fact(one, undoing, names.get(one.to_key, one.to_key), now) for one in steps])


def _fact(step: _Step, undoing: Undoing, name: str, now: datetime) -> NewFact:
    props: dict[str, Any] = {  # Any: JSON
        "from": step.from_key,
        "to": step.to_key,
        "rule": undoing.rule,
        "by": undoing.by.email if undoing.by else None,
        "reason": undoing.reason,
        "pass": step.pass_number,
        "skipped": [],
        QUIET: True,
    }
    return NewFact(
        Event.STAGE_CHANGED, now, lead=step.lead_id, subject=SubjectRef("stage", step.to_key, name=name), props=props
    )


WHOSE = """
    SELECT DISTINCT lead_id FROM lifecycle_transition
     WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::bigint[])
"""
# By number, which is given while the person is held: of two moves at once the later may have been asked for earlier.
ROWS = """
    SELECT move.id, move.lead_id, move.to_key, move.rule FROM lifecycle_transition AS move
     WHERE move.tenant_id = %(tenant_id)s AND move.lead_id = ANY (%(lead_ids)s::bigint[]) AND NOT move.skipped
     ORDER BY move.lead_id, move.id
"""
DEALS = """
    SELECT person.lead_id, array_agg(DISTINCT deal.status)
      FROM lifecycle_deallead AS person
      JOIN lifecycle_deal AS deal ON deal.tenant_id = %(tenant_id)s AND deal.id = person.deal_id
     WHERE person.tenant_id = %(tenant_id)s AND person.lead_id = ANY (%(lead_ids)s::bigint[])
     GROUP BY person.lead_id
"""
BACK = """
    WITH step AS (
        SELECT * FROM unnest(%(lead_id)s::bigint[], %(from_key)s::text[], %(to_key)s::text[],
                             %(pass_number)s::smallint[], %(rule)s::text[])
                      AS one(lead_id, from_key, to_key, pass_number, rule)
    ), walked AS (
        INSERT INTO lifecycle_transition
               (tenant_id, lead_id, from_key, to_key, at, by_user_id, rule, reason, pass_number, skipped)
        SELECT %(tenant_id)s, lead_id, from_key, to_key, %(now)s, %(by_user)s::bigint, rule, %(reason)s, pass_number,
               FALSE
          FROM step ORDER BY lead_id
    )
    UPDATE lifecycle_position AS here
       SET stage_key = step.to_key, since = %(now)s, pass_number = step.pass_number
      FROM step
     WHERE here.tenant_id = %(tenant_id)s AND here.lead_id = step.lead_id
"""
