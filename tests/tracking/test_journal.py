"""What the stream promised and lost is told again by whoever accepted it."""

from __future__ import annotations

from typing import Any

import pytest
import redis

from ma_platform.ids import code
from tracking.collector import wiring
from tracking.collector.core import Entry
from tracking.collector.journal import Journal, Watch
from tracking.collector.keeper import Keeper
from tracking.collector.spool import Spool
from tracking.collector.stream import Streams


@pytest.fixture
def streams() -> Streams:
    return Streams(f"t{code()}", 2)


@pytest.fixture
def client() -> Any:
    return wiring.client(wiring.place())


@pytest.fixture
def keeper(client: Any, streams: Streams, tmp_path: Any) -> Keeper:
    return Keeper(client, streams, Spool(tmp_path), journal=Journal())


def entries(*lines: bytes) -> list[Entry]:
    return [Entry(f"7 v{number}", line) for number, line in enumerate(lines)]


def held(client: Any, streams: Streams) -> set[bytes]:
    found = [fields[b"l"] for stream in streams.names() for _number, fields in client.xrange(stream)]
    return {line for lines in found for line in lines.split(b"\n")}


def test_an_emptied_stream_is_told_again_what_was_not_drained(client, streams, keeper):
    watch = Watch(client, streams, keeper.journal)
    watch.look()
    keeper.keep(entries(b"a", b"b", b"c"))
    client.flushdb()

    told = watch.look()

    assert told > 0
    assert held(client, streams) == {b"a", b"b", b"c"}
    assert watch.look() == 0


def test_an_emptied_stream_is_noticed_although_it_was_begun_anew(client, streams, keeper):
    watch = Watch(client, streams, keeper.journal)
    watch.look()
    keeper.keep(entries(b"a"))
    client.flushdb()
    keeper.keep(entries(b"b"))

    watch.look()

    assert held(client, streams) == {b"a", b"b"}


def test_a_stream_that_nobody_emptied_is_told_nothing_again(client, streams, keeper):
    watch = Watch(client, streams, keeper.journal)
    looking = watch.start()
    looking.stop()
    keeper.keep(entries(b"a"))

    assert watch.look() == 0


def test_two_collectors_both_notice(client, streams, keeper, tmp_path):
    other = Keeper(client, streams, Spool(tmp_path), journal=Journal())
    watches = [Watch(client, streams, one.journal) for one in (keeper, other)]
    [watch.look() for watch in watches]
    keeper.keep(entries(b"a"))
    other.keep(entries(b"b"))
    client.flushdb()

    [watch.look() for watch in watches]

    assert held(client, streams) == {b"a", b"b"}


def test_what_is_drained_is_forgotten(client, streams, keeper):
    watch = Watch(client, streams, keeper.journal)
    keeper.keep(entries(b"ab"))
    before = keeper.journal.size
    for stream in streams.names():
        client.hset(streams.drained, stream, "999999999999998-0")

    watch.look()
    watch.look()
    client.flushdb()

    assert (before, keeper.journal.size) == (2, 0)
    assert watch.look() == 0


def test_what_cannot_be_told_again_now_is_kept_for_later(client, streams, keeper, monkeypatch):
    watch = Watch(client, streams, keeper.journal)
    watch.look()
    keeper.keep(entries(b"a"))
    client.flushdb()
    gone = redis.Redis.from_url("unix:///nowhere.sock")
    monkeypatch.setattr(watch, "_client", _Half(client, gone))

    with pytest.raises(redis.RedisError):
        watch.look()
    monkeypatch.undo()
    watch.look()

    assert held(client, streams) == {b"a"}


class _Half:
    """A server that answers one question and then is away."""

    def __init__(self, client: Any, gone: Any) -> None:
        self.pipelines = [client.pipeline, gone.pipeline]

    def pipeline(self, *, transaction: bool) -> Any:
        return self.pipelines.pop(0)(transaction=transaction)


def test_above_its_bound_the_oldest_are_let_go():
    journal = Journal(most=10)

    journal.note([("s", b"12345", 1), ("s", b"67890", 1), ("s", b"abcde", 1)], [b"1-0", b"2-0", b"3-0"])

    assert journal.size == 10
    assert [lines for _stream, lines, _count in journal.take()] == [b"67890", b"abcde"]
