"""Which pages are read, by how many and for how long; from the daily rollup: without machines and without those whom
reports leave out (`left_out`), who are asked about apart.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from psycopg2.sql import SQL, Composable

from ma_platform.db import sql
from tracking.queries.left_out import away, counted

SORTS = ("views", "people", "unknown", "visible", "last")


@dataclass(frozen=True, slots=True)
class PageRow:
    """A page in a period. `people` are known, `unknown` browsers are not; `each_ms`: visible time per view."""

    key: str
    name: str
    host: str
    path: str
    views: int
    people: int
    unknown: int
    visible_ms: int
    each_ms: int
    last_at: datetime

    @property
    def address(self) -> str:
        return self.host + self.path


@dataclass(frozen=True, slots=True)
class PageDay:
    """One local day of a page."""

    day: date
    views: int
    visible_ms: int


@dataclass(frozen=True, slots=True)
class Reader:
    """A known person who read a page."""

    lead_id: int
    views: int
    visible_ms: int
    last_at: datetime


def page_report(
    *, since: date, until: date, q: str = "", sort: str = "views", limit: int = 50, offset: int = 0
) -> list[PageRow]:
    """Pages read from `since` to `until` (both included), greatest first. `q`: part of title or address."""
    if sort not in SORTS:
        raise ValueError(f"pages are not sorted by {sort!r}")
    return sql.typed(
        _counted(REPORT), PageRow, since=since, until=until, q=q.casefold(), sort=sort, limit=limit, offset=offset
    )


def measured_pages(pages: Collection[int]) -> set[int]:
    """Those of these pages (numbers) that somebody was seen reading: the tag runs on them and tells visible time."""
    return set(sql.run(MEASURED, pages=sorted(pages)).values()) if pages else set()


def find_page(key: str, *, since: date, until: date) -> PageRow | None:
    """One page by its key; zeros when nobody read it in the period, None when it was never seen."""
    found = sql.typed(_counted(ONE), PageRow, key=key, since=since, until=until)
    return found[0] if found else None


def page_days(key: str, *, since: date, until: date) -> list[PageDay]:
    """Views and visible time by local day; days without any are not there."""
    return sql.typed(_counted(DAYS), PageDay, key=key, since=since, until=until)


def readers(key: str, *, since: date, until: date, limit: int = 50, left_out: bool = False) -> list[Reader]:
    """Known people who read a page, the longest readers first: those who count, or only those who are left out."""
    who = SQL("daily.lead_id IN ({away})").format(away=away()) if left_out else counted()
    return sql.typed(SQL(READERS).format(who=who), Reader, key=key, since=since, until=until, limit=limit)


def _counted(statement: str) -> Composable:
    return SQL(statement).format(counted=counted())


_SUMS = """
           coalesce(sum(daily.count), 0)::int AS views, count(DISTINCT daily.lead_id)::int AS people,
           count(DISTINCT daily.visitor_id) FILTER (WHERE daily.lead_id IS NULL)::int AS unknown,
           coalesce(sum(daily.visible_ms), 0)::bigint AS visible_ms, max(daily.last_at) AS last_at
"""
_EACH = "(counted.visible_ms / greatest(counted.views, 1))::bigint AS each_ms"
REPORT = (
    """
    WITH counted AS (
        SELECT daily.subject_id,"""  # noqa: S608 - constants put together, values are parameters
    + _SUMS
    + """
          FROM tracking_daily AS daily
         WHERE daily.tenant_id = %(tenant_id)s AND daily.name = 1 AND daily.day BETWEEN %(since)s AND %(until)s
           AND daily.subject_id IS NOT NULL AND {counted}
         GROUP BY daily.subject_id
    )
    SELECT page.key, page.name, page.host, page.path, counted.views, counted.people, counted.unknown,
           counted.visible_ms, """
    + _EACH
    + """, counted.last_at
      FROM counted
      JOIN tracking_subject AS page ON page.tenant_id = %(tenant_id)s AND page.id = counted.subject_id
     WHERE %(q)s = '' OR position(%(q)s IN lower(page.name)) > 0 OR position(%(q)s IN lower(page.key)) > 0
     ORDER BY CASE %(sort)s WHEN 'views' THEN counted.views WHEN 'people' THEN counted.people
                            WHEN 'unknown' THEN counted.unknown WHEN 'visible' THEN counted.visible_ms
                            ELSE extract(epoch FROM counted.last_at) END DESC, page.key
     LIMIT %(limit)s OFFSET %(offset)s
"""
)
_OF_PAGE = """
      FROM tracking_subject AS page
      LEFT JOIN tracking_daily AS daily
             ON daily.tenant_id = %(tenant_id)s AND daily.name = 1 AND daily.subject_id = page.id
            AND daily.day BETWEEN %(since)s AND %(until)s AND {counted}
     WHERE page.tenant_id = %(tenant_id)s AND page.kind = 'page' AND page.key = %(key)s
"""
ONE = (
    "WITH counted AS (SELECT page.key, page.name, page.host, page.path,"  # noqa: S608 - as above
    + _SUMS
    + _OF_PAGE
    + """ GROUP BY page.key, page.name, page.host, page.path)
    SELECT key, name, host, path, views, people, unknown, visible_ms, """
    + _EACH
    + ", last_at FROM counted"
)
DAYS = """
    SELECT daily.day, sum(daily.count)::int AS views, sum(daily.visible_ms)::bigint AS visible_ms
      FROM tracking_subject AS page
      JOIN tracking_daily AS daily
        ON daily.tenant_id = %(tenant_id)s AND daily.name = 1 AND daily.subject_id = page.id
       AND daily.day BETWEEN %(since)s AND %(until)s AND {counted}
     WHERE page.tenant_id = %(tenant_id)s AND page.kind = 'page' AND page.key = %(key)s
     GROUP BY daily.day ORDER BY daily.day
"""
READERS = """
    SELECT daily.lead_id, sum(daily.count)::int AS views, sum(daily.visible_ms)::bigint AS visible_ms,
           max(daily.last_at) AS last_at
      FROM tracking_subject AS page
      JOIN tracking_daily AS daily
        ON daily.tenant_id = %(tenant_id)s AND daily.name = 1 AND daily.subject_id = page.id
       AND daily.day BETWEEN %(since)s AND %(until)s AND daily.lead_id IS NOT NULL AND {who}
     WHERE page.tenant_id = %(tenant_id)s AND page.kind = 'page' AND page.key = %(key)s
     GROUP BY daily.lead_id ORDER BY visible_ms DESC, daily.lead_id LIMIT %(limit)s
"""
MEASURED = """
    SELECT page.id FROM unnest(%(pages)s::bigint[]) AS page(id)
     WHERE EXISTS (SELECT FROM tracking_daily AS daily
                    WHERE daily.tenant_id = %(tenant_id)s AND daily.name = 1 AND daily.subject_id = page.id
                      AND daily.visible_ms > 0)
"""
