"""What operators see of tracking, also while one of the servers is away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import redis

from ma_platform import clock
from ma_platform.db import sql
from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.collecting import NOW
from tests.tracking.test_drain import keep
from tests.tracking.visiting import visit
from tracking.actions import drain
from tracking.actions.watchman import Watchman
from tracking.collector import counting, wiring
from tracking.collector.core import Entry
from tracking.collector.spool import Spool, waiting
from tracking.collector.stream import Streams
from tracking.collector.telling import Teller
from tracking.health_rows import aside_row, spool_row
from tracking.queries import inflow, stream_lag


@pytest.fixture
def client_of_stream() -> Any:
    return wiring.client(wiring.place())


def told(client_of_stream: Any) -> None:
    place = wiring.place()
    Teller(client_of_stream, place.streams, wiring.keeper().spool).tell()
    Watchman(client_of_stream, place.streams).tell(now=clock.now())


def test_readyz_has_the_figures_and_is_quick(client, acme, client_of_stream):
    counting.COUNTS.take()
    keep(acme.workspace.pk, "m1")
    told(client_of_stream)
    client.get("/readyz")
    started = time.perf_counter()

    answer = client.get("/readyz")

    assert time.perf_counter() - started < 0.25  # 50 ms on a quiet machine
    checks = answer.json()["checks"]
    assert checks["log"]["counts"]["accepted"] == 1
    assert checks["log"]["months_ahead"] >= 2
    assert checks["spool"] == {"ok": True, "bytes": 0, "files": 0, "seconds": 0.0}
    assert list(checks["ingest"]["lanes"]) == ["ma:events:0", "ma:events:overflow:0"]
    assert checks["ingest"]["lanes"]["ma:events:0"] > 0


@pytest.fixture
def own_spool() -> Iterator[Spool]:
    """This process's spool; what a test leaves there no other test drains."""
    spool = wiring.keeper().spool
    yield spool
    spool.rest(at_once=True)
    for file, _entries in waiting(wiring.place().spool):
        file.unlink()


def test_readyz_answers_while_the_stream_is_away(client, acme, own_spool, monkeypatch):
    gone = redis.Redis.from_url("unix:///nowhere.sock")
    monkeypatch.setattr(wiring, "client", lambda where: gone)
    own_spool.keep([Entry("7 v1", b"waits")])

    answer = client.get("/readyz")

    checks = answer.json()["checks"]
    assert answer.status_code == 503
    assert checks["database"]["ok"]
    assert checks["ingest"] == {"ok": False, "error": "ConnectionError"}
    assert (checks["spool"]["files"], checks["spool"]["bytes"] > 0) == (1, True)


def test_what_was_counted_is_told_once_and_never_lost(client_of_stream, monkeypatch):
    counts = counting.Counts()
    teller = Teller(client_of_stream, Streams(), wiring.keeper().spool, counts)
    counts.add(counting.DROPPED, 3)
    monkeypatch.setattr(teller, "_client", redis.Redis.from_url("unix:///nowhere.sock"))
    with pytest.raises(redis.RedisError):
        teller.tell()
    monkeypatch.undo()
    counts.add(counting.DROPPED)

    teller.tell()
    teller.tell()

    assert inflow(now=clock.now()).counts["dropped"] == 4


def test_a_machine_that_is_gone_is_not_shown(client_of_stream):
    Teller(client_of_stream, Streams(), wiring.keeper().spool).tell()

    assert len(inflow(now=clock.now()).nodes) == 1
    assert inflow(now=clock.now() + timedelta(hours=2)).nodes == ()


def test_both_lanes_of_every_shard_have_their_lag(acme):
    keep(acme.workspace.pk, "m1")
    before = {one.stream: one.seconds > 0 for one in stream_lag()}
    drain(now=NOW)

    assert before == {"ma:events:0": True, "ma:events:overflow:0": False}
    assert [one.seconds for one in stream_lag()] == [0.0, 0.0]


def test_set_aside_lines_and_waiting_visits_are_shown(acme, client_of_stream):
    with tenant_scope(acme.workspace):
        sql.run("INSERT INTO tracking_rejected (tenant_id, line, reason, at) VALUES (%(tenant_id)s, '', '', now())")
        visit("v1", minutes=0)
    Watchman(client_of_stream, wiring.place().streams).tell(now=NOW + timedelta(minutes=11))

    state = inflow(now=NOW).state
    row = aside_row(NOW)

    assert state is not None
    assert (state.rejected, state.poisoned, round(state.unenriched)) == (1, 0, 660)
    assert (row.state, "1" in row.value) == ("warn", True)
    assert spool_row(NOW).state == "ok"
