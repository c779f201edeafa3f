"""A member says that several people use a browser, or that it is one person's after all.

The mark keeps mail clicks and imports from binding the browser, settles its conflicts and, when asked, undoes what a
mail click or an import has bound. Taking it off restores just that, and the browser is as if it had never been marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from ma_platform import audit
from ma_platform.db import sql
from ma_platform.tenancy.models import User
from ma_platform.tenancy.reach import everybody
from tracking.actions.bind import REBOUND, event_of, lost
from tracking.actions.links import Shift, recount, relink
from tracking.actions.record import record_many
from tracking.actions.undoing import LOCK_VISITOR, cut, lock, locked
from tracking.catalogue import Event
from tracking.facts import NewFact
from tracking.identity import ACCOUNT, CLAIMED, WEAK


@dataclass(frozen=True, slots=True)
class Unshared:
    """What came back: bindings, conflicts to look at, and events that are somebody's again. `was`: it was shared."""

    was: bool = False
    bindings: int = 0
    conflicts: int = 0
    events: int = 0


@dataclass(frozen=True, slots=True)
class _Restored:
    id: int
    lead_id: int
    since: datetime


@transaction.atomic
def mark_shared(visitor_key: str, *, by: User, now: datetime, undo_weak: bool = False) -> bool:
    """Several people use this browser: mail clicks and imports bind it no more. Its conflicts are settled.

    `undo_weak`: what those have bound is undone. False when it was marked already, and for an account, which is no
    device. Raises BindingGone for no browser.
    """
    visitor_id = lock(LOCK_VISITOR, key=visitor_key)
    if visitor_key.startswith((ACCOUNT, CLAIMED)):
        return False
    with everybody():  # all signs and bindings of the browser, whoever may see whose
        return _mark(visitor_id, by=by, now=now, undo_weak=undo_weak)


def _mark(visitor_id: int, *, by: User, now: datetime, undo_weak: bool) -> bool:
    marked = sql.run(MARK, visitor_id=visitor_id, by=by.pk, at=now).rowcount
    sql.run(SETTLE_ALL, visitor_id=visitor_id, by=by.pk, at=now)
    if not marked:
        return False
    held = sql.run(WEAK_OF, visitor_id=visitor_id, weak=sorted(WEAK)).values() if undo_weak else []
    left = cut([locked(binding) for binding in held], by=by, now=now).left if held else 0
    audit.record(by, "browser.marked_shared", f"browser:{visitor_id}", at=now, events=left)
    return True


@transaction.atomic
def unmark_shared(visitor_key: str, *, by: User, now: datetime) -> Unshared:
    """One person's browser after all, whether a member marked it or its logins made it shared.

    What the mark undid and settled is as before; who gave their name while it was shared has its anonymous past too,
    as on any other browser. Signs that were not followed meanwhile stay noted. Raises BindingGone for no browser.
    """
    visitor_id = lock(LOCK_VISITOR, key=visitor_key)
    with everybody():  # whose it is now follows from all of its bindings, whoever may see whose
        return _unmark(visitor_id, visitor_key, by=by, now=now)


def _unmark(visitor_id: int, visitor_key: str, *, by: User, now: datetime) -> Unshared:
    if not sql.run(IS_SHARED, visitor_id=visitor_id).value():
        return Unshared()
    conflicts = sql.run(REOPEN, visitor_id=visitor_id).rowcount
    restored = sql.typed(RESTORE, _Restored, visitor_id=visitor_id)
    sql.run(NOT_SHARED, visitor_id=visitor_id)
    sql.run(UNMARK, visitor_id=visitor_id)
    shift = relink([visitor_id])[visitor_id]
    _give_back(visitor_id, restored)
    _tell(visitor_key, shift, {row.lead_id for row in restored}, now=now)
    done = Unshared(True, len(restored), conflicts, shift.gained.total())
    audit.record(by, "browser.unmarked_shared", f"browser:{visitor_id}", at=now, events=done.events)
    return done


def _give_back(visitor_id: int, restored: Sequence[_Restored]) -> None:
    """The facts "browser recognised" are in the person's history again."""
    if not restored:
        return
    days = sql.run(
        GIVE_BACK,
        ids=[str(event_of(row.id)) for row in restored],
        leads=[row.lead_id for row in restored],
        moments=[row.since for row in restored],
        visitor_id=visitor_id,
    ).values()
    recount((visitor_id, int(Event.VISITOR_BOUND), None, day) for day in days)


def _tell(visitor: str, shift: Shift, restored: set[int], *, now: datetime) -> None:
    """Everybody whose events changed."""
    back = [
        NewFact(Event.LEAD_UPDATED, now, lead=lead, props={REBOUND: visitor})
        for lead in sorted(restored | set(shift.gained))
    ]
    losers = set(shift.lost) - restored - set(shift.gained)
    record_many([*lost(losers, visitor, at=now), *back])


MARK = """
    UPDATE tracking_visitor SET shared = true, shared_by = %(by)s, shared_at = %(at)s
     WHERE tenant_id = %(tenant_id)s AND id = %(visitor_id)s AND shared_by IS NULL
"""
SETTLE_ALL = """
    UPDATE tracking_binding SET settled_at = %(at)s, by_user = %(by)s
     WHERE tenant_id = %(tenant_id)s AND visitor_id = %(visitor_id)s AND conflict AND settled_at IS NULL
"""
WEAK_OF = """
    SELECT public_id FROM tracking_binding
     WHERE tenant_id = %(tenant_id)s AND visitor_id = %(visitor_id)s AND source = ANY (%(weak)s::text[])
       AND took AND undone_at IS NULL
     ORDER BY id
"""
IS_SHARED = "SELECT shared FROM tracking_visitor WHERE tenant_id = %(tenant_id)s AND id = %(visitor_id)s"
# What the member who marked it did in that moment, and nobody since.
_BY_THE_MARK = """
      FROM tracking_visitor AS visitor
     WHERE visitor.tenant_id = %(tenant_id)s AND visitor.id = %(visitor_id)s
       AND binding.tenant_id = visitor.tenant_id AND binding.visitor_id = visitor.id
       AND binding.by_user = visitor.shared_by
"""
REOPEN = (
    "UPDATE tracking_binding AS binding SET settled_at = NULL, by_user = NULL"  # noqa: S608 - constants put together
    + _BY_THE_MARK
    + " AND binding.settled_at = visitor.shared_at AND binding.conflict AND binding.undone_at IS NULL"
)
RESTORE = (
    "UPDATE tracking_binding AS binding SET undone_at = NULL, by_user = NULL"  # noqa: S608 - constants put together
    + _BY_THE_MARK
    + """ AND binding.undone_at = visitor.shared_at AND binding.took
    RETURNING binding.id, binding.lead_id, binding.since"""
)
NOT_SHARED = """
    UPDATE tracking_binding SET shares = false, past = true
     WHERE tenant_id = %(tenant_id)s AND visitor_id = %(visitor_id)s AND took AND (shares OR NOT past)
"""
UNMARK = """
    UPDATE tracking_visitor SET shared = false, shared_by = NULL, shared_at = NULL
     WHERE tenant_id = %(tenant_id)s AND id = %(visitor_id)s
"""
GIVE_BACK = """
    WITH facts AS (
        SELECT * FROM unnest(%(ids)s::uuid[], %(leads)s::bigint[], %(moments)s::timestamptz[]) AS fact(id, lead_id, at)
    ), given AS (
        UPDATE tracking_event AS event SET lead_id = facts.lead_id
          FROM facts
         WHERE event.tenant_id = %(tenant_id)s AND event.id = facts.id AND event.occurred_at = facts.at
           AND event.visitor_id = %(visitor_id)s
        RETURNING event.tenant_id, event.occurred_at
    )
    SELECT DISTINCT (given.occurred_at AT TIME ZONE workspace.timezone)::date
      FROM given JOIN tenancy_workspace AS workspace ON workspace.id = given.tenant_id
"""
