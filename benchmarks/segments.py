"""4a–4c: building a segment, refreshing it with nothing changed, and settling a few; and five named conditions.

The yardstick is a count of every lead, read from the table itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from benchmarks.flows import learn
from benchmarks.table import Row, compared, interleaved, seconds
from leads.actions import segments
from leads.actions.segments.settling import settle
from leads.models import Segment
from ma_platform import clock
from ma_platform.db import sql
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions import create_workspace
from tracking.actions import ensure_partitions
from tracking.catalogue import Event

LEADS, EVENTS, DIRTY, BATCH = 1_000_000, 10_000_000, 100, 1_000
PAGES, CATEGORY = 5_000, 1_000
Json = dict[str, Any]  # Any: JSON


def views(op: str, value: str, count: int) -> Json:
    """`count` views of pages within 30 days."""
    where = {"field": "path", "op": op, "value": value}
    return {"event": "page_viewed", "where": where, "within": {"days": 30}, "count": {"op": "gte", "value": count}}


SALES = {"field": "lead.department", "op": "contains", "value": "ｴｲｷﾞｮｳ"}
MANAGERS = {"field": "lead.job_rank", "op": "gte", "value": "manager"}
ONE_PAGE = {
    "all": [MANAGERS, {"field": "lead.prefecture", "op": "eq", "value": "東京都"}, views("starts_with", "/p/7/", 1)]
}
MANY_PAGES = {
    "all": [MANAGERS, {"field": "lead.prefecture", "op": "eq", "value": "東京都"}, views("starts_with", "/c/", 3)]
}
NAMED: dict[str, Json] = {
    "attribute": {"field": "lead.prefecture", "op": "eq", "value": "東京都"},
    "folded text": SALES,
    "pages ≥ 3 in 30 days": views("starts_with", "/c/", 3),
    "not visited in 30 days": {"event": "page_viewed", "within": {"days": 30}, "count": {"op": "eq", "value": 0}},
    "company and score": {
        "all": [
            {"any": [{"field": "company.employees", "op": "gte", "value": 100}, MANAGERS]},
            {"any": [{"field": "score.total", "op": "gte", "value": 50}, {"field": "score.total", "op": "is_not_set"}]},
        ]
    },
}


@dataclass(frozen=True)
class Stage:
    """A workspace with people, and page views of some months."""

    tenant_id: int
    now: datetime
    leads: int


def measure(scale: float) -> list[Row]:
    """Rows 4a to 4c, the named conditions, and a batch of facts over all segments."""
    stage = prepare(int(LEADS * scale), int(EVENTS * scale))
    yardstick = partial(count, stage)
    rows = [
        _compared("4a build, one page", stage, yardstick, partial(build, stage, ONE_PAGE), goal="≤ 1.5"),
        _compared("4a build, 1,000 pages", stage, yardstick, partial(build, stage, MANY_PAGES), goal="≤ 8"),
        *(_compared(f"4a {name}", stage, yardstick, partial(build, stage, NAMED[name])) for name in NAMED),
    ]
    segment = kept(stage, MANY_PAGES)
    refresh = partial(run_refresh, stage, segment)
    few = partial(run_settle, stage, [segment], DIRTY)
    rows.append(_compared("4b refresh, nothing changed", stage, yardstick, refresh, goal="≤ 8"))
    rows.append(_compared("4c 100 dirty leads", stage, refresh, few, goal="≤ 0.2", growth="O(dirty)"))
    everyone = [segment, *(kept(stage, NAMED[name]) for name in NAMED)]
    batch = partial(run_settle, stage, everyone, BATCH)
    rows.append(_compared("4c 1,000 leads, six segments", stage, refresh, batch))
    return rows


def _compared(
    name: str,
    stage: Stage,
    yardstick: Callable[[], float],
    ours: Callable[[], float],
    *,
    goal: str = "",
    growth: str = "",
) -> Row:
    ours()  # plans and caches
    return compared(name, interleaved(yardstick, ours), unit="ms", goal=goal, growth=growth)


def count(stage: Stage) -> float:
    """Milliseconds of counting every lead by reading the table."""
    with tenant_scope(stage.tenant_id):
        sql.run("SET LOCAL enable_indexonlyscan = off")
        sql.run("SET LOCAL enable_bitmapscan = off")
        sql.run("SET LOCAL enable_indexscan = off")
        return 1000 * seconds(lambda: sql.run("SELECT count(*) FROM leads_lead WHERE tenant_id = %(tenant_id)s"))


def build(stage: Stage, condition: Json) -> float:
    """Milliseconds of finding everybody a condition holds for, into the table a build works from."""
    with tenant_scope(stage.tenant_id):
        probe = Segment(pk=0, condition=condition, reads={})
        return 1000 * seconds(lambda: segments.gather(probe, condition, now=stage.now))


def kept(stage: Stage, condition: Json) -> int:
    """A segment in force; its primary key."""
    with tenant_scope(stage.tenant_id):
        made = segments.create_segment(f"bench {clock.now():%H%M%S%f}", condition, by=None, now=stage.now)
    with tenant_scope(stage.tenant_id):
        segments.build(made.pk, now=stage.now)
        return made.pk


def run_refresh(stage: Stage, segment: int) -> float:
    with tenant_scope(stage.tenant_id):
        return 1000 * seconds(lambda: segments.refresh(segment, now=stage.now))


def run_settle(stage: Stage, wanted: list[int], people: int) -> float:
    with tenant_scope(stage.tenant_id):
        ids = sql.run(SOME, people=people).values()
        return 1000 * seconds(lambda: settle(dict.fromkeys(wanted, ids), now=stage.now))


SOME = "SELECT id FROM leads_lead WHERE tenant_id = %(tenant_id)s AND id %% 97 = 0 ORDER BY id LIMIT %(people)s"


def prepare(leads: int, events: int) -> Stage:
    """People and page views made by the database itself, spread over 60 days."""
    now = clock.now()
    made = create_workspace(name="Bench", email=f"segments{now:%H%M%S%f}@bench.example", password="x" * 12, now=now)
    ensure_partitions(now=now - timedelta(days=62))
    with tenant_scope(made.workspace):
        sql.run(MAKE_LEADS, leads=leads, now=now)
        sql.run(MAKE_PAGES, pages=PAGES, category=CATEGORY)
        sql.run(MAKE_EVENTS, events=events, leads=leads, pages=PAGES, now=now, name=int(Event.PAGE_VIEWED))
    learn()
    return Stage(made.workspace.pk, now, leads)


MAKE_LEADS = """
    INSERT INTO leads_lead (tenant_id, public_id, email, email_key, email_domain, email_kind, last_name, first_name,
           last_name_kana, first_name_kana, name_key, kana_key, department, job_title, job_rank, phone, phone_key,
           prefecture, attributes, created_at, updated_at)
    SELECT %(tenant_id)s, 'lead_bench' || n, 'p' || n || '@bench.example', 'p' || n || '@bench.example',
           'bench.example', 'business', '山田' || n, '太郎', '', '', '山田' || n, '',
           CASE n %% 4 WHEN 0 THEN 'エイギョウ部' ELSE '総務部' END,
           '', n %% 9, '', '', CASE n %% 5 WHEN 0 THEN '東京都' ELSE '大阪府' END, '{}',
           %(now)s - interval '90 days', %(now)s - n * interval '1 second'
      FROM generate_series(1, %(leads)s) AS n
"""
MAKE_PAGES = """
    INSERT INTO tracking_subject (tenant_id, kind, key, name, url, host, path)
    SELECT %(tenant_id)s, 'page', 'https://bench.example' || page.path, '', '', 'bench.example', page.path
      FROM (SELECT CASE WHEN n < %(category)s THEN '/c/' ELSE '/p/' END || n %% %(category)s || '/' || n AS path
              FROM generate_series(0, %(pages)s - 1) AS n) AS page
"""
MAKE_EVENTS = """
    WITH page AS (SELECT array_agg(id ORDER BY id) AS ids FROM tracking_subject WHERE tenant_id = %(tenant_id)s),
         lead AS (SELECT min(id) AS first FROM leads_lead WHERE tenant_id = %(tenant_id)s)
    INSERT INTO tracking_event (tenant_id, id, lead_id, stated, name, subject_id, occurred_at, received_at, verdict,
           props)
    SELECT %(tenant_id)s, gen_random_uuid(), lead.first + (random() * (%(leads)s - 1))::int, TRUE,
           %(name)s,
           page.ids[1 + (random() * (%(pages)s - 1))::int], made.at, made.at, 0, '{}'
      FROM (SELECT %(now)s - random() * interval '60 days' AS at FROM generate_series(1, %(events)s)) AS made,
           page, lead
"""
