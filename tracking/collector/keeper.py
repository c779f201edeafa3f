"""Keep entries: in the stream, else on disk, else say that they cannot be kept. Blocking; for threads."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

import redis

from tracking.collector.core import Entry
from tracking.collector.counting import ACCEPTED, COUNTS
from tracking.collector.journal import Journal
from tracking.collector.refusal import Refusal
from tracking.collector.spool import Spool
from tracking.collector.stream import Streams, commands, on_disk

REST_SECONDS = 1.0  # how long a stream that failed is left alone

log = logging.getLogger(__name__)


class Keeper:
    """Safe to share between threads; `client` is a redis.Redis (its command calls are untyped).

    An entry kept twice (an answer that was lost) is dropped by its message id later. `fsync`: the stream has an entry
    only once it is on its server's disk.
    """

    def __init__(
        self, client: Any, streams: Streams, spool: Spool, *, fsync: bool = False, journal: Journal | None = None
    ) -> None:
        self._client, self._streams, self.spool, self._fsync = client, streams, spool, fsync
        self.journal = journal or Journal()
        self._away_until = 0.0

    def keep(self, entries: Sequence[Entry]) -> None:
        """Kept when this returns. Raises Refusal(503) when neither stream nor disk can."""
        if not entries:
            return
        if not self.to_stream(entries):
            spooled(self.spool.keep, entries)

    def to_stream(self, entries: Sequence[Entry]) -> bool:
        """Append to the stream; False when it is away, or was a moment ago."""
        if time.monotonic() < self._away_until:
            return False
        try:
            self._append(entries)
            COUNTS.add(ACCEPTED, len(entries))
        except (redis.RedisError, OSError) as error:
            self._away_until = time.monotonic() + REST_SECONDS
            log.warning("the stream is away, events go to disk: %s", error)
            return False
        return True

    def _append(self, entries: Sequence[Entry]) -> None:
        additions = self._streams.additions(entries)
        found = commands(additions, fsync=self._fsync)
        if len(found) == 1:
            self.journal.note(additions, [self._client.execute_command(*found[0])])
            return
        pipeline = self._client.pipeline(transaction=False)
        for command in found:
            pipeline.execute_command(*command)
        replies = pipeline.execute()
        if self._fsync and not on_disk(replies[-1]):
            raise OSError("the stream's disk does not keep up")
        self.journal.note(additions, replies)


def spooled(keep: Callable[[Sequence[Entry]], None], entries: Sequence[Entry]) -> None:
    """Put entries on disk or refuse: never a false 2xx."""
    try:
        keep(entries)
    except OSError as error:
        log.error("events cannot be kept: %s", error)
        raise Refusal(503, "not_kept", retry_after=5) from None
