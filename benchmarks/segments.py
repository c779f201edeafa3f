"""4a–4c: building a segment, refreshing it with nothing changed, and settling a few; and five named conditions.

The yardstick is a count of every lead, read from the table itself. Beside it: what a page asks while a condition is
written, what the wall between workspaces costs, and what the worker's process takes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from itertools import cycle, islice
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4
from zoneinfo import ZoneInfo

import psycopg2
from django.http import QueryDict

from benchmarks.memory import begin, most_held
from benchmarks.segments_world import Stage, prepare
from benchmarks.table import Row, compared, interleaved, seconds
from conditions import parse
from leads.actions import segments
from leads.actions.segments.settling import settle
from leads.filters import Asked
from leads.models import Segment
from leads.queries import LeadFilter, count_leads, list_leads
from leads.queries.asking import count_matching
from leads.titles import rank_index
from ma_platform import clock
from ma_platform.connections import database_urls
from ma_platform.db import sql
from ma_platform.env import ENV
from ma_platform.tenancy.scope import current_tenant, tenant_scope
from tracking.catalogue import Event, Fact

LEADS, EVENTS, DIRTY, BATCH = 1_000_000, 10_000_000, 100, 1_000
WALLED = ("leads_lead", "leads_segmentoverride", "tracking_daily", "tracking_event", "tracking_subject")
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
EVERYBODY = {"field": "lead.created_at", "op": "within_last", "value": {"days": 365}}
NAMED: dict[str, Json] = {
    "attribute": {"field": "lead.prefecture", "op": "eq", "value": "東京都"},
    "folded text": SALES,
    "pages ≥ 3 in 30 days": views("starts_with", "/c/", 3),
    "not visited in 30 days": {"event": "page_viewed", "within": {"days": 30}, "count": {"op": "eq", "value": 0}},
    "company and score": {
        "all": [
            {"any": [{"field": "company.employees", "op": "gte", "value": 100}, MANAGERS]},
            {"not": {"field": "score.total", "op": "lt", "value": 50}},
        ]
    },
}

BEHAVED = ("pages ≥ 3 in 30 days", "not visited in 30 days")


def measure(scale: float) -> list[Row]:
    """Rows 4a to 4c, the named conditions, and a batch of facts over all segments."""
    stage = prepare(int(LEADS * scale), int(EVENTS * scale))
    yardstick = partial(count, stage)
    rows = [
        _compared("4a build, one page", stage, yardstick, partial(build, stage, ONE_PAGE), goal="≤ 1.5"),
        _compared("4a build, 1,000 pages", stage, yardstick, partial(build, stage, MANY_PAGES), goal="≤ 8"),
        *(_compared(f"4a {name}", stage, yardstick, partial(build, stage, NAMED[name])) for name in NAMED),
        *(_compared(f"4a preview of {name}", stage, yardstick, partial(preview, stage, NAMED[name])) for name in NAMED),
        _compared(
            "4a of a sub-select a person",
            stage,
            partial(correlated, stage),
            partial(build, stage, MANY_PAGES),
            goal="≤ 0.2",
        ),
        _compared("4a the same without the wall", stage, partial(build, stage, MANY_PAGES), partial(bare, stage)),
        memory(stage),
        *(_compared(f"9a list by {name}", stage, yardstick, partial(listed, stage, NAMED[name])) for name in BEHAVED),
        *(_compared(f"9a count by {name}", stage, yardstick, partial(counted, stage, NAMED[name])) for name in BEHAVED),
    ]
    return rows + _kept_true(stage, yardstick)


def _kept_true(stage: Stage, yardstick: Callable[[], float]) -> list[Row]:
    """A segment in force looked at again: by everybody, by some, and by those a batch of facts is about."""
    segment = kept(stage, MANY_PAGES)
    refresh = partial(run_refresh, stage, segment)
    few = partial(run_settle, stage, [segment], DIRTY)
    rows = [
        _compared("4b refresh, nothing changed", stage, yardstick, refresh, goal="≤ 8"),
        _compared("4c 100 dirty leads", stage, refresh, few, goal="≤ 0.2", growth="O(dirty)"),
    ]
    everyone = [segment, *(kept(stage, NAMED[name]) for name in NAMED)]
    rows.append(_compared("4c 1,000 leads, six segments", stage, refresh, partial(run_settle, stage, everyone, BATCH)))
    facts = facts_of(stage, BATCH)
    rows.append(_compared("4c 1,000 facts, six segments", stage, refresh, partial(run_follow, stage, facts)))
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


def listed(stage: Stage, condition: Json) -> float:
    """Milliseconds of the first page of the list of people."""
    with tenant_scope(stage.tenant_id):
        return 1000 * seconds(lambda: list_leads(_asked(stage, condition)))


def counted(stage: Stage, condition: Json) -> float:
    """Milliseconds of the number above it, exact or, after 1.5 s, estimated."""
    with tenant_scope(stage.tenant_id):
        return 1000 * seconds(lambda: count_leads(_asked(stage, condition)))


def _asked(stage: Stage, condition: Json) -> LeadFilter:
    asked = Asked.of(QueryDict(urlencode({"condition": json.dumps(condition)})))
    return asked.filter(now=stage.now, zone=ZoneInfo(current_tenant().timezone))


def correlated(stage: Stage) -> float:
    """Milliseconds of the question of 1,000 pages as it is usually asked: the log is searched for each person."""
    with tenant_scope(stage.tenant_id), sql.bounded(10 * 60 * 1000):
        return 1000 * seconds(
            lambda: sql.run(CORRELATED, manager=rank_index("manager"), page=int(Event.PAGE_VIEWED), now=stage.now)
        )


CORRELATED = """
    SELECT count(*) FROM leads_lead AS lead
     WHERE lead.tenant_id = %(tenant_id)s AND lead.job_rank >= %(manager)s AND lead.prefecture = '東京都'
       AND (SELECT count(*) FROM tracking_event AS event
              JOIN tracking_subject AS page ON page.tenant_id = event.tenant_id AND page.id = event.subject_id
             WHERE event.tenant_id = lead.tenant_id AND event.lead_id = lead.id AND event.name = %(page)s
               AND event.occurred_at > %(now)s - interval '30 days' AND page.path LIKE '/c/%%') >= 3
"""


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


def facts_of(stage: Stage, number: int) -> list[Fact]:
    """Three views and one changed department in four, of as many people as there are facts."""
    with tenant_scope(stage.tenant_id):
        leads = sql.run(SOME, people=number).values()
    changed: Json = {"fields": ["department"], "source": "api"}
    kinds: Sequence[tuple[Event, Json]] = (
        (Event.PAGE_VIEWED, {}),
        (Event.PAGE_VIEWED, {}),
        (Event.PAGE_VIEWED, {}),
        (Event.LEAD_UPDATED, changed),
    )
    return [
        _fact(stage, lead, int(name), props)
        for lead, (name, props) in zip(islice(cycle(leads), number), cycle(kinds), strict=False)
    ]


def _fact(stage: Stage, lead: int, name: int, props: Json) -> Fact:
    return Fact(uuid4(), stage.tenant_id, None, lead, name, None, stage.now, stage.now, None, 0, props)


def run_follow(stage: Stage, facts: list[Fact]) -> float:
    """Milliseconds of settling every segment for a batch of facts."""
    with tenant_scope(stage.tenant_id):
        return 1000 * seconds(lambda: segments.follow(facts, now=stage.now))


def preview(stage: Stage, condition: Json) -> float:
    """Milliseconds of the numbers shown while somebody writes the condition: the total and every part's own."""
    with tenant_scope(stage.tenant_id):
        return 1000 * seconds(lambda: count_matching(parse(condition), now=stage.now))


def bare(stage: Stage) -> float:
    """As `build` of 1,000 pages with row-level security switched off on what is read."""
    with without_wall():
        return build(stage, MANY_PAGES)


@contextmanager
def without_wall() -> Iterator[None]:
    with closing(psycopg2.connect(database_urls(ENV)["owner"])) as owner, owner.cursor() as cursor:
        owner.autocommit = True
        try:
            _each_table(cursor, "DISABLE")
            yield
        finally:
            _each_table(cursor, "ENABLE")


def _each_table(cursor: Any, verb: str) -> None:  # Any: a cursor of the driver
    for table in WALLED:
        cursor.execute(f"ALTER TABLE {table} {verb} ROW LEVEL SECURITY")  # the names above


def memory(stage: Stage) -> Row:
    """Megabytes of this process at the most while a segment of nearly everybody is made, and before."""
    before = begin()
    kept(stage, EVERYBODY)
    peak = most_held()
    return Row("4a memory of the worker, everybody enters", peak, "MB", before, peak / before, "")
