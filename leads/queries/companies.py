"""Companies as lists and with the sums of their people. Those that stand aside are in no list."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2.sql import SQL

from leads.companies import company_key
from leads.models import Company, CompanyAlias
from leads.queries.listing import UnknownSort, read_position
from leads.queries.selection import Selected
from leads.titles import RANKS
from ma_platform import clock
from ma_platform.db import sql
from tracking.catalogue import Event
from tracking.queries import Entry
from tracking.queries.timeline import newest

SENIOR = "director"  # 部長 and above decide
MOST_PEOPLE = 300  # whose events a company's timeline is made of: those seen last


@dataclass(frozen=True, slots=True)
class _Sort:
    column: SQL
    cast: SQL
    read: Callable[[str], object]
    descending: bool


_TIME = (SQL("timestamptz"), clock.instant)
_TEXT = (SQL("text"), str)
COMPANY_SORTS = {
    "-updated": _Sort(SQL("company.updated_at"), *_TIME, descending=True),
    "updated": _Sort(SQL("company.updated_at"), *_TIME, descending=False),
    "name": _Sort(SQL("company.name_key"), *_TEXT, descending=False),
    "-name": _Sort(SQL("company.name_key"), *_TEXT, descending=True),
}


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
    corporate_number: str
    parent_name: str | None
    created_at: datetime
    updated_at: datetime
    leads: int
    last_seen_at: datetime | None
    sort_value: str

    @property
    def position(self) -> list[object]:
        return [self.sort_value, self.id]


def list_companies(
    *,
    q: str = "",
    sort: str = "-updated",
    after: Sequence[Any] | None = None,  # Any: cursor
    limit: int = 50,
) -> list[CompanyRow]:
    """Companies in order; `q` is the start of a name (kana of either kind, another name), a mail domain or a number.

    One statement that walks an index. Raises UnknownSort, BadCursor.
    """
    if sort not in COMPANY_SORTS:
        raise UnknownSort(sort=sort)
    order = COMPANY_SORTS[sort]
    moment, company_id = read_position(after, read=order.read) if after is not None else (None, None)
    direction = SQL("DESC" if order.descending else "ASC")
    sign = SQL("<" if order.descending else ">")
    after_test = SQL(AFTER).format(sort=order.column, cast=order.cast, sign=sign)
    tests = [after_test] if after is not None else []
    tests += [SQL(MATCHES)] if q.strip() else []
    statement = SQL(LIST_COMPANIES).format(tests=SQL(" ").join(tests), sort=order.column, direction=direction)
    text = q.strip()[:200].replace("\x00", "")
    params: dict[str, Any] = {"limit": limit, "value": moment, "after_id": company_id, **_search(text)}
    return sql.typed(statement, CompanyRow, **params)


def _search(text: str) -> dict[str, str]:
    return {"q_name": company_key(text), "q_domain": text.casefold().rpartition("@")[2], "q_number": text}


def selected_companies(selection: Mapping[str, Any]) -> Selected:  # Any: JSON
    """{"q"} as the list of companies reads it, as tests over leads_company AS company; joined ones stand aside."""
    tests, text = "AND company.merged_into_id IS NULL", str(selection.get("q") or "").strip()[:200].replace("\x00", "")
    return Selected(SQL(f"{tests} {MATCHES}"), dict(_search(text))) if text else Selected(SQL(tests), {})


AFTER = "AND ({sort}, company.id) {sign} (%(value)s::{cast}, %(after_id)s)"
MATCHES = """AND company.id = ANY (ARRAY(
    SELECT one.id FROM leads_company AS one WHERE one.tenant_id = %(tenant_id)s AND one.name_key ^@ %(q_name)s
     UNION ALL
    SELECT coalesce(aside.merged_into_id, alias.company_id) FROM leads_companyalias AS alias
      JOIN leads_company AS aside ON aside.tenant_id = %(tenant_id)s AND aside.id = alias.company_id
     WHERE alias.tenant_id = %(tenant_id)s
       AND ((alias.kind = 'name' AND alias.key ^@ %(q_name)s) OR (alias.kind = 'domain' AND alias.key = %(q_domain)s))
     UNION ALL
    SELECT one.merged_into_id FROM leads_company AS one
     WHERE one.tenant_id = %(tenant_id)s AND one.name_key ^@ %(q_name)s AND one.merged_into_id IS NOT NULL
     UNION ALL
    SELECT one.id FROM leads_company AS one WHERE one.tenant_id = %(tenant_id)s AND one.domain = %(q_domain)s
     UNION ALL
    SELECT one.id FROM leads_company AS one
     WHERE one.tenant_id = %(tenant_id)s AND one.corporate_number <> '' AND one.corporate_number = %(q_number)s))"""

LIST_COMPANIES = """
    WITH shown AS MATERIALIZED (
        SELECT company.id, company.public_id, company.name, company.domain, company.industry, company.employees,
               company.prefecture, company.corporate_number, company.parent_id, company.created_at,
               company.updated_at, {sort} AS sort_value
          FROM leads_company AS company
         WHERE company.tenant_id = %(tenant_id)s AND company.merged_into_id IS NULL {tests}
         ORDER BY {sort} {direction}, company.id {direction}
         LIMIT %(limit)s
    )
    SELECT shown.id, shown.public_id, shown.name, shown.domain, shown.industry, shown.employees, shown.prefecture,
           shown.corporate_number, above.name AS parent_name, shown.created_at, shown.updated_at, people.leads,
           people.last_seen_at, shown.sort_value::text AS sort_value
      FROM shown
      LEFT JOIN leads_company AS above ON above.tenant_id = %(tenant_id)s AND above.id = shown.parent_id
      CROSS JOIN LATERAL (
           SELECT count(*)::int AS leads, max(lead.last_seen_at) AS last_seen_at FROM leads_lead AS lead
            WHERE lead.tenant_id = %(tenant_id)s AND lead.company_id = shown.id
              AND lead.merged_into_id IS NULL) AS people
     ORDER BY shown.sort_value {direction}, shown.id {direction}
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
    """People, those from SENIOR up, and what they read in the last 30 days. One statement."""
    (rollup,) = sql.typed(COMPANY_ROLLUP, Rollup, company_id=company_id, now=now, senior=RANKS.index(SENIOR))
    return rollup


COMPANY_ROLLUP = """
    WITH people AS (
        SELECT lead.id, lead.job_rank, lead.last_seen_at FROM leads_lead AS lead
         WHERE lead.tenant_id = %(tenant_id)s AND lead.company_id = %(company_id)s AND lead.merged_into_id IS NULL
    ), read AS (
        SELECT coalesce(sum(daily.count), 0)::int AS views, coalesce(sum(daily.visible_ms), 0)::bigint / 1000 AS seconds
          FROM tracking_daily AS daily JOIN people ON people.id = daily.lead_id
         WHERE daily.tenant_id = %(tenant_id)s AND daily.name = 1 AND daily.last_at > %(now)s - interval '30 days'
    )
    SELECT count(people.id)::int AS leads,
           (count(*) FILTER (WHERE people.job_rank >= %(senior)s))::int AS decision_makers,
           max(people.last_seen_at) AS last_seen_at, min(read.views) AS views_30_days,
           min(read.seconds) AS visible_seconds
      FROM read LEFT JOIN people ON true
"""


def visits_of(company_ids: Sequence[int], *, now: datetime) -> dict[int, int]:
    """Visits of each company's people in the last 30 days; companies without any are missing. One statement."""
    return dict(sql.run(VISITS, ids=list(company_ids), now=now).rows)


VISITS = """
    SELECT lead.company_id, count(*)::int
      FROM leads_lead AS lead
      JOIN tracking_visitor AS visitor ON visitor.tenant_id = %(tenant_id)s AND visitor.lead_id = lead.id
      JOIN tracking_session AS visit ON visit.tenant_id = %(tenant_id)s AND visit.visitor_id = visitor.id
     WHERE lead.tenant_id = %(tenant_id)s AND lead.company_id = ANY (%(ids)s::bigint[])
       AND lead.merged_into_id IS NULL AND visit.verdict = 0 AND visit.last_at > %(now)s - interval '30 days'
     GROUP BY 1
"""


def company_timeline(company_id: int, *, limit: int) -> list[Entry]:
    """What everybody of the company did, newest first, of the MOST_PEOPLE seen last."""
    hidden, people = str(int(Event.PAGE_LEFT)), str(MOST_PEOPLE)
    return newest(EVENTS_OF_ALL, limit=limit, company=str(company_id), hidden=hidden, people=people, most=str(limit))


EVENTS_OF_ALL = """
    WITH people AS (
        SELECT lead.id FROM leads_lead AS lead
         WHERE lead.tenant_id = %(tenant_id)s AND lead.company_id = %(company)s::bigint
           AND lead.merged_into_id IS NULL
         ORDER BY lead.last_seen_at DESC NULLS LAST, lead.id LIMIT %(people)s::int
    ), recent AS (
        SELECT one.* FROM people
         CROSS JOIN LATERAL (
               SELECT event.* FROM tracking_event AS event
                WHERE event.tenant_id = %(tenant_id)s AND event.lead_id = people.id
                  AND event.name <> %(hidden)s::smallint
                ORDER BY event.occurred_at DESC LIMIT %(most)s::int) AS one
    )
"""


def subsidiaries(company: Company) -> list[Company]:
    """Companies right under this one, by name."""
    return list(Company.objects.filter(parent=company, merged_into=None).order_by("name_key")[:200])


def other_names(company: Company) -> list[CompanyAlias]:
    """Other names and mail domains of the company."""
    return list(CompanyAlias.objects.filter(company=company).order_by("kind", "key"))
