"""The workspace segments are measured in, made by the database itself: people, companies, scores, pages and views.

Ten small workspaces stand beside it in the same tables. Views are appended in the order of time, as ingest does, and
counted by day as ingest counts them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg2

from benchmarks.flows import learn
from ma_platform import clock
from ma_platform.connections import database_urls
from ma_platform.db import sql
from ma_platform.env import ENV
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions import create_workspace
from tracking.actions import ensure_partitions
from tracking.catalogue import Event

SMALL, SMALLER = 10, 100  # so many, each of so small a part
PAGES, CATEGORY = 5_000, 1_000
DAYS, EMPLOYER, AT_ONCE = 60, 10, 500_000
FILLING_MS = 30 * 60 * 1000  # counting ten million views takes longer than any statement of the product may


@dataclass(frozen=True)
class Stage:
    """A workspace with people, and page views of some months."""

    tenant_id: int
    now: datetime
    leads: int


def prepare(leads: int, events: int) -> Stage:
    """The large workspace; the small ones come first, so that its rows are not the first of every table."""
    now = clock.now()
    ensure_partitions(now=now - timedelta(days=DAYS + 2))
    with _indexes_afterwards():
        for place in range(SMALL):
            _fill(leads // SMALLER, events // SMALLER, now=now, name=f"small {place}")
        tenant_id = _fill(leads, events, now=now, name="large")
    learn()
    return Stage(tenant_id, now, leads)


@contextmanager
def _indexes_afterwards() -> Iterator[None]:
    """Rows go in with the unique indexes alone, the others are built at once, as a restore does: minutes less."""
    with closing(psycopg2.connect(database_urls(ENV)["owner"])) as owner, owner.cursor() as cursor:
        owner.autocommit = True
        cursor.execute(SECONDARY)
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f"DROP INDEX {name}")
        try:
            yield
        finally:
            cursor.execute("SET maintenance_work_mem = '512MB'")
            for _, definition in found:
                cursor.execute(definition.replace(" ON ONLY ", " ON "))  # of every month


SECONDARY = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
     WHERE indrelid IN ('tracking_event'::regclass, 'tracking_daily'::regclass, 'leads_lead'::regclass)
       AND NOT indisunique
"""


def _fill(leads: int, events: int, *, now: datetime, name: str) -> int:
    email = f"{name.replace(' ', '')}{now:%H%M%S%f}@bench.example"
    made = create_workspace(name=name, email=email, password="x" * 12, now=now).workspace
    for statement in (MAKE_COMPANIES, MAKE_MODEL, MAKE_PAGES, MAKE_LEADS, MAKE_SCORES):
        with tenant_scope(made):
            sql.run(
                statement, leads=leads, companies=max(leads // EMPLOYER, 1), pages=PAGES, category=CATEGORY, now=now
            )
        learn()  # before rows refer to these: or each reference is looked for through the whole table
    for first in range(0, events, AT_ONCE):
        with tenant_scope(made):
            last = min(first + AT_ONCE, events) - 1
            span: dict[str, Any] = {"first": first, "last": last, "events": events, "days": DAYS}  # Any: parameters
            sql.run(MAKE_EVENTS, now=now, name=int(Event.PAGE_VIEWED), pages=PAGES, **span)
    with tenant_scope(made), sql.bounded(FILLING_MS), sql.thorough(512):
        sql.run(COUNT_DAYS)
    return int(made.pk)


MAKE_COMPANIES = """
    INSERT INTO leads_company (tenant_id, public_id, name, name_key, domain, industry, prefecture, employees,
           created_at, updated_at)
    SELECT %(tenant_id)s, 'comp_' || %(tenant_id)s || '_' || n, '会社' || n, '会社' || n, '', '', '', n %% 500,
           %(now)s, %(now)s
      FROM generate_series(1, %(companies)s) AS n
"""
MAKE_LEADS = """
    WITH company AS (SELECT array_agg(id ORDER BY id) AS ids FROM leads_company WHERE tenant_id = %(tenant_id)s)
    INSERT INTO leads_lead (tenant_id, public_id, email, email_key, email_domain, email_kind, last_name, first_name,
           last_name_kana, first_name_kana, name_key, kana_key, company_id, department, job_title, job_rank, phone,
           phone_key, prefecture, attributes, created_at, updated_at)
    SELECT %(tenant_id)s, 'lead_' || %(tenant_id)s || '_' || n, 'p' || n || '@bench.example',
           'p' || n || '@bench.example', 'bench.example', 'business', '山田' || n, '太郎', '', '', '山田' || n, '',
           company.ids[1 + n %% cardinality(company.ids)],
           CASE n %% 4 WHEN 0 THEN 'エイギョウ部' ELSE '総務部' END,
           '', n %% 9, '', '', CASE n %% 5 WHEN 0 THEN '東京都' ELSE '大阪府' END, '{}',
           %(now)s - interval '90 days', %(now)s - n * interval '1 second'
      FROM generate_series(1, %(leads)s) AS n, company
"""
MAKE_MODEL = """
    INSERT INTO scoring_model (tenant_id, key, draft, draft_saved_at, published_version, built_through, built_visitors,
           built_count, announce)
    VALUES (%(tenant_id)s, 'default', '{}', %(now)s, 1, 0, 0, 0, FALSE) ON CONFLICT (tenant_id, key) DO NOTHING
"""
MAKE_SCORES = """
    INSERT INTO scoring_score (tenant_id, model_id, lead_id, version, fit, engagement, total, over, hot, computed_at)
    SELECT %(tenant_id)s, model.id, lead.id, 1, lead.id %% 40, lead.id %% 60, lead.id %% 40 + lead.id %% 60,
           FALSE, FALSE, %(now)s
      FROM leads_lead AS lead JOIN scoring_model AS model ON model.tenant_id = lead.tenant_id AND model.key = 'default'
     WHERE lead.tenant_id = %(tenant_id)s
    ON CONFLICT (tenant_id, model_id, lead_id) DO NOTHING
"""
MAKE_PAGES = """
    INSERT INTO tracking_subject (tenant_id, kind, key, name, url, host, path)
    SELECT %(tenant_id)s, 'page', 'https://bench.example' || page.path, '', '', 'bench.example', page.path
      FROM (SELECT CASE WHEN n < %(category)s THEN '/c/' ELSE '/p/' END || n %% %(category)s || '/' || n AS path
              FROM generate_series(0, %(pages)s - 1) AS n) AS page
"""
MAKE_EVENTS = """
    WITH page AS (SELECT array_agg(id ORDER BY id) AS ids FROM tracking_subject WHERE tenant_id = %(tenant_id)s),
         lead AS (SELECT array_agg(id ORDER BY id) AS ids FROM leads_lead WHERE tenant_id = %(tenant_id)s)
    INSERT INTO tracking_event (tenant_id, id, lead_id, stated, name, subject_id, occurred_at, received_at, verdict,
           props)
    SELECT %(tenant_id)s, uuidv7(), lead.ids[1 + (random() * (cardinality(lead.ids) - 1))::int], TRUE,
           %(name)s,
           page.ids[1 + (random() * (%(pages)s - 1))::int], made.at, made.at, 0, '{}'
      FROM (SELECT %(now)s - interval '1 day' * %(days)s * (1 - n::float8 / %(events)s) AS at
              FROM generate_series(%(first)s, %(last)s) AS n) AS made, page, lead
"""
COUNT_DAYS = """
    INSERT INTO tracking_daily (tenant_id, lead_id, visitor_id, name, subject_id, day, count, visible_ms, first_at,
           last_at)
    SELECT event.tenant_id, event.lead_id, NULL, event.name, event.subject_id,
           (event.occurred_at AT TIME ZONE workspace.timezone)::date AS day, count(*), 0, min(event.occurred_at),
           max(event.occurred_at)
      FROM tracking_event AS event JOIN tenancy_workspace AS workspace ON workspace.id = event.tenant_id
     WHERE event.tenant_id = %(tenant_id)s
     GROUP BY 1, 2, 4, 5, 6 ORDER BY day
"""
