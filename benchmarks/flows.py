"""5a: advance all due runs (claim, next step, history, outbox) against one bare UPDATE … FROM of the same rows."""

from __future__ import annotations

import statistics
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import psycopg2
from django.db import connection

from benchmarks.table import Row, compared, interleaved, seconds
from leads.actions import LeadInput, upsert_leads
from ma_platform import clock
from ma_platform.connections import database_urls
from ma_platform.db import sql
from ma_platform.env import ENV
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions import create_workspace
from mailing.actions import create_email
from nurturing import actions
from nurturing.actions import CLAIM_AT_ONCE, Entry
from nurturing.models import Flow

RUNS = 50_000
CHUNK = 1_000
GOAL, TWO_WORKERS, FLAT = "≥ 0.45", "≥ 1.2", "≤ 1.2"
GROWTH = "O(due), not O(waiting)"


@dataclass(frozen=True)
class Stage:
    """A workspace with one published flow; `due` of its runs can be made due at once."""

    tenant_id: int
    flow_id: int
    due: int
    now: datetime


def measure(scale: float) -> list[Row]:
    """Rows per second of one worker and of two, and how ten times as many waiting runs slow it down."""
    stage = prepare(int(RUNS * scale))
    bare, ours = partial(rate, stage, bare_update), partial(rate, stage, advance_all)
    ours()  # the first walk fills the counts and the caches
    one = compared("5a advance due runs", interleaved(bare, ours), unit="runs/s", goal=GOAL, growth=GROWTH)
    two = compared(
        "5a two workers against one",
        interleaved(ours, partial(rate, stage, two_workers)),
        unit="runs/s",
        goal=TWO_WORKERS,
    )
    before = seconds_of_walk(stage)
    add_waiting(stage, times=9)
    learn()
    after = seconds_of_walk(stage)
    flat = Row("5a ten times as many waiting", after, "s", before, after / before, FLAT)
    return [one, two, flat]


def prepare(due: int) -> Stage:
    """The workspace, its leads, a flow that writes after each wait, and `due` runs in their first wait."""
    now = clock.now()
    made = create_workspace(name="Bench", email=f"bench{now:%H%M%S%f}@bench.example", password="x" * 12, now=now)
    with tenant_scope(made.workspace):
        email = create_email({"v": 1, "name": "b", "subject": "b", "body": {"html": "<p>b</p>"}}, by=None, now=now)
        steps = {
            "wait": {"type": "wait", "for": {"hours": 1}, "next": "send"},
            "send": {"type": "send_email", "email": email.public_id, "next": "wait"},
        }
        document = {"v": 1, "name": "Bench", "trigger": {"type": "manual"}, "start": "wait", "steps": steps}
        flow = actions.create_flow(document, by=None, now=now)
        actions.publish(flow, by=None, now=now)
    stage = Stage(tenant_id=made.workspace.pk, flow_id=flow.pk, due=due, now=now)
    enter(stage, first=0, count=due)
    learn()
    return stage


def learn() -> None:
    """What autovacuum does within a minute: without statistics the yardstick would be planned for one row."""
    with closing(psycopg2.connect(database_urls(ENV)["owner"])) as owner:
        owner.autocommit = True
        with owner.cursor() as cursor:
            cursor.execute("ANALYZE")


def enter(stage: Stage, *, first: int, count: int) -> None:
    """`count` new leads into the flow, up to its first wait."""
    for start in range(first, first + count, CHUNK):
        with tenant_scope(stage.tenant_id):
            flow = Flow.objects.get(pk=stage.flow_id)
            rows = [LeadInput(email=f"b{n}@bench.example") for n in range(start, min(start + CHUNK, first + count))]
            done = upsert_leads(rows, by=None, now=stage.now)
            entries = [Entry(lead_id=each.lead_id) for each in done if each.lead_id is not None]
            actions.enter_leads(flow, entries=entries, now=stage.now)
            actions.tick(now=stage.now)


def add_waiting(stage: Stage, *, times: int) -> None:
    """More runs of the same leads under other keys, waiting and not due: copies, since only their number matters."""
    with tenant_scope(stage.tenant_id):
        sql.run(COPIES, flow_id=stage.flow_id, times=times, wake_at=stage.now + timedelta(days=30))


COPIES = """
    INSERT INTO nurturing_run (tenant_id, flow_id, version_id, lead_id, key, pass_no, state, step, visit, entered_at,
                               step_entered_at, wake_at, deadline_at, waiting_for, pace_from, pace_steps, end_reason,
                               variables)
    SELECT tenant_id, flow_id, version_id, lead_id, 'copy ' || copy, 1, 'waiting', step, 1, entered_at, step_entered_at,
           %(wake_at)s, %(wake_at)s, '{}', pace_from, 0, '', '{}'
      FROM nurturing_run CROSS JOIN generate_series(1, %(times)s) AS copy
     WHERE tenant_id = %(tenant_id)s AND flow_id = %(flow_id)s AND key = ''
"""


def make_due(stage: Stage) -> None:
    """Every run of the measured set is waiting and due, with an hour's steps to spend."""
    with tenant_scope(stage.tenant_id):
        sql.run(DUE, flow_id=stage.flow_id, now=stage.now)


DUE = """
    UPDATE nurturing_run
       SET state = 'waiting', step = 'wait', wake_at = %(now)s, deadline_at = %(now)s, pace_steps = 0
     WHERE tenant_id = %(tenant_id)s AND flow_id = %(flow_id)s AND key = ''
"""


def rate(stage: Stage, work: object) -> float:
    """Runs per second of `work(stage)`, everything being due before it starts."""
    make_due(stage)
    assert callable(work)
    return stage.due / seconds(lambda: work(stage))


def seconds_of_walk(stage: Stage) -> float:
    """How long one worker takes for everything that is due; the median of three walks."""
    return stage.due / statistics.median(rate(stage, advance_all) for _walk in range(3))


def advance_all(stage: Stage) -> None:
    """Ticks until nothing is due, each in its own transaction, as the worker runs them."""
    claimed = CLAIM_AT_ONCE
    while claimed == CLAIM_AT_ONCE:
        with tenant_scope(stage.tenant_id):
            claimed = actions.tick(now=stage.now).claimed


def two_workers(stage: Stage) -> None:
    """The same by two connections at once."""
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(advance_and_close, [stage, stage]))


def advance_and_close(stage: Stage) -> None:
    """One worker of a pool."""
    try:
        advance_all(stage)
    finally:
        connection.close()


def bare_update(stage: Stage) -> None:
    """The yardstick: the rows' own columns moved by one statement, with nothing claimed, written or sent."""
    with tenant_scope(stage.tenant_id):
        sql.run(BARE, flow_id=stage.flow_id, now=stage.now, later=stage.now + timedelta(hours=1))


BARE = """
    UPDATE nurturing_run AS run
       SET visit = run.visit + 2, step_entered_at = %(now)s, wake_at = %(later)s, deadline_at = %(later)s
      FROM (SELECT id FROM nurturing_run
             WHERE tenant_id = %(tenant_id)s AND flow_id = %(flow_id)s AND wake_at <= %(now)s) AS due
     WHERE run.tenant_id = %(tenant_id)s AND run.id = due.id
"""
