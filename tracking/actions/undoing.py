"""A member's hand on the bindings: undo one, leave a conflict as it is, give the browser to somebody.

Undoing leaves everything as if the binding had never been made: its events go to the binding that is in force at
their time without it, or to nobody. Runs of flows that those events began go on: what a flow did cannot be undone.

What is asked about is found within the member's reach; what follows from it looks at all bindings of the browser, also
those of people the member does not see, else their events would be nobody's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy

from ma_platform import audit, errors
from ma_platform.db import sql
from ma_platform.tenancy.models import User
from ma_platform.tenancy.reach import everybody
from tracking.actions.bind import REBOUND, Binding, Sign, event_of, follow, lost
from tracking.actions.links import Shift, recount, relink
from tracking.actions.record import record_many
from tracking.catalogue import Event
from tracking.facts import NewFact


class BindingGone(errors.DomainError):
    """No such binding, or it has been undone."""

    code = "binding_gone"
    status = 404
    message = gettext_lazy("This binding is not there any more.")


@dataclass(frozen=True, slots=True)
class Undone:
    """`left`: events that are no longer the person's; `returned`: those that went to somebody else instead."""

    left: int = 0
    returned: int = 0


@dataclass(frozen=True, slots=True)
class Bound:
    id: int
    public_id: str
    visitor_id: int
    visitor: str
    lead_id: int
    source: str
    since: datetime
    took: bool
    undone: bool


@transaction.atomic
def undo_binding(public_id: str, *, by: User | None, now: datetime) -> Undone:
    """Cut one binding; a second time, or for a sign that was never followed, nothing happens. Raises BindingGone."""
    row = locked(public_id)
    if row.undone or not row.took:
        return Undone()
    undone = cut([row], by=by, now=now)
    audit.record(by, "browser.unbound", row.public_id, at=now, events=undone.left)
    return undone


@transaction.atomic
def unbind(visitor_key: str, lead_id: int, *, at: datetime) -> int:
    """Cut every binding of the browser to the lead. Returns events that are no longer the person's."""
    held = sql.run(BINDINGS_OF, key=visitor_key, lead_id=lead_id).values()
    rows = [row for row in map(locked, held) if not row.undone]
    return cut(rows, by=None, now=at).left if rows else 0


@transaction.atomic
def settle_conflict(public_id: str, *, by: User, now: datetime) -> bool:
    """Leave it as it is; False when somebody has settled it already. Raises BindingGone."""
    row = locked(public_id)
    settled = sql.run(SETTLE, ids=[row.id], by=by.pk, at=now).rowcount
    if settled:
        audit.record(by, "browser.conflict_settled", row.public_id, at=now)
    return bool(settled)


@transaction.atomic
def give_browser(public_id: str, *, by: User, now: datetime) -> Binding:
    """The conflict's person is right after all: the browser is theirs from that sign on. Raises BindingGone."""
    row = locked(public_id)
    sign = Sign(row.visitor, row.lead_id, "hand", row.since)
    with everybody():
        news: list[NewFact] = []
        bound = follow({row.visitor_id: sign}, news, by=by.pk)[row.visitor_id]
        record_many(news)
    sql.run(SETTLE, ids=[row.id], by=by.pk, at=now)
    audit.record(by, "browser.given", row.public_id, at=now, events=bound.attached)
    return bound


@everybody()
def cut(rows: Sequence[Bound], *, by: User | None, now: datetime) -> Undone:
    """Cut these bindings of one browser and tell everybody whose events changed."""
    visitor_id, visitor = rows[0].visitor_id, rows[0].visitor
    sql.run(CUT, ids=[row.id for row in rows], at=now, by=by.pk if by else None)
    shift = relink([visitor_id])[visitor_id]
    _withdraw(visitor_id, rows)
    losers = {row.lead_id for row in rows} | set(shift.lost)
    others = sorted(set(shift.gained) - losers)
    back = [NewFact(Event.LEAD_UPDATED, now, lead=lead, props={REBOUND: visitor}) for lead in others]
    record_many([*lost(losers, visitor, at=now), *back])
    return _sum(shift, {row.lead_id for row in rows})


def _sum(shift: Shift, leads: set[int]) -> Undone:
    left = sum(shift.lost[lead] for lead in leads)
    return Undone(left, sum(count for lead, count in shift.gained.items() if lead not in leads))


def _withdraw(visitor_id: int, rows: Sequence[Bound]) -> None:
    """The facts "browser recognised" stay in the browser's history, not in the person's."""
    facts = [str(event_of(row.id)) for row in rows]
    days = sql.run(WITHDRAW, ids=facts, moments=[row.since for row in rows], visitor_id=visitor_id).values()
    if days:
        recount((visitor_id, int(Event.VISITOR_BOUND), None, day) for day in days)


def locked(public_id: str) -> Bound:
    """The binding, with its browser's row locked: ingest and other members wait."""
    lock(LOCK_VISITOR_OF, binding=public_id)
    return sql.typed(BINDING, Bound, binding=public_id)[0]


def lock(statement: str, **which: str) -> int:
    locked: list[int] = sql.run(statement, **which).values()
    if not locked:
        raise BindingGone(**which)
    return locked[0]


LOCK_VISITOR = "SELECT id FROM tracking_visitor WHERE tenant_id = %(tenant_id)s AND key = %(key)s FOR UPDATE"
LOCK_VISITOR_OF = """
    SELECT visitor.id FROM tracking_visitor AS visitor
      JOIN tracking_binding AS binding
        ON binding.tenant_id = visitor.tenant_id AND binding.visitor_id = visitor.id
     WHERE binding.tenant_id = %(tenant_id)s AND binding.public_id = %(binding)s
       FOR UPDATE OF visitor
"""
# A statement of its own: it must see what those wrote who held the lock before.
BINDING = """
    SELECT binding.id, binding.public_id, binding.visitor_id, visitor.key AS visitor, binding.lead_id,
           binding.source, binding.since, binding.took, binding.undone_at IS NOT NULL AS undone
      FROM tracking_binding AS binding
      JOIN tracking_visitor AS visitor
        ON visitor.tenant_id = binding.tenant_id AND visitor.id = binding.visitor_id
     WHERE binding.tenant_id = %(tenant_id)s AND binding.public_id = %(binding)s
"""
BINDINGS_OF = """
    SELECT binding.public_id FROM tracking_binding AS binding
      JOIN tracking_visitor AS visitor
        ON visitor.tenant_id = binding.tenant_id AND visitor.id = binding.visitor_id
     WHERE binding.tenant_id = %(tenant_id)s AND visitor.key = %(key)s AND binding.lead_id = %(lead_id)s
       AND binding.took AND binding.undone_at IS NULL
     ORDER BY binding.id
"""
CUT = """
    UPDATE tracking_binding
       SET undone_at = %(at)s, by_user = %(by)s, settled_at = CASE WHEN conflict THEN coalesce(settled_at, %(at)s) END
     WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::bigint[]) AND undone_at IS NULL
"""
SETTLE = """
    UPDATE tracking_binding SET settled_at = %(at)s, by_user = %(by)s
     WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::bigint[]) AND conflict AND settled_at IS NULL
"""
WITHDRAW = """
    WITH facts AS (
        SELECT * FROM unnest(%(ids)s::uuid[], %(moments)s::timestamptz[]) AS fact(id, at)
    ), withdrawn AS (
        UPDATE tracking_event AS event SET lead_id = NULL
          FROM facts
         WHERE event.tenant_id = %(tenant_id)s AND event.id = facts.id AND event.occurred_at = facts.at
           AND event.visitor_id = %(visitor_id)s
        RETURNING event.tenant_id, event.occurred_at
    )
    SELECT DISTINCT (withdrawn.occurred_at AT TIME ZONE workspace.timezone)::date
      FROM withdrawn JOIN tenancy_workspace AS workspace ON workspace.id = withdrawn.tenant_id
"""
