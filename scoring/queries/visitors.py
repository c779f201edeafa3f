"""Unknown visitors by what they would score, and the companies they may be from. The company is always a guess.

The list walks the index by points: no OFFSET, no count. Visits of machines are in neither. Asked for the readers of a
page it is those the page report counts as unknown, points or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from conditions import fold
from ma_platform.db import sql
from scoring.models import DEFAULT_KEY, ScoreModel

EVER = "-infinity"


@dataclass(frozen=True, slots=True)
class ReadersOf:
    """Unknown visitors of a page (its key) in those local days, both included."""

    page: str
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class VisitorFilter:
    """What of the list to show: `since` last seen, `guessed` only those with a possible company, `company` its text.

    `readers`: only who read that page; `minimum` 1 then takes those without points too.
    """

    since: datetime | None = None
    guessed: bool = False
    minimum: int = 1
    company: str = ""
    readers: ReadersOf | None = None


@dataclass(frozen=True, slots=True)
class RankedVisitor:
    """An unknown visitor. `source` is where it first came from; `company_*` of the newest visit that tells one."""

    visitor_id: int
    key: str
    points: int
    visits: int
    first_seen_at: datetime
    last_seen_at: datetime
    source: Mapping[str, str]
    company_name: str
    company_domain: str
    company_confidence: int
    own: bool
    views: int
    visible_ms: int
    prefecture: str
    country: str

    @property
    def position(self) -> tuple[int, int]:
        """Where the list goes on after this one."""
        return self.points, self.visitor_id


def ranked_visitors(
    asked: VisitorFilter, *, after: tuple[int, int] | None = None, limit: int = 50
) -> list[RankedVisitor]:
    """Unknown visitors, most points first, those after `position`."""
    rows = sql.run(
        RANKED if asked.readers is None else RANKED_READERS,
        **_in_force(),
        **_read(asked.readers),
        since=asked.since or EVER,
        guessed=asked.guessed,
        minimum=max(asked.minimum, 1) if asked.readers is None or asked.minimum > 1 else 0,
        company=fold(asked.company.strip()),
        points=after[0] if after else 2**31 - 1,
        visitor_id=after[1] if after else 2**63 - 1,
        limit=limit,
    ).dicts()
    return [RankedVisitor(**{**row, "source": orjson.loads(row["source"] or "{}")}) for row in rows]


def _read(readers: ReadersOf | None) -> dict[str, Any]:  # Any: parameters
    return {"page": readers.page, "first": readers.since, "last": readers.until} if readers else {}


def _in_force() -> dict[str, Any]:  # Any: parameters
    model = ScoreModel.objects.filter(key=DEFAULT_KEY).first()
    return {"model_id": model.pk if model else 0, "version": model.published_version if model else 0}


GUESS = """
    SELECT guess.company_name, guess.company_domain, guess.company_confidence
      FROM tracking_session AS guess
     WHERE guess.tenant_id = %(tenant_id)s AND guess.visitor_id = {visitor}
       AND guess.company_source IN ('list', 'learned', 'provider') AND guess.verdict <> 1
     ORDER BY guess.last_at DESC LIMIT 1
"""
# Values are written into the text by the driver, so a filter that is off is not even planned.
_GUESSED = """
    WITH guesses AS (
        SELECT DISTINCT ON (guess.visitor_id) guess.visitor_id, guess.company_name, guess.company_domain
          FROM tracking_session AS guess
         WHERE guess.tenant_id = %(tenant_id)s AND guess.verdict <> 1
           AND guess.company_source IN ('list', 'learned', 'provider')
         ORDER BY guess.visitor_id, guess.last_at DESC
    ), companies AS MATERIALIZED (
        SELECT DISTINCT guesses.company_name, guesses.company_domain FROM guesses
    ), meant AS (
        SELECT guesses.visitor_id
          FROM guesses
          JOIN companies USING (company_name, company_domain)
         WHERE strpos(ma_fold(companies.company_name || ' ' || companies.company_domain), %(company)s) > 0
    ), ranked AS MATERIALIZED (
"""
_NARROWED = (
    """
           AND visitor.last_seen_at > %(since)s::timestamptz
           AND (NOT %(guessed)s OR EXISTS ("""  # noqa: S608 - constants put together, values are parameters
    + GUESS.format(visitor="visitor.id")
    + """))
           AND (%(company)s = '' OR visitor.id IN (SELECT meant.visitor_id FROM meant))
    """
)
_VISITOR = """
        SELECT score.points, visitor.id AS visitor_id, visitor.key, visitor.visits, visitor.first_seen_at,
               visitor.last_seen_at, visitor.first_source
"""
BY_POINTS = (
    _VISITOR
    + """
          FROM scoring_visitorscore AS score
          JOIN tracking_visitor AS visitor
            ON visitor.tenant_id = %(tenant_id)s AND visitor.id = score.visitor_id AND visitor.lead_id IS NULL
         WHERE score.tenant_id = %(tenant_id)s AND score.model_id = %(model_id)s AND score.version = %(version)s
           AND score.points >= %(minimum)s AND (score.points, score.visitor_id) < (%(points)s, %(visitor_id)s)
    """
    + _NARROWED
    + " ORDER BY score.points DESC, score.visitor_id DESC LIMIT %(limit)s"
)
# Whoever was nobody's when they read it, as the page report counts them.
BY_PAGE = (
    _VISITOR.replace("score.points", "coalesce(score.points, 0) AS points")  # noqa: S608 - constants put together
    + """
          FROM (SELECT DISTINCT daily.visitor_id AS id
                  FROM tracking_subject AS page
                  JOIN tracking_daily AS daily
                    ON daily.tenant_id = %(tenant_id)s AND daily.name = 1 AND daily.subject_id = page.id
                   AND daily.day BETWEEN %(first)s AND %(last)s AND daily.lead_id IS NULL
                 WHERE page.tenant_id = %(tenant_id)s AND page.kind = 'page' AND page.key = %(page)s) AS reader
          JOIN tracking_visitor AS visitor ON visitor.tenant_id = %(tenant_id)s AND visitor.id = reader.id
          LEFT JOIN scoring_visitorscore AS score
                 ON score.tenant_id = %(tenant_id)s AND score.model_id = %(model_id)s
                AND score.version = %(version)s AND score.visitor_id = visitor.id
         WHERE coalesce(score.points, 0) >= %(minimum)s
           AND (coalesce(score.points, 0), visitor.id) < (%(points)s, %(visitor_id)s)
    """
    + _NARROWED
    + " ORDER BY coalesce(score.points, 0) DESC, visitor.id DESC LIMIT %(limit)s"
)
_SHOWN = (
    """
    )
    SELECT ranked.visitor_id, ranked.key, ranked.points, ranked.visits, ranked.first_seen_at, ranked.last_seen_at,
           ranked.first_source::text AS source,
           coalesce(nullif(guess.company_name, ''), guess.company_domain, '') AS company_name,
           coalesce(guess.company_domain, '') AS company_domain,
           coalesce(guess.company_confidence, 0) AS company_confidence, coalesce(walk.own, false) AS own,
           coalesce(walk.views, 0)::int AS views, coalesce(walk.visible_ms, 0)::bigint AS visible_ms,
           coalesce(place.prefecture, '') AS prefecture, coalesce(place.country, '') AS country
      FROM ranked
      LEFT JOIN LATERAL ("""  # noqa: S608 - as above
    + GUESS.format(visitor="ranked.visitor_id")
    + """) AS guess ON true
      LEFT JOIN LATERAL (
            SELECT sum(visit.views) AS views, sum(visit.visible_ms) AS visible_ms,
                   bool_or(visit.company_source = 'own') AS own
              FROM tracking_session AS visit
             WHERE visit.tenant_id = %(tenant_id)s AND visit.visitor_id = ranked.visitor_id AND visit.verdict <> 1
           ) AS walk ON true
      LEFT JOIN LATERAL (
            SELECT visit.prefecture, visit.country
              FROM tracking_session AS visit
             WHERE visit.tenant_id = %(tenant_id)s AND visit.visitor_id = ranked.visitor_id AND visit.verdict <> 1
               AND (visit.prefecture <> '' OR visit.country <> '')
             ORDER BY visit.started_at DESC LIMIT 1) AS place ON true
     ORDER BY ranked.points DESC, ranked.visitor_id DESC
"""
)
RANKED = _GUESSED + BY_POINTS + _SHOWN
RANKED_READERS = _GUESSED + BY_PAGE + _SHOWN
