"""A member's hand on the bindings: undo one, leave a conflict as it is, give the browser to somebody, mark it shared.

Undoing leaves everything as if the binding had never been made: its events go to the binding that is in force at
their time without it, or to nobody. Runs of flows that those events began go on: what a flow did cannot be undone.
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
from tracking.actions.bind import REBOUND, Binding, Sign, event_of, follow, tell_losers
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
class _Row:
    id: int
    visitor_id: int
    visitor: str
    lead_id: int
    source: str
    since: datetime
    took: bool
    undone: bool


@transaction.atomic
def undo_binding(binding_id: int, *, by: User | None, now: datetime) -> Undone:
    """Cut one binding; a second time, or for a sign that was never followed, nothing happens. Raises BindingGone."""
    row = _locked(binding_id)
    if row.undone or not row.took:
        return Undone()
    undone = _cut([row], by=by, now=now)
    audit.record(by, "browser.unbound", f"binding:{row.id}", at=now, browser=row.visitor, events=undone.left)
    return undone


@transaction.atomic
def unbind(visitor_key: str, lead_id: int, *, at: datetime) -> int:
    """Cut every binding of the browser to the lead. Returns events that are no longer the person's."""
    ids = sql.run(BINDINGS_OF, key=visitor_key, lead_id=lead_id).values()
    rows = [row for row in map(_locked, ids) if not row.undone]
    return _cut(rows, by=None, now=at).left if rows else 0


@transaction.atomic
def settle_conflict(binding_id: int, *, by: User, now: datetime) -> bool:
    """Leave it as it is; False when somebody has settled it already. Raises BindingGone."""
    row = _locked(binding_id)
    settled = sql.run(SETTLE, ids=[row.id], by=by.pk, at=now).rowcount
    if settled:
        audit.record(by, "browser.conflict_settled", f"binding:{row.id}", at=now, browser=row.visitor)
    return bool(settled)


@transaction.atomic
def give_browser(binding_id: int, *, by: User, now: datetime) -> Binding:
    """The conflict's person is right after all: the browser is theirs from that sign on. Raises BindingGone."""
    row = _locked(binding_id)
    sign = Sign(row.visitor, row.lead_id, "hand", row.since)
    bound = follow(row.visitor_id, sign, by=by.pk)
    sql.run(SETTLE, ids=[row.id], by=by.pk, at=now)
    audit.record(by, "browser.given", f"binding:{row.id}", at=now, browser=row.visitor, events=bound.attached)
    return bound


@transaction.atomic
def mark_shared(visitor_id: int, *, by: User, now: datetime) -> bool:
    """Several people use this browser: mail clicks bind it no more. False when that was known; conflicts are settled.

    Raises BindingGone when there is no such browser.
    """
    key = _lock(visitor_id)
    marked = sql.run(MARK_SHARED, visitor_id=visitor_id, by=by.pk).rowcount
    sql.run(SETTLE_ALL, visitor_id=visitor_id, by=by.pk, at=now)
    if marked:
        audit.record(by, "browser.marked_shared", f"browser:{visitor_id}", at=now, browser=key)
    return bool(marked)


def _cut(rows: Sequence[_Row], *, by: User | None, now: datetime) -> Undone:
    """Cut these bindings of one browser and tell everybody whose events changed."""
    visitor_id, visitor = rows[0].visitor_id, rows[0].visitor
    sql.run(CUT, ids=[row.id for row in rows], at=now, by=by.pk if by else None)
    shift = relink(visitor_id)
    _withdraw(visitor_id, rows)
    losers = {row.lead_id for row in rows} | set(shift.lost)
    tell_losers(sorted(losers), visitor, at=now)
    others = sorted(set(shift.gained) - losers)
    record_many([NewFact(Event.LEAD_UPDATED, now, lead=lead, props={REBOUND: visitor}) for lead in others])
    return _sum(shift, {row.lead_id for row in rows})


def _sum(shift: Shift, leads: set[int]) -> Undone:
    left = sum(shift.lost[lead] for lead in leads)
    return Undone(left, sum(count for lead, count in shift.gained.items() if lead not in leads))


def _withdraw(visitor_id: int, rows: Sequence[_Row]) -> None:
    """The facts "browser recognised" stay in the browser's history, not in the person's."""
    facts = [str(event_of(row.id)) for row in rows]
    days = sql.run(WITHDRAW, ids=facts, moments=[row.since for row in rows], visitor_id=visitor_id).values()
    if days:
        recount(visitor_id, [(int(Event.VISITOR_BOUND), None, day) for day in days])


def _locked(binding_id: int) -> _Row:
    """The binding, with its browser's row locked: ingest and other members wait."""
    visitor_id = sql.run(VISITOR_OF, binding_id=binding_id).values()
    if not visitor_id:
        raise BindingGone(binding=binding_id)
    _lock(visitor_id[0])
    return sql.typed(BINDING, _Row, binding_id=binding_id)[0]


def _lock(visitor_id: int) -> str:
    keys: list[str] = sql.run(LOCK_VISITOR, visitor_id=visitor_id).values()
    if not keys:
        raise BindingGone(visitor=visitor_id)
    return keys[0]


VISITOR_OF = "SELECT visitor_id FROM tracking_binding WHERE tenant_id = %(tenant_id)s AND id = %(binding_id)s"
LOCK_VISITOR = """
    SELECT key FROM tracking_visitor WHERE tenant_id = %(tenant_id)s AND id = %(visitor_id)s FOR UPDATE
"""
BINDING = """
    SELECT binding.id, binding.visitor_id, visitor.key AS visitor, binding.lead_id, binding.source, binding.since,
           binding.took, binding.undone_at IS NOT NULL AS undone
      FROM tracking_binding AS binding
      JOIN tracking_visitor AS visitor
        ON visitor.tenant_id = binding.tenant_id AND visitor.id = binding.visitor_id
     WHERE binding.tenant_id = %(tenant_id)s AND binding.id = %(binding_id)s
"""
BINDINGS_OF = """
    SELECT binding.id FROM tracking_binding AS binding
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
SETTLE_ALL = """
    UPDATE tracking_binding SET settled_at = %(at)s, by_user = %(by)s
     WHERE tenant_id = %(tenant_id)s AND visitor_id = %(visitor_id)s AND conflict AND settled_at IS NULL
"""
MARK_SHARED = """
    UPDATE tracking_visitor SET shared = true, shared_by = %(by)s
     WHERE tenant_id = %(tenant_id)s AND id = %(visitor_id)s AND shared_by IS NULL
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
