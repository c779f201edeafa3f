"""One message under two browsers' names, or a view that replaces another, in two shards, written by two drainers at
the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection, transaction

from ma_platform.db import sql
from tests.timing import eventually
from tests.tracking.collecting import NOW
from tests.tracking.facing import rows
from tracking.actions import Drained
from tracking.actions.drain import take_in
from tracking.collector import wiring
from tracking.collector.lines import Line
from tracking.collector.messages import message_uuid

pytestmark = pytest.mark.django_db(transaction=True)
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


def told(tenant_id: int, visitor: str, *, minutes: int) -> list[bytes]:
    """The message with the same id, as another browser's at another moment; and one of its own beside it."""
    at = NOW + timedelta(minutes=minutes)
    ids = [message_uuid("twice"), message_uuid(visitor)]
    return [
        Line(id=number, name=1, occurred_at=at, received_at=NOW, visitor=visitor).encode(tenant_id) for number in ids
    ]


def written_slowly(lines: list[bytes], written: Event, commit: Event) -> Drained:
    try:
        with transaction.atomic():
            found = take_in(lines, now=NOW)
            written.set()
            assert commit.wait(20)
        return found
    finally:
        connection.close()


def written_beside(lines: list[bytes]) -> Drained:
    try:
        return take_in(lines, now=NOW)
    finally:
        connection.close()


def test_it_is_written_once(acme, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(wiring, "ENV", replace(wiring.ENV, tracking_shards=2))
    written, commit = Event(), Event()
    tenant = acme.workspace.pk

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(written_slowly, told(tenant, "v1", minutes=0), written, commit)
        assert written.wait(20)
        second = pool.submit(written_beside, told(tenant, "v2", minutes=5))
        eventually(lambda: second.done() or sql.run(WAITING).value() == 1)
        commit.set()
        answers = first.result(), second.result()

    assert [one.written for one in answers] == [2, 1]
    assert rows("SELECT count(*), count(DISTINCT id) FROM tracking_event") == [(3, 3)]
    assert rows("SELECT sum(count) FROM tracking_daily") == [(3,)]


@pytest.mark.parametrize("order", [1, -1])
def test_a_view_and_the_one_that_replaces_it_count_once(acme, monkeypatch: pytest.MonkeyPatch, order: int):
    monkeypatch.setattr(wiring, "ENV", replace(wiring.ENV, tracking_shards=2))
    written, commit = Event(), Event()
    counted = Line(id=message_uuid("counted"), name=1, occurred_at=NOW, received_at=NOW)
    again = Line(id=message_uuid("again"), name=1, occurred_at=NOW, received_at=NOW, visitor="v1")
    again.props = {"replaces": str(counted.id)}
    slow, fast = [[line.encode(acme.workspace.pk)] for line in (counted, again)][::order]

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(written_slowly, slow, written, commit)
        assert written.wait(20)
        second = pool.submit(written_beside, fast)
        eventually(lambda: second.done() or sql.run(WAITING).value() == 1)
        commit.set()
        answers = first.result(), second.result()

    assert [one.written for one in answers] == [1, 1]
    assert rows("SELECT sum(count) FROM tracking_daily") == [(1,)]
