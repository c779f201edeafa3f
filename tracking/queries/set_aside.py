"""Lines that could not be written and wait: for whoever wonders where the events are, and to be put back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ma_platform.db import sql

MOST_COUNTED = 1_000  # by the debugger, which asks every two seconds


@dataclass(frozen=True, slots=True)
class SetAside:
    """A line with what refused it. `kind`: `Rejected.Kind`; `asked_at`: it is about to be put back; `tried_at`: it was
    tried, and refused once more.
    """

    id: int
    public_id: str
    at: datetime
    kind: str
    reason: str
    line: str
    asked_at: datetime | None
    tried_at: datetime | None


@dataclass(frozen=True, slots=True)
class Crowded:
    """How many older lines made room for newer ones, ever, and the last of it."""

    lines: int = 0
    at: datetime | None = None


def set_aside(*, kind: str = "", before: tuple[datetime, int] | None = None, limit: int = 50) -> list[SetAside]:
    """Newest first, those that come after the place `before`; of one kind, or of all."""
    at, number = before or (None, 0)
    return sql.typed(LINES, SetAside, kind=kind, at=at, number=number, limit=limit)


def set_aside_by_kind() -> dict[str, int]:
    """How many there are of each kind; kinds without any are not there."""
    return dict(sql.run(BY_KIND).rows)


def set_aside_waiting() -> int:
    """How many there are, MOST_COUNTED and one more at most: a look at an index alone."""
    found: int = sql.run(WAITING, most=MOST_COUNTED + 1).value()
    return found


def crowded_out() -> Crowded:
    """What was let go because there was more than a workspace may keep."""
    rows = sql.typed(CROWDED, Crowded)
    return rows[0] if rows else Crowded()


LINES = """
    SELECT id, public_id, at, kind, reason, line, asked_at, tried_at FROM tracking_rejected
     WHERE tenant_id = %(tenant_id)s AND (%(kind)s = '' OR kind = %(kind)s)
       AND (%(at)s::timestamptz IS NULL OR (at, id) < (%(at)s::timestamptz, %(number)s))
     ORDER BY at DESC, id DESC LIMIT %(limit)s
"""
BY_KIND = """
    SELECT kind, count(*)::int FROM tracking_rejected WHERE tenant_id = %(tenant_id)s GROUP BY kind
"""
WAITING = """
    SELECT count(*)::int FROM (SELECT FROM tracking_rejected WHERE tenant_id = %(tenant_id)s LIMIT %(most)s) AS line
"""
CROWDED = "SELECT crowded_out AS lines, crowded_at AS at FROM tracking_upkeep WHERE tenant_id = %(tenant_id)s"
