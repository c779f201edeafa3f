"""Own event names of which no event is kept give their place back.

The log has no index by name, so looking for a quiet name is done in small bites: a name at a time, noted before the
look (what takes too long is not tried again for a while), a month a statement, from the newest, each with little time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

from django.db import OperationalError
from psycopg2.errors import QueryCanceled

from ma_platform.db import sql
from ma_platform.tenancy.scope import system_scope, tenant_scope
from tracking.actions.retention import MONTHS

QUIET, LOOKED_AT_ONCE = timedelta(days=30), 20
COUNTS_KEPT = timedelta(days=92)
BEHIND = timedelta(hours=2)  # `last_at` may be an hour behind
# `first_at` is noted by who gets the name's row just then: earlier events that another writer had may lie before it.
BEFORE = timedelta(days=31)
PATIENCE = 1_000  # milliseconds a month's look may take


@dataclass(frozen=True, slots=True)
class _Quiet:
    """A name nobody counts by day. `first_at` None: its events may be of any month there is."""

    tenant_id: int
    id: int
    number: int
    first_at: datetime | None
    last_at: datetime


def rest_names(*, now: datetime, running: Callable[[], bool] = lambda: True) -> int:
    """Names of which no event is kept give their place back: their time is over, or the people were erased. Ignored
    and added ones stay as they are. Stops between names when `running()` is false. Returns names that rest now; a later
    event takes a place again.
    """
    with system_scope():
        rested: int = sql.run(REST_CLEARED, now=now).rowcount
        sql.run(FORGET_COUNTS, before=(now - COUNTS_KEPT).date())
        quiet = sql.typed(DUE, _Quiet, quiet=now - QUIET, most=LOOKED_AT_ONCE)
        months = sql.run(MONTHS).values() if quiet else []
    opened = [datetime.combine(month, time.min, tzinfo=UTC) for month in months if month is not None]
    for name in quiet:
        if running() and _noted(name, now=now) and not _is_kept(name, opened):
            rested += _rest(name, now=now)
    return rested


def _noted(name: _Quiet, *, now: datetime) -> bool:
    """Write down, for good, that it is looked for; False when somebody else does so now."""
    with tenant_scope(name.tenant_id):
        return sql.run(LOOKED, id=name.id, quiet=now - QUIET, now=now).rowcount == 1


def _is_kept(name: _Quiet, opened: list[datetime]) -> bool:
    """Whether an event of it is in the log, or nobody knows: the look took too long."""
    try:
        return any(_stands(name, since, until) for since, until in _stretches(name, opened))
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        return True


def _stands(name: _Quiet, since: datetime, until: datetime) -> bool:
    with tenant_scope(name.tenant_id), sql.bounded(PATIENCE):
        return bool(sql.run(STANDS, number=name.number, since=since, until=until).value())


def _stretches(name: _Quiet, opened: list[datetime]) -> Iterator[tuple[datetime, datetime]]:
    """From the newest known day back, never more than a month of the log; `opened`: the months there are, ascending."""
    end = name.last_at + BEHIND
    first = name.first_at - BEFORE if name.first_at else min([*opened, end])
    day = max(first, name.last_at - timedelta(days=1))
    marks = [first, *(month for month in opened if first < month < day), day, end]
    for since, until in reversed(list(pairwise(marks))):
        if since < until:
            yield since, until


def _rest(name: _Quiet, *, now: datetime) -> int:
    with tenant_scope(name.tenant_id):
        return sql.run(REST, id=name.id, last_at=name.last_at, now=now).rowcount


# `last_at` may be an hour behind.
REST_CLEARED = """
    UPDATE tracking_customname AS own SET rested_at = %(now)s
      FROM tracking_retention AS kept
     WHERE kept.tenant_id = own.tenant_id AND kept.name = own.number AND own.rested_at IS NULL
       AND own.ignored_at IS NULL AND own.added_at IS NULL AND own.last_at < kept.done_until - interval '1 hour'
"""
DUE = """
    SELECT own.tenant_id, own.id, own.number, own.first_at, own.last_at
      FROM tracking_customname AS own
     WHERE own.rested_at IS NULL AND own.ignored_at IS NULL AND own.added_at IS NULL AND own.last_at < %(quiet)s
       AND coalesce(own.looked_at < %(quiet)s, true)
       AND NOT EXISTS (SELECT FROM tracking_daily AS daily
                        WHERE daily.tenant_id = own.tenant_id AND daily.name = own.number)
     LIMIT %(most)s
"""
LOOKED = """
    UPDATE tracking_customname SET looked_at = %(now)s
     WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND coalesce(looked_at < %(quiet)s, true)
"""
STANDS = """
    SELECT EXISTS (SELECT FROM tracking_event AS event
                    WHERE event.tenant_id = %(tenant_id)s AND event.name = %(number)s
                      AND event.occurred_at >= %(since)s AND event.occurred_at < %(until)s)
"""
# Unless it was sent, added or ignored meanwhile.
REST = """
    UPDATE tracking_customname SET rested_at = %(now)s
     WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND last_at = %(last_at)s
       AND rested_at IS NULL AND ignored_at IS NULL AND added_at IS NULL
"""
FORGET_COUNTS = "DELETE FROM tracking_turnedaway WHERE day < %(before)s"
