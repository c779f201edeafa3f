"""Visits as rows to show, and where people came from: every touch, the first and the last of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from ma_platform.db import sql
from tracking.queries.timeline import BadPosition

TOUCHES = 500  # of one person; the first is never among those left out


@dataclass(frozen=True, slots=True)
class Company:
    """Whose network it may have been: never a fact about a person. `source`: list, learned, provider, or own."""

    name: str
    domain: str
    confidence: int
    source: str


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit. `source` is None when it came from nowhere new; `network` is own, carrier, gateway or ""."""

    id: UUID
    visitor_id: int
    started_at: datetime
    last_at: datetime
    views: int
    events: int
    visible_ms: int
    landing_url: str
    landing_name: str
    landing_path: str
    source: Mapping[str, str] | None
    channel: str
    device: str
    os: str
    browser: str
    language: str
    country: str
    prefecture: str
    company: Company | None
    network: str
    verdict: int
    reasons: tuple[str, ...]

    @property
    def position(self) -> list[object]:
        """Where the next page of visits begins."""
        return [self.started_at.isoformat(), str(self.id)]


@dataclass(frozen=True, slots=True)
class Touch:
    """A visit that came from somewhere, or a direct one: `source` as `sources.visit_source` makes it."""

    visit_id: UUID
    at: datetime
    channel: str
    source: Mapping[str, str]
    landing_url: str

    @property
    def position(self) -> list[object]:
        """Where the next page of touches begins."""
        return [self.at.isoformat(), str(self.visit_id)]


@dataclass(frozen=True, slots=True)
class Touches:
    """`first`, `last` (the last that was not direct, else the last) and `every` in the order they happened."""

    first: Touch | None
    last: Touch | None
    every: tuple[Touch, ...]


def visits(
    *,
    visitor_id: int | None = None,
    lead_id: int | None = None,
    before: Sequence[object] | None = None,
    limit: int = 20,
) -> list[Visit]:
    """A browser's or a person's visits, newest first. Machines are in it.

    `before`: another's position; raises BadPosition for anything else.

    A person's are those with an event of theirs: a browser that changed hands keeps each visit with its person. Where
    a visit came from is of who began it.
    """
    if (visitor_id is None) == (lead_id is None):
        raise TypeError("visits of a browser or of a person")
    statement = OF_VISITOR if lead_id is None else OF_LEAD
    who = visitor_id if lead_id is None else lead_id
    at, last = _position(before)
    rows = sql.run(statement, who=who, before=at, last=last, limit=limit).dicts()
    return [_visit(row) for row in rows]


def touch_list(lead_id: int, *, before: Sequence[object] | None = None, limit: int = 50) -> list[Touch]:
    """Where a person came from, newest first, without machines. `before`: another's position; raises BadPosition."""
    at, last = _position(before)
    rows = sql.run(OF_LEAD_TOUCH_LIST, who=lead_id, before=at, last=last, limit=limit).dicts()
    return [_touch(row) for row in rows]


def _position(before: Sequence[object] | None) -> tuple[datetime, str]:
    if before is None:
        return datetime.max.replace(tzinfo=UTC), str(UUID(int=0))
    try:
        at, last = before
        moment = datetime.fromisoformat(str(at))
        return moment.astimezone(UTC), str(UUID(str(last)))
    except (ValueError, OverflowError):
        raise BadPosition from None


def touches(lead_id: int) -> Touches:
    """Where a person came from: a query over their visits, never an overwritten column. Machines are left out."""
    rows = sql.run(OF_LEAD_TOUCHES, who=lead_id, limit=TOUCHES).dicts()
    every = tuple(map(_touch, rows))
    if not every:
        return Touches(None, None, ())
    meant = [touch for touch in every if touch.channel != "direct"]
    return Touches(every[0], (meant or every)[-1], every)


@dataclass(frozen=True, slots=True)
class Ends:
    """How often a person came, machines left out, and where from first and last, as `Touches` has it; None without."""

    lead_id: int
    visits: int
    first: Mapping[str, str] | None
    last: Mapping[str, str] | None


def first_and_last(lead_ids: Sequence[int]) -> dict[int, Ends]:
    """What caches of the first and last source have to hold, for many people in one query; those with visits alone."""
    rows = sql.run(ENDS, leads=list(lead_ids)).rows
    return {lead: Ends(lead, visits, _source(first), _source(last)) for lead, visits, first, last in rows}


def _source(text: str | None) -> Mapping[str, str] | None:
    return None if text is None else orjson.loads(text)


def _touch(row: dict[str, Any]) -> Touch:  # Any: a row of touches
    return Touch(**{**row, "source": orjson.loads(row["source"])})


def _visit(row: dict[str, Any]) -> Visit:  # Any: a row of _VISIT
    name, domain = row.pop("company_name"), row.pop("company_domain")
    confidence, source = row.pop("company_confidence"), row.pop("company_source")
    return Visit(
        **{
            **row,
            "source": orjson.loads(row["source"]) if row["source"] else None,
            "reasons": tuple(row["reasons"]),
            "company": Company(name or domain, domain, confidence or 0, source) if name or domain else None,
            "network": source if source in ("own", "carrier", "gateway") else "",
        }
    )


_VISIT = """
    SELECT visit.id, visit.visitor_id, visit.started_at, visit.last_at, visit.views, visit.events, visit.visible_ms,
           coalesce(nullif(landing.url, ''), landing.key, '') AS landing_url,
           coalesce(landing.name, '') AS landing_name,
           coalesce(landing.path, '') AS landing_path, visit.source, visit.channel, visit.device, visit.os,
           visit.browser, visit.language, visit.country, visit.prefecture, visit.company_name, visit.company_domain,
           visit.company_confidence, visit.company_source, visit.verdict, visit.reasons
"""
_LANDING = """
      LEFT JOIN tracking_subject AS landing
        ON landing.tenant_id = %(tenant_id)s AND landing.id = visit.landing_id
"""
_NEWEST = """ AND (visit.started_at, visit.id) < (%(before)s, %(last)s::uuid)
     ORDER BY visit.started_at DESC, visit.id DESC LIMIT %(limit)s"""
_OWN = """
    WITH own AS MATERIALIZED (
        SELECT event.session AS id, min(event.occurred_at) AS since FROM tracking_event AS event
         WHERE event.tenant_id = %(tenant_id)s AND event.lead_id = %(who)s AND event.session IS NOT NULL
         GROUP BY event.session
    )
"""
_OF_OWN = """
      FROM own JOIN tracking_session AS visit ON visit.tenant_id = %(tenant_id)s AND visit.id = own.id
"""
OF_VISITOR = (
    _VISIT
    + " FROM tracking_session AS visit "
    + _LANDING
    + " WHERE visit.tenant_id = %(tenant_id)s AND visit.visitor_id = %(who)s"
    + _NEWEST
)
OF_LEAD = _OWN + _VISIT + _OF_OWN + _LANDING + " WHERE true" + _NEWEST
OF_LEAD_TOUCHES = (
    _OWN  # noqa: S608 - constants put together, values are parameters
    + """, touched AS (
        SELECT visit.id AS visit_id, visit.started_at AS at, visit.channel, visit.source,
               coalesce(nullif(landing.url, ''), landing.key, '') AS landing_url,
               row_number() OVER (ORDER BY visit.started_at, visit.id) AS place,
               count(*) OVER () AS places"""
    + _OF_OWN
    + _LANDING
    + """
         WHERE visit.source IS NOT NULL AND visit.verdict = 0 AND own.since <= visit.started_at
    )
    SELECT visit_id, at, channel, source, landing_url FROM touched
     WHERE place = 1 OR place > places - %(limit)s ORDER BY at, visit_id
"""
)
OF_LEAD_TOUCH_LIST = (
    _OWN
    + """
    SELECT visit.id AS visit_id, visit.started_at AS at, visit.channel, visit.source,
           coalesce(nullif(landing.url, ''), landing.key, '') AS landing_url"""
    + _OF_OWN
    + _LANDING
    + " WHERE visit.source IS NOT NULL AND visit.verdict = 0 AND own.since <= visit.started_at"
    + _NEWEST
)
ENDS = """
    WITH own AS MATERIALIZED (
        SELECT event.lead_id, event.session AS id, min(event.occurred_at) AS since FROM tracking_event AS event
         WHERE event.tenant_id = %(tenant_id)s AND event.lead_id = ANY (%(leads)s::bigint[])
           AND event.session IS NOT NULL
         GROUP BY event.lead_id, event.session
    ), came AS (
        SELECT own.lead_id, visit.id, visit.started_at, visit.channel, visit.source,
               visit.source IS NOT NULL AND own.since <= visit.started_at AS touch
          FROM own JOIN tracking_session AS visit ON visit.tenant_id = %(tenant_id)s AND visit.id = own.id
         WHERE visit.verdict = 0
    )
    SELECT lead_id, count(*)::int, (array_agg(source ORDER BY started_at, id) FILTER (WHERE touch))[1],
           (array_agg(source ORDER BY (channel <> 'direct') DESC, started_at DESC, id DESC) FILTER (WHERE touch))[1]
      FROM came
     GROUP BY lead_id
"""
