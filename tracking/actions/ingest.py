"""The ingest process: for ever from the streams to the log, one drainer a shard, killed at any moment without loss."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import redis
from django.db import InterfaceError, OperationalError, connection

from ma_platform.db import sql
from tracking.actions.drain import FIRST, Drained, chunks, place_of, unspool, write
from tracking.collector import wiring
from tracking.collector.keeper import Keeper
from tracking.collector.stream import read

BLOCK_MS = 1_000
KEEP_SECONDS = 3_600  # drained entries stay this long in the stream, against a database restored from a backup
TIDY_SECONDS = 10.0
PAUSE_SECONDS, LONGEST_PAUSE = 0.25, 5.0
ENTRIES_AT_ONCE = 1_000

log = logging.getLogger(__name__)


@dataclass
class Ingest:
    """`running` is asked between batches; `now` gives the moment of each. Shards others drain are left to them."""

    running: Callable[[], bool]
    now: Callable[[], datetime]
    positions: dict[str, str] = field(default_factory=dict)
    total: Drained = field(default_factory=Drained)
    _tidied: float = 0.0

    def run(self) -> Drained:
        """Until `running()` is false; both servers may go away and come back meanwhile."""
        where = wiring.place()
        client = redis.Redis.from_url(where.redis_url, socket_timeout=10, socket_connect_timeout=2, retry=None)
        keeper = Keeper(client, where.streams, wiring.keeper().spool)
        pause = PAUSE_SECONDS
        while self.running():
            try:
                self._step(client, where.streams.names(), keeper)
                pause = PAUSE_SECONDS
            except (OperationalError, InterfaceError, redis.RedisError, OSError) as error:
                log.warning("ingest waits %.2f s: %s", pause, str(error).strip())
                self._let_go()
                time.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
        self._let_go()
        return self.total

    def _step(self, client: redis.Redis, streams: list[str], keeper: Keeper) -> None:
        if time.monotonic() - self._tidied > TIDY_SECONDS:
            self._claim(client, [stream for stream in streams if stream not in self.positions])
            self._trim(client)
            self._tidied = time.monotonic()
        unspool(keeper)
        if not self.positions:
            time.sleep(PAUSE_SECONDS)
            self._tidied = 0.0
            return
        for stream, entries in read(client, self.positions, count=ENTRIES_AT_ONCE, block_ms=BLOCK_MS):
            for chunk in chunks(entries):
                self.total += write(stream, chunk, now=self.now())
                self.positions[stream] = chunk.position

    def _claim(self, client: redis.Redis, streams: list[str]) -> None:
        """Take the shards nobody drains. The lock lives as long as this database connection."""
        for stream in streams:
            if sql.run(LOCK, stream=stream).value():
                place = place_of(stream)
                # A stream that ends before our place was lost and begun anew: read it from its beginning.
                self.positions[stream] = FIRST if _before(_last_of(client, stream), place) else place
                log.info("draining %s from %s", stream, self.positions[stream])

    def _trim(self, client: redis.Redis) -> None:
        for stream, position in self.positions.items():
            drained_ms = int(position.partition("-")[0])
            seconds, _micros = client.time()
            oldest = min(drained_ms, (seconds - KEEP_SECONDS) * 1000)
            if oldest > 0:
                client.xtrim(stream, minid=str(oldest), approximate=True)

    def _let_go(self) -> None:
        self.positions = {}
        self._tidied = 0.0
        connection.close()


def _last_of(client: redis.Redis, stream: str) -> str:
    try:
        return str(client.xinfo_stream(stream)["last-generated-id"].decode())
    except redis.ResponseError:
        return FIRST  # no such stream yet


def _before(one: str, other: str) -> bool:
    first, second = (tuple(map(int, position.split("-"))) for position in (one, other))
    return first < second


LOCK = "SELECT pg_try_advisory_lock(hashtextextended('tracking_ingest ' || %(stream)s, 0))"
