"""Consumers read everything once, in order, however the writers interleave; a bad fact stands aside alone."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from ma_platform.db import sql
from ma_platform.tenancy.scope import system_scope, tenant_scope
from tests.tracking.collecting import NOW
from tracking import catalogue
from tracking.actions import NewFact, record, record_many, run_consumers
from tracking.catalogue import Event, Fact, consumes
from tracking.queries import lag

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Fact]:
    """What a consumer of form submissions was given; every other consumer is away."""
    monkeypatch.setattr(catalogue, "CONSUMERS", {})
    given: list[Fact] = []

    @consumes(Event.FORM_SUBMITTED, name="reader")
    def reader(facts, now):
        given.extend(facts)

    return given


def submit(workspace, *, leads=(1,), props=None) -> None:
    with tenant_scope(workspace):
        record_many([NewFact(Event.FORM_SUBMITTED, NOW, lead, props=props or {}) for lead in leads])


def test_every_fact_is_read_once_with_its_tenant_in_scope(acme, globex, read):
    submit(acme.workspace, leads=(1, 2), props={"form": "見積"})
    submit(globex.workspace, leads=(9,))

    first, second = run_consumers(now=NOW), run_consumers(now=NOW)

    assert (first.facts, second.facts) == (3, 0)
    assert sorted((fact.tenant_id, fact.lead_id) for fact in read) == [
        (acme.workspace.pk, 1),
        (acme.workspace.pk, 2),
        (globex.workspace.pk, 9),
    ]
    assert read[0].props == {"form": "見積"}


def test_other_events_are_passed_over_and_small_batches_lose_nothing(acme, read):
    with tenant_scope(acme.workspace):
        record_many([NewFact(Event.PAGE_VIEWED, NOW, 1) for _ in range(10)])
    submit(acme.workspace, leads=range(7))

    assert run_consumers(now=NOW, batch=3).facts == 7
    assert sorted(fact.lead_id for fact in read) == list(range(7))


def test_a_slow_writer_is_waited_for_not_overtaken(acme, read):
    wrote, may_commit = threading.Event(), threading.Event()

    def slowly():
        with tenant_scope(acme.workspace):
            record(Event.FORM_SUBMITTED, lead=1, at=NOW)
            wrote.set()
            may_commit.wait(10)
        connection.close()

    writer = threading.Thread(target=slowly)
    writer.start()
    wrote.wait(10)
    submit(acme.workspace, leads=(2,))
    during = run_consumers(now=NOW).facts
    may_commit.set()
    writer.join()
    after = run_consumers(now=NOW).facts

    assert (during, after) == (0, 2)
    assert [fact.lead_id for fact in read] == [1, 2]


def test_judgements_made_from_facts_are_read_in_the_same_run(acme, read):
    heard: list[int] = []

    @consumes(Event.FORM_SUBMITTED, name="judge")
    def judge(facts, now):
        record_many([NewFact(Event.BECAME_HOT, now, fact.lead_id) for fact in facts])

    @consumes(Event.BECAME_HOT, name="alarm")
    def alarm(facts, now):
        heard.extend(fact.lead_id for fact in facts)

    submit(acme.workspace, leads=(4, 5))
    run_consumers(now=NOW)

    assert sorted(heard) == [4, 5]


def test_a_run_asks_everybody_once_and_then_only_those_for_whom_there_is_more(acme, read):
    for number in range(10):
        consumes(Event.BECAME_HOT, name=f"idle{number}")(lambda facts, now: None)
    run_consumers(now=NOW)
    with CaptureQueriesContext(connection) as idle:
        run_consumers(now=NOW)

    submit(acme.workspace)
    with CaptureQueriesContext(connection) as busy:
        assert run_consumers(now=NOW).facts == 1

    assert len(busy) < 1.5 * len(idle)


def test_a_fact_that_cannot_be_digested_stands_aside_alone(acme, globex, read):
    digested: list[int] = []

    @consumes(Event.FORM_SUBMITTED, name="picky")
    def picky(facts, now):
        for fact in facts:
            if fact.lead_id == 3:
                raise ValueError("三は嫌い")
        sql.run("UPDATE tracking_visitor SET shared = shared")
        digested.extend(fact.lead_id for fact in facts)

    submit(acme.workspace, leads=range(6))
    submit(globex.workspace, leads=(8,))
    run = run_consumers(now=NOW)

    assert run.poisoned == 1
    assert sorted(digested) == [0, 1, 2, 4, 5, 8]
    with system_scope():
        found = sql.run("SELECT tenant_id, consumer, reason FROM tracking_poison").rows
    assert found == [(acme.workspace.pk, "picky", "ValueError: 三は嫌い")]
    assert run_consumers(now=NOW).facts == 0


def test_the_work_and_the_cursor_are_one_transaction(acme, read, monkeypatch):
    @consumes(Event.FORM_SUBMITTED, name="dies")
    def dies(facts, now):
        record(Event.BECAME_HOT, lead=1, at=now)
        raise OperationalError("the server went away")

    submit(acme.workspace)
    run = run_consumers(now=NOW, only=["dies"])

    assert (run.facts, run.failed) == (0, 1)
    with system_scope():
        assert sql.run("SELECT count(*) FROM tracking_event WHERE name = 31").value() == 0
        assert sql.run("SELECT count(*) FROM tracking_consumer WHERE name = 'dies'").value() == 0


def test_one_that_cannot_go_on_stops_no_other_and_stays_where_it_is(acme, read):
    tries: list[int] = []

    @consumes(Event.FORM_SUBMITTED, name="early")
    def early(facts, now):
        tries.append(len(facts))
        raise OperationalError("canceling statement due to lock timeout")

    submit(acme.workspace, leads=(1, 2))
    first = run_consumers(now=NOW)
    second = run_consumers(now=NOW)

    assert sorted(fact.lead_id for fact in read) == [1, 2]
    assert (first.facts, first.failed, second.facts, second.failed, tries) == (2, 1, 0, 1, [2, 2])


def test_lag_is_the_time_since_everything_was_read(acme, read):
    never = lag(now=NOW)
    run_consumers(now=NOW)
    idle = lag(now=NOW)
    later = lag(now=NOW + timedelta(seconds=90))

    assert [(one.name, one.seconds, one.ok) for one in never + idle + later] == [
        ("reader", None, False),
        ("reader", 0.0, True),
        ("reader", 90.0, False),
    ]


def test_a_consumer_that_cannot_keep_up_is_seen_to_lag(acme, read):
    run_consumers(now=NOW)
    submit(acme.workspace, leads=(1, 2))
    run_consumers(now=NOW + timedelta(seconds=8), batch=1)
    caught_up = lag(now=NOW + timedelta(seconds=8))

    assert len(read) == 2
    assert [one.seconds for one in caught_up] == [0.0]


EXPLAINED = {
    "consumer": """
        SELECT id FROM tracking_event
         WHERE (txid, id) > (0, '00000000-0000-0000-0000-000000000000'::uuid)
           AND txid < 10 AND name = ANY ('{1,2}'::smallint[])
         ORDER BY txid, id LIMIT 5000""",
    "timeline": """
        SELECT id FROM tracking_event WHERE tenant_id = 1 AND lead_id = 5 AND name <> ALL ('{2}'::smallint[])
         ORDER BY occurred_at DESC, id DESC LIMIT 50""",
    "visitor": """
        SELECT id FROM tracking_event WHERE tenant_id = 1 AND visitor_id = 5 ORDER BY occurred_at DESC LIMIT 50""",
    "dedupe": """
        SELECT id FROM tracking_event WHERE tenant_id = 1 AND id = '00000000-0000-0000-0000-000000000001'::uuid""",
}


@pytest.mark.parametrize(
    ("question", "index"),
    [
        ("consumer", "txid_id_idx"),
        ("timeline", "tenant_id_lead_id_occurred_at_idx"),
        ("visitor", "tenant_id_visitor_id_occurred_at_idx"),
        ("dedupe", "_pkey"),
    ],
)
def test_row_level_security_leaves_the_indexes_usable(acme, question, index):
    with system_scope():
        sql.run("SET LOCAL enable_seqscan = off")
        plan = "\n".join(sql.run(f"EXPLAIN {EXPLAINED[question]}").values())

    conditions = [line for line in plan.splitlines() if "Index Cond" in line]
    assert index in plan
    assert "Seq Scan" not in plan
    assert conditions
