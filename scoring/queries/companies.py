"""Companies by engagement: whose networks unknown visitors come from, together with the people we know there.

A company is known by the domain its network tells, else by its name. Points are those of its unknown visitors, each
counted for the company of its newest visit, and the engagement of the people we know of that domain. Carriers, the
workspace's own offices and visits of machines are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from conditions import fold
from ma_platform.db import sql
from scoring.models import DEFAULT_KEY

READERS = 20  # visits of a company that are looked at for its most read page: the newest


@dataclass(frozen=True, slots=True)
class CompanyFilter:
    """`since`: visits from then on count; `company`: text in its name or domain."""

    since: datetime
    company: str = ""


@dataclass(frozen=True, slots=True)
class RankedCompany:
    """`known_id` is the public id of the company in our books, "" when there is none with that domain.

    `confidence` is that of the surest guess. `page`: where its newest visitors spent most
    time.
    """

    key: str
    name: str
    domain: str
    confidence: int
    points: int
    unknown_points: int
    visitors: int
    people: int
    visits: int
    last_at: datetime
    known_id: str
    known_name: str
    page: str

    @property
    def position(self) -> tuple[int, int, str]:
        """Where the list goes on after this one."""
        return self.points, self.visits, self.key


def ranked_companies(
    asked: CompanyFilter, *, after: tuple[int, int, str] | None = None, limit: int = 50
) -> list[RankedCompany]:
    """Possible companies, most points first, then most visits, those after `position`."""
    points, visits, key = after or (2**31 - 1, 2**31 - 1, "")
    return sql.typed(
        RANKED,
        RankedCompany,
        model=DEFAULT_KEY,
        since=asked.since,
        company=fold(asked.company.strip()),
        points=points,
        visits=visits,
        key=key,
        limit=limit,
        readers=READERS,
    )


RANKED = """
    WITH model AS MATERIALIZED (
        SELECT model.id, model.published_version AS version FROM scoring_model AS model
         WHERE model.tenant_id = %(tenant_id)s AND model.key = %(model)s
    ), visit AS MATERIALIZED (
        SELECT coalesce(nullif(visit.company_domain, ''), visit.company_name) AS key, visit.company_name AS name,
               visit.company_domain AS domain, visit.company_confidence AS confidence, visit.last_at,
               visit.visitor_id, row_number() OVER newest_first = 1 AS newest
          FROM tracking_session AS visit
         WHERE visit.tenant_id = %(tenant_id)s AND visit.company_source IN ('list', 'learned', 'provider')
           AND visit.verdict <> 1 AND visit.last_at > %(since)s
        WINDOW newest_first AS (PARTITION BY visit.visitor_id ORDER BY visit.last_at DESC)
    ), unknown AS (
        SELECT visit.key, sum(score.points)::int AS points, count(*)::int AS visitors
          FROM visit
          JOIN tracking_visitor AS visitor
            ON visitor.tenant_id = %(tenant_id)s AND visitor.id = visit.visitor_id AND visitor.lead_id IS NULL
         CROSS JOIN model
          LEFT JOIN scoring_visitorscore AS score
            ON score.tenant_id = %(tenant_id)s AND score.model_id = model.id AND score.version = model.version
           AND score.visitor_id = visit.visitor_id
         WHERE visit.newest
         GROUP BY visit.key
    ), guessed AS MATERIALIZED (
        SELECT visit.key, max(visit.name) AS name, max(visit.domain) AS domain,
               coalesce(max(visit.confidence), 0) AS confidence, count(*)::int AS visits, max(visit.last_at) AS last_at
          FROM visit
         WHERE visit.key <> ''
         GROUP BY visit.key
        HAVING %(company)s = '' OR strpos(ma_fold(max(visit.name) || ' ' || max(visit.domain)), %(company)s) > 0
    ), known AS (
        SELECT company.domain, min(company.public_id) AS public_id, min(company.name) AS name,
               count(lead.id)::int AS people, coalesce(sum(standing.engagement), 0)::int AS points
          FROM leads_company AS company
         CROSS JOIN model
          LEFT JOIN leads_lead AS lead
            ON lead.tenant_id = %(tenant_id)s AND lead.company_id = company.id AND lead.merged_into_id IS NULL
          LEFT JOIN scoring_score AS standing
            ON standing.tenant_id = %(tenant_id)s AND standing.model_id = model.id AND standing.lead_id = lead.id
         WHERE company.tenant_id = %(tenant_id)s AND company.domain <> ''
           AND company.domain IN (SELECT guessed.domain FROM guessed)
         GROUP BY company.domain
    ), ranked AS (
        SELECT guessed.key, coalesce(nullif(guessed.name, ''), guessed.domain) AS name, guessed.domain,
               guessed.confidence, coalesce(unknown.points, 0) + coalesce(known.points, 0) AS points,
               coalesce(unknown.points, 0) AS unknown_points, coalesce(unknown.visitors, 0) AS visitors,
               coalesce(known.people, 0) AS people, guessed.visits, guessed.last_at,
               coalesce(known.public_id, '') AS known_id, coalesce(known.name, '') AS known_name
          FROM guessed
          LEFT JOIN unknown ON unknown.key = guessed.key
          LEFT JOIN known ON known.domain = guessed.domain AND guessed.domain <> ''
    ), shown AS MATERIALIZED (
        SELECT * FROM ranked
         WHERE (-points, -visits, key COLLATE "C") > (-%(points)s, -%(visits)s, %(key)s COLLATE "C")
         ORDER BY points DESC, visits DESC, key COLLATE "C"
         LIMIT %(limit)s
    ), reading AS MATERIALIZED (
        SELECT reader.key, daily.subject_id, sum(daily.visible_ms) AS visible_ms, sum(daily.count) AS views
          FROM (SELECT DISTINCT lately.key, lately.visitor_id
                  FROM (SELECT visit.key, visit.visitor_id,
                               row_number() OVER (PARTITION BY visit.key ORDER BY visit.last_at DESC) AS place
                          FROM visit JOIN shown ON shown.key = visit.key) AS lately
                 WHERE lately.place <= %(readers)s) AS reader
          JOIN tracking_daily AS daily
            ON daily.tenant_id = %(tenant_id)s AND daily.visitor_id = reader.visitor_id AND daily.name = 1
           AND daily.subject_id IS NOT NULL
         GROUP BY reader.key, daily.subject_id
    ), best AS (
        SELECT DISTINCT ON (reading.key) reading.key, reading.subject_id
          FROM reading
         ORDER BY reading.key, reading.visible_ms DESC, reading.views DESC, reading.subject_id
    )
    SELECT shown.*, coalesce(nullif(page.name, ''), page.path, '') AS page
      FROM shown
      LEFT JOIN best ON best.key = shown.key
      LEFT JOIN tracking_subject AS page ON page.tenant_id = %(tenant_id)s AND page.id = best.subject_id
     ORDER BY shown.points DESC, shown.visits DESC, shown.key COLLATE "C"
"""
