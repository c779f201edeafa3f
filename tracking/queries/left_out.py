"""Whom reports leave out: a room above knows, this one only counts without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from psycopg2.sql import SQL, Composable

from ma_platform.db import sql

_said: list[str] = []


@dataclass(frozen=True, slots=True)
class LeftOutCounts:
    """What a report leaves out: how many people, and how often they did it."""

    people: int
    count: int


def leave_out(statement: str) -> None:
    """Leave these people out of reports: a SELECT of lead ids; `tenant_id` comes from around it."""
    _said[:] = [statement]


def away() -> Composable:
    """The SELECT of those to leave out; nobody when no room says."""
    return SQL(_said[0]) if _said else SQL("SELECT NULL::bigint AS lead_id WHERE FALSE")


def counted() -> Composable:
    """The test on a row of the daily rollup, called `daily`, that it is no such person's. Unknown browsers count."""
    return SQL("NOT EXISTS (SELECT FROM ({away}) AS away WHERE away.lead_id = daily.lead_id)").format(away=away())


def left_out_counts(names: Sequence[int], *, since: date, until: date, key: str = "") -> LeftOutCounts:
    """What these events of those days would be more by; `key`: of one page."""
    statement = SQL(LEFT_OUT).format(away=away(), of_page=SQL(OF_PAGE if key else ""))
    numbers = [int(name) for name in names]
    (found,) = sql.typed(statement, LeftOutCounts, names=numbers, since=since, until=until, key=key)
    return found


LEFT_OUT = """
    SELECT count(DISTINCT daily.lead_id)::int AS people, coalesce(sum(daily.count), 0)::int AS count
      FROM tracking_daily AS daily
     WHERE daily.tenant_id = %(tenant_id)s AND daily.name = ANY (%(names)s::smallint[])
       AND daily.day BETWEEN %(since)s AND %(until)s AND daily.lead_id IN ({away}) {of_page}
"""
OF_PAGE = """
       AND daily.subject_id = (SELECT page.id FROM tracking_subject AS page
                                WHERE page.tenant_id = %(tenant_id)s AND page.kind = 'page' AND page.key = %(key)s)
"""
