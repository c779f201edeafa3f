"""The ingest process in one piece: takes its shard, survives a stream that was lost, stands by for another."""

from __future__ import annotations

from collections.abc import Callable

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
