"""Unknown visitors by what they would score, and the companies they may be from. The company is always a guess.

The list walks the index by points: no OFFSET, no count. Visits of machines are in neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from conditions import fold
from ma_platform.db import sql
from scoring.models import DEFAULT_KEY, ScoreModel

EVER = "-infinity"


@dataclass(frozen=True, slots=True)
class VisitorFilter:
    """What of the list to show: `since` last seen, `guessed` only those with a possible company, `company` its text."""

    since: datetime | None = None
    guessed: bool = False
    minimum: int = 1
    company: str = ""


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
        RANKED,
        **_in_force(),
        since=asked.since or EVER,
        guessed=asked.guessed,
        minimum=max(asked.minimum, 1),
        company=fold(asked.company.strip()),
        points=after[0] if after else 2**31 - 1,
        visitor_id=after[1] if after else 2**63 - 1,
        limit=limit,
    ).dicts()
    return [RankedVisitor(**{**row, "source": orjson.loads(row["source"] or "{}")}) for row in rows]


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
RANKED = (
    """
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
        SELECT score.points, visitor.id AS visitor_id, visitor.key, visitor.visits, visitor.first_seen_at,
               visitor.last_seen_at, visitor.first_source
          FROM scoring_visitorscore AS score
          JOIN tracking_visitor AS visitor
            ON visitor.tenant_id = %(tenant_id)s AND visitor.id = score.visitor_id AND visitor.lead_id IS NULL
         WHERE score.tenant_id = %(tenant_id)s AND score.model_id = %(model_id)s AND score.version = %(version)s
           AND score.points >= %(minimum)s AND (score.points, score.visitor_id) < (%(points)s, %(visitor_id)s)
           AND visitor.last_seen_at > %(since)s::timestamptz
           AND (NOT %(guessed)s OR EXISTS ("""  # noqa: S608 - constants put together, values are parameters
    + GUESS.format(visitor="score.visitor_id")
    + """))
           AND (%(company)s = '' OR score.visitor_id IN (SELECT meant.visitor_id FROM meant))
         ORDER BY score.points DESC, score.visitor_id DESC
         LIMIT %(limit)s
    )
    SELECT ranked.visitor_id, ranked.key, ranked.points, ranked.visits, ranked.first_seen_at, ranked.last_seen_at,
           ranked.first_source::text AS source,
           coalesce(nullif(guess.company_name, ''), guess.company_domain, '') AS company_name,
           coalesce(guess.company_domain, '') AS company_domain,
           coalesce(guess.company_confidence, 0) AS company_confidence, coalesce(walk.own, false) AS own,
           coalesce(walk.views, 0)::int AS views, coalesce(walk.visible_ms, 0)::bigint AS visible_ms,
           coalesce(place.prefecture, '') AS prefecture, coalesce(place.country, '') AS country
      FROM ranked
      LEFT JOIN LATERAL ("""
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
