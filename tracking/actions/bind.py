"""Bind a browser to a person and undo it. What the rules are is `identity`'s business; this writes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from ma_platform.db import sql
from tracking import identity
from tracking.actions.record import record
from tracking.actions.visitors import visitor_ids
from tracking.catalogue import Event


@dataclass(frozen=True, slots=True)
class Binding:
    """What came of it. `lead_id` is whom the browser belongs to now: after a conflict not who was asked for."""

    visitor_id: int
    lead_id: int | None
    bound: bool  # this call made or moved the binding
    attached: int  # anonymous events that now belong to the lead
    conflict: bool  # refused or noted: the browser was somebody else's


@transaction.atomic
def bind_visitor(visitor_key: str, lead_id: int, source: str, at: datetime) -> Binding:
    """Bind the browser to the lead by `source` (identify, form, mail_click, import), as semantics §6 says.

    Unbound: takes the binding with its whole anonymous past. Another's: a form or identify moves it from now on and
    leaves the past; a mail click or import only notes the conflict. Raises ValueError for an unknown source.
    """
    visitor_id = visitor_ids({visitor_key: at})[visitor_key]
    before = sql.typed(VISITOR, _Bound, visitor_id=visitor_id, day=at - timedelta(days=1), lead_id=lead_id)[0]
    plan = identity.plan(identity.Bound(before.lead_id, before.shared, before.logins), lead_id, source)
    if plan.note:
        _note(visitor_id, lead_id, source, at=at, conflict=plan.conflict)
    if not plan.bind:
        return Binding(visitor_id, before.lead_id, False, 0, plan.conflict)
    sql.run(TAKE, visitor_id=visitor_id, lead_id=lead_id, shared=plan.shared)
    attached = _attach(visitor_id, lead_id) if plan.attach_past else 0
    record(
        Event.VISITOR_BOUND, lead=lead_id, visitor=visitor_key, at=at, props={"source": source, "attached": attached}
    )
    return Binding(visitor_id, lead_id, True, attached, plan.conflict)


@transaction.atomic
def unbind(visitor_key: str, lead_id: int, *, at: datetime) -> int:
    """Cut the browser's binding to the lead; what named no person itself is anonymous again. Returns events cut."""
    visitor_id = visitor_ids({visitor_key: at})[visitor_key]
    sql.run(CUT, visitor_id=visitor_id, lead_id=lead_id, at=at)
    detached = sql.run(DETACH, visitor_id=visitor_id, lead_id=lead_id, stated=identity.STATED).rowcount
    sql.run(DROP_DAYS, visitor_id=visitor_id, lead_id=lead_id)
    sql.run(RECOUNT_DAYS, visitor_id=visitor_id)
    record(Event.LEAD_UPDATED, lead=lead_id, at=at, props={"unbound": visitor_key})
    return detached


@dataclass(frozen=True, slots=True)
class _Bound:
    lead_id: int | None
    shared: bool
    logins: int


def _note(visitor_id: int, lead_id: int, source: str, *, at: datetime, conflict: bool) -> None:
    strength = identity.STRENGTH[source]
    sql.run(NOTE, visitor_id=visitor_id, lead_id=lead_id, source=source, strength=strength, at=at, conflict=conflict)


def _attach(visitor_id: int, lead_id: int) -> int:
    attached = sql.run(ATTACH, visitor_id=visitor_id, lead_id=lead_id).rowcount
    sql.run(MOVE_DAYS, visitor_id=visitor_id, lead_id=lead_id)
    return attached


VISITOR = """
    SELECT visitor.lead_id, visitor.shared,
           (SELECT count(DISTINCT binding.lead_id) FROM tracking_binding AS binding
             WHERE binding.tenant_id = %(tenant_id)s AND binding.visitor_id = visitor.id
               AND binding.since > %(day)s AND binding.source IN ('identify', 'form')
               AND binding.lead_id <> %(lead_id)s)::int AS logins
      FROM tracking_visitor AS visitor
     WHERE visitor.tenant_id = %(tenant_id)s AND visitor.id = %(visitor_id)s
"""
NOTE = """
    INSERT INTO tracking_binding (tenant_id, visitor_id, lead_id, source, strength, since, conflict)
    VALUES (%(tenant_id)s, %(visitor_id)s, %(lead_id)s, %(source)s, %(strength)s, %(at)s, %(conflict)s)
"""
TAKE = """
    UPDATE tracking_visitor SET lead_id = %(lead_id)s, shared = shared OR %(shared)s
     WHERE tenant_id = %(tenant_id)s AND id = %(visitor_id)s
"""
ATTACH = """
    UPDATE tracking_event SET lead_id = %(lead_id)s
     WHERE tenant_id = %(tenant_id)s AND visitor_id = %(visitor_id)s AND lead_id IS NULL
"""
# Nobody else writes this browser's anonymous days: the visitor's row is locked.
MOVE_DAYS = """
    WITH moved AS (
        DELETE FROM tracking_daily
         WHERE tenant_id = %(tenant_id)s AND visitor_id = %(visitor_id)s AND lead_id IS NULL
        RETURNING *
    )
    INSERT INTO tracking_daily AS daily
           (tenant_id, lead_id, visitor_id, name, subject_id, day, count, visible_ms, first_at, last_at)
    SELECT tenant_id, %(lead_id)s, visitor_id, name, subject_id, day, count, visible_ms, first_at, last_at FROM moved
    ON CONFLICT (tenant_id, name, subject_id, lead_id, visitor_id, day) DO UPDATE
       SET count = daily.count + excluded.count, visible_ms = daily.visible_ms + excluded.visible_ms,
           first_at = least(daily.first_at, excluded.first_at), last_at = greatest(daily.last_at, excluded.last_at)
"""
CUT = """
    WITH cut AS (
        UPDATE tracking_binding SET undone_at = %(at)s
         WHERE tenant_id = %(tenant_id)s AND visitor_id = %(visitor_id)s AND lead_id = %(lead_id)s AND undone_at IS NULL
    )
    UPDATE tracking_visitor SET lead_id = NULL
     WHERE tenant_id = %(tenant_id)s AND id = %(visitor_id)s AND lead_id = %(lead_id)s
"""
DETACH = """
    UPDATE tracking_event SET lead_id = NULL
     WHERE tenant_id = %(tenant_id)s AND visitor_id = %(visitor_id)s AND lead_id = %(lead_id)s
       AND name <> ALL (%(stated)s::smallint[])
"""
DROP_DAYS = """
    DELETE FROM tracking_daily
     WHERE tenant_id = %(tenant_id)s AND visitor_id = %(visitor_id)s AND (lead_id IS NULL OR lead_id = %(lead_id)s)
"""
RECOUNT_DAYS = """
    INSERT INTO tracking_daily AS daily
           (tenant_id, lead_id, visitor_id, name, subject_id, day, count, visible_ms, first_at, last_at)
    SELECT event.tenant_id, event.lead_id, event.visitor_id, CASE event.name WHEN 2 THEN 1 ELSE event.name END,
           event.subject_id, (event.occurred_at AT TIME ZONE workspace.timezone)::date,
           count(*) FILTER (WHERE event.name <> 2), coalesce(sum(event.duration), 0),
           min(event.occurred_at), max(event.occurred_at)
      FROM tracking_event AS event
      JOIN tenancy_workspace AS workspace ON workspace.id = event.tenant_id
     WHERE event.tenant_id = %(tenant_id)s AND event.visitor_id = %(visitor_id)s AND event.verdict = 0
     GROUP BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (tenant_id, name, subject_id, lead_id, visitor_id, day) DO NOTHING
"""
