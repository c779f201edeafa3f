"""Counts and visible time from the daily rollup; machines are not in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from psycopg2.sql import SQL

from ma_platform.db import sql
from tracking.queries.left_out import counted


@dataclass(frozen=True, slots=True)
class Total:
    """How often and how long, over all days and browsers."""

    name: int
    subject_id: int | None
    count: int
    visible_ms: int
    first_at: datetime
    last_at: datetime


def totals(lead_id: int, *, names: Sequence[int] = ()) -> list[Total]:
    """Counts per event and subject of a person, from the daily rollup; every event when `names` is empty."""
    return sql.typed(TOTALS, Total, lead_id=lead_id, names=[int(name) for name in names])


@dataclass(frozen=True, slots=True)
class DayCount:
    """What was done on one local day, people and unknown visitors together; `visible_ms` only for page views."""

    day: date
    name: int
    count: int
    visible_ms: int


def counts_per_day(names: Sequence[int], *, since: date) -> list[DayCount]:
    """Counts of these events by local day from `since` on, machines and those whom reports leave out not among them;
    days without any are not there.
    """
    return sql.typed(SQL(PER_DAY).format(counted=counted()), DayCount, names=[int(name) for name in names], since=since)


def events_of(lead_ids: Sequence[int]) -> int:
    """How much these people did in all, machines left out; from the daily rollup, so it costs little."""
    found: int = sql.run(DONE, lead_ids=list(lead_ids)).value()
    return found


DONE = """
    SELECT coalesce(sum(count), 0)::bigint FROM tracking_daily
     WHERE tenant_id = %(tenant_id)s AND lead_id = ANY (%(lead_ids)s::bigint[])
"""
TOTALS = """
    SELECT name, subject_id, sum(count)::bigint AS count, sum(visible_ms)::bigint AS visible_ms,
           min(first_at) AS first_at, max(last_at) AS last_at
      FROM tracking_daily
     WHERE tenant_id = %(tenant_id)s AND lead_id = %(lead_id)s
       AND (cardinality(%(names)s::smallint[]) = 0 OR name = ANY (%(names)s::smallint[]))
     GROUP BY name, subject_id ORDER BY name, subject_id
"""
PER_DAY = """
    SELECT day, name, sum(count)::bigint AS count, sum(visible_ms)::bigint AS visible_ms
      FROM tracking_daily AS daily
     WHERE tenant_id = %(tenant_id)s AND name = ANY (%(names)s::smallint[]) AND day >= %(since)s AND {counted}
     GROUP BY day, name ORDER BY day, name
"""
