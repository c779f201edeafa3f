"""The ingest process in one piece: takes its shard, survives a stream that was lost, stands by for another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import psycopg2
import pytest
from django.db import connection

from ma_platform.db import sql
from ma_platform.tenancy.scope import system_scope
from tests.tracking.collecting import NOW
from tests.tracking.test_drain import keep, rows
from tracking.actions import drain
from tracking.actions.ingest import Ingest
from tracking.collector import wiring
from tracking.collector.core import Entry
from tracking.collector.lines import Line
from tracking.collector.stream import OVERFLOW

pytestmark = pytest.mark.django_db(transaction=True)


def times(number: int) -> Callable[[], bool]:
    """True that many times."""
    left = iter(range(number))
    return lambda: next(left, None) is not None


def test_ingest_drains_what_is_there_and_goes_on_where_it_was(acme):
    keep(acme.workspace.pk, "m1")
    first = Ingest(running=times(1), now=lambda: NOW).run()
    keep(acme.workspace.pk, "m2")
    second = Ingest(running=times(1), now=lambda: NOW).run()

    assert (first.seen, first.written) == (1, 1)
    assert (second.seen, second.written) == (1, 1)


def test_a_stream_that_was_lost_is_read_from_its_new_beginning(acme):
    stream = wiring.place().streams.names()[0]
    with system_scope():
        sql.run(
            "INSERT INTO tracking_streamoffset (shard, position, moved_at)"
            " VALUES (%(name)s, '99999999999999-0', now())",
            name=stream,
        )
    keep(acme.workspace.pk, "m1")

    assert Ingest(running=times(1), now=lambda: NOW).run().written == 1


def test_a_second_drainer_of_a_shard_stands_by(acme):
    keep(acme.workspace.pk, "m1")
    stream = wiring.place().streams.names()[0]
    other = psycopg2.connect(**connection.get_connection_params() | {"cursor_factory": None})
    with other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended('tracking_ingest ' || %s, 0))", [stream])

    standing_by = Ingest(running=times(2), now=lambda: NOW).run()
    other.close()
    afterwards = Ingest(running=times(1), now=lambda: NOW).run()

    assert (standing_by.seen, afterwards.written) == (0, 1)


def test_drained_events_stay_an_hour_for_a_database_from_a_backup(acme):
    keep(acme.workspace.pk, "m1")
    drain(now=NOW)

    Ingest(running=times(1), now=lambda: NOW).run()

    assert wiring.client(wiring.place()).xlen(wiring.place().streams.names()[0]) == 1
    assert len(rows("SELECT id FROM tracking_event")) == 1


def flood(tenant_id: int, events: int) -> None:
    """A burst in the overflow lane, 500 events an entry."""
    lines = [
        Line(id=uuid4(), name=1, occurred_at=NOW, received_at=NOW, visitor=f"v{number % 500}").encode(tenant_id)
        for number in range(events)
    ]
    wiring.keeper().keep([Entry(f"{tenant_id} v", line, OVERFLOW) for line in lines])


def test_the_main_lane_does_not_wait_for_a_burst_in_the_other(acme, globex):
    flood(acme.workspace.pk, 12_000)
    seen: list[list[tuple]] = []

    def running() -> bool:
        keep(globex.workspace.pk, f"q{len(seen)}")
        seen.append(rows("SELECT tenant_id, count(*) FROM tracking_event GROUP BY 1 ORDER BY 1"))
        return len(seen) <= 4

    Ingest(running=running, now=lambda: NOW).run()

    mine, theirs = acme.workspace.pk, globex.workspace.pk
    assert [dict(found).get(theirs, 0) for found in seen] == [0, 1, 2, 3, 4]
    assert 0 < dict(seen[1])[mine] < 12_000, "the burst gets its helping, and no more"


def test_the_overflow_lane_is_emptied_when_the_main_lane_is(acme):
    flood(acme.workspace.pk, 12_000)
    steps = times(20)  # a slow machine takes smaller helpings
    ingest = Ingest(running=lambda: ingest.total.written < 12_000 and steps(), now=lambda: NOW)

    assert ingest.run().written == 12_000


def test_two_workers_share_the_shards_and_a_dead_ones_are_taken_over(acme, monkeypatch):
    monkeypatch.setattr(wiring, "ENV", replace(wiring.ENV, tracking_shards=4))
    other = psycopg2.connect(**connection.get_connection_params() | {"cursor_factory": None})
    other.autocommit = True
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(hashtextextended('tracking_ingest worker', 0))")
    held: list[int] = []
    ingest = Ingest(running=lambda: len(held) < 4, now=lambda: NOW)

    def running() -> bool:
        held.append(len(ingest.positions))
        if len(held) == 2:
            other.close()
        ingest._tidied = -1e9
        return len(held) < 4

    ingest.running = running
    ingest.run()

    assert held[0] == 0
    assert held[1] == 2 * 2, "two shards of four, both lanes"
    assert held[3] == 4 * 2
