"""How far down a page is read: the deepest place of each reading, as the tag tells it when a page is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from psycopg2.sql import SQL

from ma_platform.db import sql
from tracking.queries.left_out import away

MOST = 40_000  # views and leavings looked at: the newest of the period, so that a busy page costs no more


@dataclass(frozen=True, slots=True)
class PageDepth:
    """Readings that told how deep they went: the average in percent of the page's height, and how many got so far."""

    readings: int
    average: int
    reached_25: int
    reached_50: int
    reached_75: int
    reached_100: int


@dataclass(frozen=True, slots=True)
class PersonTotals:
    """What one person read, all days together. `visible_ms` is the time their pages were really on screen."""

    views: int
    visible_ms: int


def page_depth(key: str, *, since: date, until: date, most: int = MOST) -> PageDepth:
    """Of people's readings of a page in those local days (both included), the newest `most` events at most.

    Machines and those whom reports leave out are in none.
    """
    statement = SQL(DEPTH).format(away=away())
    (found,) = sql.typed(statement, PageDepth, key=key, since=since, until=until, most=most)
    return found


def person_totals(lead_id: int) -> PersonTotals:
    """Page views and visible time of one person, from the daily rollup."""
    (found,) = sql.typed(TOTALS, PersonTotals, lead_id=lead_id)
    return found


DEPTH = """
    WITH page AS MATERIALIZED (
        SELECT subject.id, (%(since)s::date)::timestamp AT TIME ZONE workspace.timezone AS since,
               (%(until)s::date + 1)::timestamp AT TIME ZONE workspace.timezone AS until
          FROM tracking_subject AS subject JOIN tenancy_workspace AS workspace ON workspace.id = subject.tenant_id
         WHERE subject.tenant_id = %(tenant_id)s AND subject.kind = 'page' AND subject.key = %(key)s
    ), newest AS (
        SELECT event.id, event.props
          FROM tracking_event AS event
         WHERE event.tenant_id = %(tenant_id)s AND event.subject_id = (SELECT page.id FROM page)
           AND event.occurred_at >= (SELECT page.since FROM page)
           AND event.occurred_at < (SELECT page.until FROM page)
           AND event.name IN (1, 2) AND event.verdict = 0
           AND NOT EXISTS (SELECT FROM ({away}) AS away WHERE away.lead_id = event.lead_id)
         ORDER BY event.occurred_at DESC LIMIT %(most)s
    ), reading AS (
        SELECT max(greatest(least((slice.props -> 'scroll')::numeric, 100), 0))::int AS depth
          FROM newest AS slice
         WHERE jsonb_typeof(slice.props -> 'scroll') = 'number'
         GROUP BY coalesce(slice.props ->> 'view', slice.id::text)
    )
    SELECT count(*)::int AS readings, coalesce(round(avg(reading.depth)), 0)::int AS average,
           count(*) FILTER (WHERE reading.depth >= 25)::int AS reached_25,
           count(*) FILTER (WHERE reading.depth >= 50)::int AS reached_50,
           count(*) FILTER (WHERE reading.depth >= 75)::int AS reached_75,
           count(*) FILTER (WHERE reading.depth >= 100)::int AS reached_100
      FROM reading
"""
TOTALS = """
    SELECT coalesce(sum(daily.count), 0)::int AS views, coalesce(sum(daily.visible_ms), 0)::bigint AS visible_ms
      FROM tracking_daily AS daily
     WHERE daily.tenant_id = %(tenant_id)s AND daily.lead_id = %(lead_id)s AND daily.name = 1
"""
