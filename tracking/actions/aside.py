"""Lines that could not be written: kept for a while and within bounds, and put back into the log when somebody asks.

They go the way of every line: what the log has already is known by its message id, so twice is harmless; what is
refused again is set aside again, under the moment of the first time. What the log keeps of nobody for some days only
(`forgetting`) is not brought back after them.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, transaction
from django.utils.translation import gettext_lazy

from ma_platform import audit, errors
from ma_platform.db import sql
from ma_platform.env import ENV
from ma_platform.tenancy.models import ApiKey, User
from ma_platform.tenancy.scope import system_scope
from tracking.actions.drain import take_in
from tracking.actions.forgetting import DAYS
from tracking.models import Rejected
from tracking.set_aside import copied, firsts, message_of, without_hit

NAMES = Rejected.Kind.NAMES
AT_ONCE = 1_000  # lines put back, or let go, in a transaction

log = logging.getLogger(__name__)


class NothingSetAside(errors.DomainError):
    """It was put back or let go meanwhile, or is another workspace's."""

    code = "nothing_set_aside"
    status = 404
    message = gettext_lazy("There is nothing like this to put back any more.")


@dataclass(frozen=True, slots=True)
class PutBack:
    """`lines` were tried: `written` were new to the log, `refused` were set aside again."""

    lines: int = 0
    written: int = 0
    refused: int = 0

    def __add__(self, other: PutBack) -> PutBack:
        return PutBack(self.lines + other.lines, self.written + other.written, self.refused + other.refused)


@transaction.atomic
def ask_to_put_back(*, by: User | ApiKey | None, now: datetime, kind: str = "", line_id: str = "") -> int:
    """Mark one line, those of a kind, or all of the workspace; the sweep puts them back. Raises NothingSetAside."""
    lines = sql.run(ASK, kind=kind, line_id=line_id, now=now).rowcount
    if not lines:
        raise NothingSetAside(kind=kind, line=line_id)
    audit.record(by, "tracking.lines_put_back", line_id, at=now, lines=lines, reason=kind or "any")
    return lines


def put_asked_back(*, now: datetime) -> PutBack:
    """Put back what was asked for, in every workspace, a helping a transaction.

    One that fails keeps no other waiting; its error is raised after the last.
    """
    with system_scope():
        tenants = sql.run(ASKED).values()
    done = PutBack()
    failed: DatabaseError | None = None
    for tenant_id in tenants:
        try:
            while (some := _put_some_back(tenant_id, now=now)).lines:
                done += some
        except DatabaseError as error:
            log.exception("lines of tenant %s cannot be put back now", tenant_id)
            failed = error
    if failed:
        raise failed
    return done


def tidy_set_aside(*, now: datetime) -> int:
    """Let go of lines past their days, and of the oldest where a workspace has too many; returns how many."""
    before = now - timedelta(days=ENV.set_aside_days)
    gone = 0
    while True:
        with system_scope():
            old = sql.run(LET_GO, before=before, most=AT_ONCE).rowcount
        gone += old
        if old < AT_ONCE:
            break
    with system_scope():
        crowds = sql.run(CROWDS, most=ENV.set_aside_lines).rows
    return gone + sum(_let_crowd_go(tenant_id, at, number, now=now) for tenant_id, at, number in crowds)


def _put_some_back(tenant_id: int, *, now: datetime) -> PutBack:
    with system_scope():
        last = sql.run(LAST, tenant_id=tenant_id).value()
        rows = sql.run(TAKE, tenant_id=tenant_id, most=AT_ONCE).rows
        if not rows:
            return PutBack()
        kept_since = now - timedelta(days=DAYS)
        lines = [without_hit(copied(line, tenant_id), before=kept_since) for line, _at, _kind in rows]
        drained = take_in(lines, now=now)
        messages = [message_of(line) for line in lines]
        first = firsts(messages, [at for _line, at, _kind in rows])
        columns: dict[str, Any] = {"messages": list(first), "moments": list(first.values())}  # Any: arrays
        again = sql.run(AGAIN, tenant_id=tenant_id, last=last, now=now, **columns).rows
        nameless = {message for message, (_line, _at, kind) in zip(messages, rows, strict=True) if kind == NAMES}
        twice = sum(kind == NAMES and message in nameless for message, kind in again)
        if twice:
            sql.run(COUNTED_BEFORE, tenant_id=tenant_id, lines=twice, now=now)
    return PutBack(len(rows), drained.written, drained.rejected)


def _let_crowd_go(tenant_id: int, at: datetime, number: int, *, now: datetime) -> int:
    gone = 0
    while True:
        with system_scope():
            some = sql.run(LET_CROWD_GO, tenant_id=tenant_id, at=at, number=number, most=AT_ONCE).rowcount
            if some:
                sql.run(COUNT_CROWD, tenant_id=tenant_id, lines=some, now=now)
        gone += some
        if some < AT_ONCE:
            return gone


ASK = """
    UPDATE tracking_rejected SET asked_at = %(now)s
     WHERE tenant_id = %(tenant_id)s AND (%(kind)s = '' OR kind = %(kind)s)
       AND CASE %(line_id)s WHEN '' THEN asked_at IS NULL ELSE public_id = %(line_id)s END
"""
ASKED = "SELECT DISTINCT tenant_id FROM tracking_rejected WHERE asked_at IS NOT NULL ORDER BY tenant_id"
LAST = "SELECT coalesce(max(id), 0) FROM tracking_rejected WHERE tenant_id = %(tenant_id)s"
TAKE = """
    WITH due AS MATERIALIZED (
        SELECT id FROM tracking_rejected WHERE tenant_id = %(tenant_id)s AND asked_at IS NOT NULL
         ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED
    )
    DELETE FROM tracking_rejected AS line USING due
     WHERE line.tenant_id = %(tenant_id)s AND line.id = due.id
    RETURNING line.line, line.at, line.kind
"""
# Told by the message's id, which stands second in both of the ways lines are kept.
AGAIN = """
    UPDATE tracking_rejected AS again SET at = least(again.at, first.at), tried_at = %(now)s
      FROM unnest(%(messages)s::text[], %(moments)s::timestamptz[]) AS first(message, at)
     WHERE again.tenant_id = %(tenant_id)s AND again.id > %(last)s
       AND first.message = CASE WHEN starts_with(again.line, '(') THEN split_part(again.line, ',', 2)
                                ELSE split_part(again.line, chr(9), 2) END
    RETURNING first.message, again.kind
"""
# They were counted when they were set aside the first time; `take_in` has just counted them again.
COUNTED_BEFORE = """
    UPDATE tracking_turnedaway AS turned SET count = greatest(turned.count - %(lines)s, 0)
      FROM tenancy_workspace AS workspace
     WHERE workspace.id = %(tenant_id)s AND turned.tenant_id = workspace.id AND turned.number IS NULL
       AND turned.day = (%(now)s AT TIME ZONE workspace.timezone)::date
"""
LET_GO = """
    WITH due AS MATERIALIZED (
        SELECT tenant_id, id FROM tracking_rejected WHERE at < %(before)s ORDER BY at LIMIT %(most)s
    )
    DELETE FROM tracking_rejected AS line USING due WHERE line.tenant_id = due.tenant_id AND line.id = due.id
"""
# The newest line that is one too many, of each workspace that has one: so many steps in an index, and no more.
CROWDS = """
    SELECT workspace.id, over.at, over.id
      FROM tenancy_workspace AS workspace
     CROSS JOIN LATERAL (SELECT line.at, line.id FROM tracking_rejected AS line
                          WHERE line.tenant_id = workspace.id
                          ORDER BY line.at DESC, line.id DESC OFFSET %(most)s LIMIT 1) AS over
"""
LET_CROWD_GO = """
    WITH due AS MATERIALIZED (
        SELECT id FROM tracking_rejected
         WHERE tenant_id = %(tenant_id)s AND (at, id) <= (%(at)s, %(number)s) ORDER BY at, id LIMIT %(most)s
    )
    DELETE FROM tracking_rejected AS line USING due WHERE line.tenant_id = %(tenant_id)s AND line.id = due.id
"""
COUNT_CROWD = """
    INSERT INTO tracking_upkeep AS upkeep (tenant_id, crowded_out, crowded_at)
    VALUES (%(tenant_id)s, %(lines)s, %(now)s)
    ON CONFLICT (tenant_id) DO UPDATE
       SET crowded_out = upkeep.crowded_out + excluded.crowded_out, crowded_at = excluded.crowded_at
"""
