"""Companies as lists and with the sums of their people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2.sql import SQL

from leads.names import company_key
from leads.queries.listing import read_position
from ma_platform.db import sql


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """One line of the company list: `leads` people, the last of them seen at `last_seen_at`."""

    id: int
    public_id: str
    name: str
    domain: str
    industry: str
    employees: int | None
    prefecture: str
    created_at: datetime
    updated_at: datetime
    leads: int
    last_seen_at: datetime | None

    @property
    def position(self) -> list[object]:
        return [self.updated_at.isoformat(), self.id]


def list_companies(
    *, q: str = "", after: Sequence[Any] | None = None, limit: int = 50
) -> list[CompanyRow]:  # Any: cursor
    """Companies, last changed first; `q` matches the start of the name or the whole domain. One statement."""
    moment, company_id = read_position(after, read=datetime.fromisoformat) if after is not None else (None, None)
    tests = [SQL(AFTER)] if after is not None else []
    tests += [SQL(MATCHES)] if q.strip() else []
    statement = SQL(LIST_COMPANIES).format(tests=SQL(" ").join(tests))
    text = q.strip()[:200].replace("\x00", "")
    params: dict[str, Any] = {
        "limit": limit,
        "q_name": company_key(text),
        "q_domain": text.casefold(),
        "moment": moment,
        "after_id": company_id,
    }
    return sql.typed(statement, CompanyRow, **params)


AFTER = "AND (company.updated_at, company.id) < (%(moment)s::timestamptz, %(after_id)s)"
MATCHES = "AND (company.name_key ^@ %(q_name)s OR company.domain = %(q_domain)s)"

LIST_COMPANIES = """
    WITH shown AS MATERIALIZED (
        SELECT company.id, company.public_id, company.name, company.domain, company.industry, company.employees,
               company.prefecture, company.created_at, company.updated_at
          FROM leads_company AS company
         WHERE company.tenant_id = %(tenant_id)s {tests}
         ORDER BY company.updated_at DESC, company.id DESC
         LIMIT %(limit)s
    )
    SELECT shown.*, people.leads, people.last_seen_at
      FROM shown
      CROSS JOIN LATERAL (
           SELECT count(*)::int AS leads, max(lead.last_seen_at) AS last_seen_at FROM leads_lead AS lead
            WHERE lead.tenant_id = %(tenant_id)s AND lead.company_id = shown.id) AS people
     ORDER BY shown.updated_at DESC, shown.id DESC
"""


@dataclass(frozen=True, slots=True)
class Rollup:
    """What the people of one company add up to."""

    leads: int
    decision_makers: int
    last_seen_at: datetime | None
    views_30_days: int
    visible_seconds: int


def company_rollup(company_id: int, *, now: datetime) -> Rollup:
    """People, those from 部長 up, and what they read in the last 30 days. One statement."""
    (rollup,) = sql.typed(COMPANY_ROLLUP, Rollup, company_id=company_id, now=now)
    return rollup


COMPANY_ROLLUP = """
    WITH people AS (
        SELECT lead.id, lead.job_rank, lead.last_seen_at FROM leads_lead AS lead
         WHERE lead.tenant_id = %(tenant_id)s AND lead.company_id = %(company_id)s
    ), read AS (
        SELECT coalesce(sum(daily.count), 0)::int AS views, coalesce(sum(daily.visible_ms), 0)::bigint / 1000 AS seconds
          FROM tracking_daily AS daily JOIN people ON people.id = daily.lead_id
         WHERE daily.tenant_id = %(tenant_id)s AND daily.name = 1 AND daily.last_at > %(now)s - interval '30 days'
    )
    SELECT count(people.id)::int AS leads, (count(*) FILTER (WHERE people.job_rank >= 5))::int AS decision_makers,
           max(people.last_seen_at) AS last_seen_at, min(read.views) AS views_30_days,
           min(read.seconds) AS visible_seconds
      FROM read LEFT JOIN people ON true
"""
