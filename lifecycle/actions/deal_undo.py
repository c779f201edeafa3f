"""A file of deals taken back: new deals go, changed ones are as before, and their people move back where they stood.

What was changed since stays, and is listed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leads.actions.imports import Done, Heir, Kept, Order, befores, bequeath, heirs
from leads.actions.segments import stir
from lifecycle.actions.deal_states import PEOPLE, State, difference, locked_states, put, remove, restored, standing
from lifecycle.actions.deals import Caused
from lifecycle.actions.moving_back import Move, move_back
from ma_platform.db import sql
from scoring.actions import Marker, put_markers_back
from tracking.actions import unsay

Json = dict[str, Any]  # Any: JSON
STAGE = "people_stage"  # among the fields that stay: where the deal's people stand


def take_turns() -> None:
    """Files of deals are written and undone one after the other: each must know what the others say."""
    sql.run(TAKE_TURNS)


TAKE_TURNS = "SELECT pg_advisory_xact_lock(hashtextextended('lifecycle_deal_files', %(tenant_id)s))"


def remembered(was: State | None, left: State, caused: Caused, *, now: datetime) -> Json:
    """What undoing one row will need: the change itself, and what it set going."""
    at = now.isoformat()
    return {
        **difference(was, left),
        "facts": [[fact, at] for fact in caused.facts.get(left.id, ())],
        "moves": [[one.transition_id, one.from_key, one.was_pass] for one in caused.moves.get(left.id, ())],
        "markers": [
            [one.lead_id, one.model_id, one.counts_after.isoformat() if one.counts_after else None, at]
            for one in caused.markers.get(left.id, ())
        ],
    }


@dataclass(slots=True)
class _Plan:
    """What undoing some rows comes to. `undone`: (row, what it had set going), last row first."""

    deals: dict[str, State]
    put: dict[str, State] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    undone: list[tuple[Done, Json]] = field(default_factory=list)
    kept: dict[int, Kept] = field(default_factory=dict)
    left: list[tuple[Heir, Json]] = field(default_factory=list)

    def keep(self, done: Done, *fields: str) -> None:
        before = self.kept.get(done.number)
        self.kept[done.number] = Kept(done.number, done.subject, (*(before.fields if before else ()), *fields))


def withdraw(rows: Sequence[Done], order: Order) -> list[Kept]:
    """Take rows back in the order given (the last row of the file first); answers what had to stay."""
    take_turns()
    changes = befores([done.number for done in rows], source=order.source)
    told = [(done, changes[done.number]) for done in rows if done.number in changes]
    plan = _plan(told, order)
    bequeath(plan.left)
    put(list(plan.put.values()))
    remove(plan.gone)
    _move_back(plan, order)
    _unsay(plan, order)
    return list(plan.kept.values())


def _plan(told: Sequence[tuple[Done, Json]], order: Order) -> _Plan:
    plan = _Plan(locked_states({done.subject for done, _before in told}))
    others = heirs({done.subject for done, before in told if before["made"]}, source=order.source)
    stand_for = standing({lead for _done, one in told for ids in one.get("people", ()) for lead in ids})
    for done, before in told:
        here = plan.put.get(done.subject) or plan.deals.get(done.subject)
        if here is None:
            continue
        if before["made"]:
            _unmake(plan, done, before, here, others.get(done.subject))
        else:
            _put_back(plan, done, before, here, stand_for)
    return plan


def _unmake(plan: _Plan, done: Done, before: Json, here: State, heir: Heir | None) -> None:
    """A deal the file made goes, unless another file says it too or somebody changed it since."""
    if heir is not None:
        plan.left.append((heir, _inherited(before, heir.before)))
        plan.keep(done)
    elif here.updated_at != before["updated"][1]:
        plan.keep(done)
    else:
        plan.gone.add(here.id)
        plan.put.pop(done.subject, None)
        plan.undone.append((done, before))


def _inherited(before: Json, own: Json) -> Json:
    """What the other file undoes from now on: what this one made and set going, and what it did itself."""
    stamps = [before["updated"][0], (own or before)["updated"][1]]
    listed = {name: [*before[name], *own.get(name, ())] for name in ("facts", "moves", "markers")}
    return {"made": True, "updated": stamps, **listed}


def _put_back(plan: _Plan, done: Done, before: Json, here: State, stand_for: Mapping[int, int]) -> None:
    plan.put[done.subject], later = restored(here, before, stand_for)
    if later:
        plan.keep(done, *sorted(later))
    if not later & {"status", PEOPLE}:
        plan.undone.append((done, before))


def _move_back(plan: _Plan, order: Order) -> None:
    moves = [(done, Move(*one)) for done, before in plan.undone for one in before["moves"]]
    stay = move_back([move for _done, move in moves], now=order.now)
    for done in {done.number: done for done, move in moves if move.transition_id in stay}.values():
        plan.keep(done, STAGE)


def _unsay(plan: _Plan, order: Order) -> None:
    """The scores' markers, the facts, and the segments that ask about deals."""
    markers: dict[str, list[Marker]] = defaultdict(list)
    for lead_id, model_id, old, at in (one for _done, before in plan.undone for one in before["markers"]):
        markers[at].append(Marker(lead_id, model_id, datetime.fromisoformat(old) if old else None))
    for at in sorted(markers, reverse=True):
        put_markers_back(markers[at], were=datetime.fromisoformat(at), now=order.now)
    facts = [(fact, datetime.fromisoformat(at)) for _done, before in plan.undone for fact, at in before["facts"]]
    unsay(facts, now=order.now)
    people = {lead for one in plan.deals.values() for lead in one.people}
    people |= {lead for one in plan.put.values() for lead in one.people}
    stir(people, ["deal."], now=order.now)
