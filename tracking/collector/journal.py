"""What the stream said it had and ingest has not written yet, in this process's memory: told again when the stream
lost it (emptied by FLUSHALL, or restarted without its last second).

Telling twice is harmless, message ids decide; so whatever is in doubt is told again.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import redis

from tracking.collector.counting import COUNTS, LET_GO
from tracking.collector.repeating import Repeating
from tracking.collector.stream import Streams, commands

MOST_BYTES = 64 * 1024 * 1024
LOOK_SECONDS = 1.0
AT_ONCE = 100
Addition = tuple[str, bytes, int]

log = logging.getLogger(__name__)


class Journal:
    """Safe between threads. Above `most` bytes the oldest are let go: then only the stream itself has them."""

    def __init__(self, *, most: int = MOST_BYTES) -> None:
        self._held: dict[str, deque[tuple[bytes, bytes, int]]] = defaultdict(deque)
        self._most, self._bytes = most, 0
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """How much is held."""
        return self._bytes

    def note(self, additions: Sequence[Addition], replies: Sequence[Any]) -> None:
        """The stream has these additions under the ids it replied."""
        with self._lock:
            for (stream, lines, count), number in zip(additions, replies, strict=False):
                self._held[stream].append((number, lines, count))
                self._bytes += len(lines)
            while self._bytes > self._most:
                self._drop(max(self._held.values(), key=len))
                COUNTS.add(LET_GO)

    def forget(self, drained: Mapping[str, bytes]) -> None:
        """Everything up to these positions is in the log."""
        with self._lock:
            for stream, position in drained.items():
                held, until = self._held[stream], _order(position)
                while held and _order(held[0][0]) <= until:
                    self._drop(held)

    def take(self) -> list[Addition]:
        """All of it; the journal is empty then."""
        with self._lock:
            found = [(stream, lines, count) for stream, held in self._held.items() for _number, lines, count in held]
            self._held.clear()
            self._bytes = 0
        return found

    def give_back(self, additions: Sequence[Addition]) -> None:
        """Hold what could not be told again; its number is the lowest, so only another telling ends it."""
        with self._lock:
            for stream, lines, count in reversed(additions):
                self._held[stream].appendleft((UNKNOWN, lines, count))
                self._bytes += len(lines)

    def _drop(self, held: deque[tuple[bytes, bytes, int]]) -> None:
        self._bytes -= len(held.popleft()[1])


class Watch:
    """Looks every second whether the stream's server is still the one that promised; `client` is a redis.Redis."""

    def __init__(self, client: Any, streams: Streams, journal: Journal) -> None:
        self._client, self._streams, self._journal = client, streams, journal
        self._mark: tuple[str, bytes] | None = None

    def start(self, also: Callable[[], None] = lambda: None) -> Repeating:
        """Look once now, so that nothing is promised by a server that was not seen; then for ever in a thread of its
        own, calling `also` each time (it may raise redis.RedisError).
        """
        self._looked(lambda: None)
        thread = Repeating(partial(self._looked, also), seconds=LOOK_SECONDS, name="collector-journal")
        thread.start()
        return thread

    def look(self) -> int:
        """Tell again what was lost, forget what is in the log. Returns additions told; raises redis.RedisError."""
        mark, drained = self._asked()
        told = 0
        if mark != self._mark:
            told = self._tell_again()
        self._mark = mark
        self._journal.forget({stream.decode(): position for stream, position in drained.items()})
        return told

    def _asked(self) -> tuple[tuple[str, bytes], Mapping[bytes, bytes]]:
        """(run of the server and the key that only emptying removes, positions drained)."""
        pipeline = self._client.pipeline(transaction=False)
        pipeline.info("server")
        pipeline.set(self._streams.epoch, uuid.uuid4().hex, nx=True)
        pipeline.get(self._streams.epoch)
        pipeline.hgetall(self._streams.drained)
        server, _made, epoch, drained = pipeline.execute()
        return (str(server["run_id"]), epoch), drained

    def _tell_again(self) -> int:
        additions = self._journal.take()
        for start in range(0, len(additions), AT_ONCE):
            part = additions[start : start + AT_ONCE]
            pipeline = self._client.pipeline(transaction=False)
            for command in commands(part):
                pipeline.execute_command(*command)
            try:
                self._journal.note(part, pipeline.execute())
            except (redis.RedisError, OSError):
                self._journal.give_back(additions[start:])
                raise
        if additions:
            log.warning("the stream was emptied, restarted or never seen before: %s entries told again", len(additions))
        return len(additions)

    def _looked(self, also: Callable[[], None]) -> float:
        try:
            self.look()
            also()
        except (redis.RedisError, OSError) as error:
            log.info("the stream cannot be looked at: %s", error)
        return LOOK_SECONDS


def _order(number: bytes) -> tuple[int, int]:
    first, _, second = number.partition(b"-")
    return int(first), int(second or 0)


UNKNOWN = b"999999999999999-0"  # behind every position: never forgotten, only told again
