"""The ingest process: for ever from the streams to the log, one drainer a shard, killed at any moment without loss."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import redis
from django.db import DatabaseError, InterfaceError, connection

from ma_platform.db import sql
from tracking.actions.drain import EVENTS_AT_ONCE, FIRST, Drained, chunks, helping, place_of, unspool, write
from tracking.actions.watchman import Watchman
from tracking.collector import wiring
from tracking.collector.keeper import Keeper
from tracking.collector.stream import OVERFLOW, former, read

BLOCK_MS = 1_000
KEEP_SECONDS = 3_600  # drained entries stay this long in the stream, against a database restored from a backup
TIDY_SECONDS = 5.0
PAUSE_SECONDS, LONGEST_PAUSE = 0.25, 5.0
LEAST_AT_ONCE = 1_000
SECONDS_AT_ONCE = 0.8  # a batch holds its browsers' rows locked, and nobody waits for a lock longer than 2 s
OVERFLOW_AT_ONCE = 5_000  # how long the main lane may have to wait for the other one
GATHER_SECONDS = 0.05  # a small batch costs nearly what a large one does: they begin at least so far apart
OVERFLOW_SECONDS = 0.2  # even a main lane that is never empty lets the other one in so often

log = logging.getLogger(__name__)


@dataclass
class Ingest:
    """`running` is asked between batches; `now` gives the moment of each. Shards others drain are left to them.

    `positions` holds both lanes of the shards that are ours. Several processes share the shards evenly; whoever drains
    the first one drains former ones too, so that with one shard there is one drainer.
    """

    running: Callable[[], bool]
    now: Callable[[], datetime]
    positions: dict[str, str] = field(default_factory=dict)
    total: Drained = field(default_factory=Drained)
    _most: int = OVERFLOW_AT_ONCE  # events in a batch that takes about SECONDS_AT_ONCE here
    _tidied: float = -math.inf
    _overflowed: float = -math.inf
    _former: dict[str, str] = field(default_factory=dict)  # lanes of shards beyond ours that we drain
    _watchman: Watchman = field(init=False, repr=False)

    def run(self) -> Drained:
        """Until `running()` is false; both servers may go away and come back meanwhile."""
        where = wiring.place()
        client = redis.Redis.from_url(where.redis_url, socket_timeout=10, socket_connect_timeout=2, retry=None)
        self._watchman = Watchman(client, where.streams)
        own = wiring.keeper()
        keeper = Keeper(client, where.streams, own.spool, journal=own.journal)
        lanes = dict(zip(where.streams.names(), where.streams.overflow_names(), strict=True))
        pause = PAUSE_SECONDS
        while self.running():
            try:
                self._step(client, lanes, keeper)
                pause = PAUSE_SECONDS
            except (DatabaseError, InterfaceError, redis.RedisError, OSError) as error:
                log.warning("ingest waits %.2f s: %s", pause, str(error).strip())
                self._let_go()
                time.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
        self._let_go()
        return self.total

    def _step(self, client: redis.Redis, lanes: dict[str, str], keeper: Keeper) -> None:
        if time.monotonic() - self._tidied > TIDY_SECONDS:
            self._share(client, lanes)
            self._inherit(client)
            self._trim(client)
            self._watchman.tell(now=self.now())
            self._tidied = time.monotonic()
        unspool(keeper)
        if not self.positions:
            time.sleep(PAUSE_SECONDS)
            self._tidied = -math.inf
            return
        mine = {main: other for main, other in (lanes | self._former).items() if main in self.positions}
        started = time.monotonic()
        seen = self._serve(client, list(mine), list(mine.values()))
        if not seen:
            read(client, self.positions, count=1, block_ms=BLOCK_MS)  # only to wait: the next step reads it
        elif seen < LEAST_AT_ONCE:  # idle on purpose: what arrives meanwhile shares the next batch's cost
            time.sleep(max(0.0, started + GATHER_SECONDS - time.monotonic()))

    def _serve(self, client: redis.Redis, main: list[str], overflow: list[str]) -> int:
        """The main lane, then of the overflow what can be had without letting anybody wait. Returns events seen."""
        seen = sum(self._drain(client, stream, EVENTS_AT_ONCE) for stream in main)
        if not seen or time.monotonic() - self._overflowed >= OVERFLOW_SECONDS:
            self._overflowed = time.monotonic()
            seen += sum(self._drain(client, stream, OVERFLOW_AT_ONCE) for stream in overflow)
        return seen

    def _drain(self, client: redis.Redis, stream: str, most: int) -> int:
        seen = 0
        for chunk in chunks(helping(client, stream, self.positions[stream], most=min(most, self._most))):
            started = time.monotonic()
            drained = write(stream, chunk, now=self.now())
            self.positions[stream] = chunk.position
            if drained.seen >= LEAST_AT_ONCE:
                fitting = int(drained.seen * SECONDS_AT_ONCE / (time.monotonic() - started))
                self._most = min(max(fitting, LEAST_AT_ONCE), EVENTS_AT_ONCE)
            client.hset(wiring.place().streams.drained, stream, chunk.position)  # collectors may forget up to here
            self.total += drained
            seen += drained.seen
        return seen

    def _share(self, client: redis.Redis, lanes: dict[str, str]) -> None:
        """Take shards nobody drains, up to an even share; give back what is more. Locks live as long as we do."""
        sql.run(SHOW_UP)
        most = math.ceil(len(lanes) / max(1, sql.run(WORKERS).value()))
        held = [main for main in lanes if main in self.positions]
        for main in held[most:]:
            self._leave(main, lanes[main])
        for main in lanes:
            if len(held) < most and main not in held and self._take(client, main, lanes[main]):
                held.append(main)

    def _inherit(self, client: redis.Redis) -> None:
        """Drain shards there were before their number was lowered, until they are empty and can be forgotten."""
        streams = wiring.place().streams
        found = former(client, streams) if streams.name(0) in self.positions else []
        there = {streams.name(number): streams.name(number, OVERFLOW) for number in found}
        for main in self._former.keys() - there.keys():
            self._leave(main, self._former.pop(main))
        for main in there.keys() - self._former.keys():
            if self._take(client, main, there[main]):
                self._former[main] = there[main]

    def _take(self, client: redis.Redis, main: str, overflow: str) -> bool:
        if not sql.run(LOCK, stream=main).value():
            return False
        for stream in (main, overflow):
            self._begin(client, stream)
        return True

    def _leave(self, main: str, overflow: str) -> None:
        del self.positions[main], self.positions[overflow]
        sql.run(UNLOCK, stream=main)

    def _begin(self, client: redis.Redis, stream: str) -> None:
        place = place_of(stream)
        # A stream that ends before our place was lost and begun anew: read it from its beginning.
        self.positions[stream] = FIRST if _before(last_of(client, stream), place) else place
        log.info("draining %s from %s", stream, self.positions[stream])

    def _trim(self, client: redis.Redis) -> None:
        for stream, position in self.positions.items():
            seconds, _micros = client.time()
            first = _first_to_keep(position, ago_ms=(seconds - KEEP_SECONDS) * 1000)
            inherited = stream in self._former or stream in self._former.values()
            if position != FIRST:
                client.xtrim(stream, minid=first, approximate=not inherited)
            if inherited:
                client.eval(FORGET_EMPTY, 1, stream)

    def _let_go(self) -> None:
        self.positions, self._former = {}, {}
        self._tidied = -math.inf
        connection.close()


# Nobody can add to it between the look and the removal.
FORGET_EMPTY = "if redis.call('XLEN', KEYS[1]) == 0 then return redis.call('DEL', KEYS[1]) end return 0"


def last_of(client: redis.Redis, stream: str) -> str:
    """The id of a stream's newest entry, one that was trimmed since included."""
    try:
        return str(client.xinfo_stream(stream)["last-generated-id"].decode())
    except redis.ResponseError:
        return FIRST  # no such stream yet


def _first_to_keep(position: str, *, ago_ms: int) -> str:
    """The id from which on entries stay: what is not drained, and what came since `ago_ms`."""
    drained_ms, _, number = position.partition("-")
    return str(ago_ms) if int(drained_ms) > ago_ms else f"{drained_ms}-{int(number) + 1}"


def _before(one: str, other: str) -> bool:
    first, second = (tuple(map(int, position.split("-"))) for position in (one, other))
    return first < second


# Who works here holds one lock together with the others: they can be counted, and a dead one is not.
SHOW_UP = """
    SELECT pg_advisory_lock_shared(hashtextextended('tracking_ingest worker', 0))
     WHERE NOT EXISTS (SELECT FROM pg_locks
                        WHERE pid = pg_backend_pid() AND locktype = 'advisory' AND mode = 'ShareLock')
"""
WORKERS = """
    SELECT count(*) FROM pg_locks
     WHERE locktype = 'advisory' AND mode = 'ShareLock' AND granted AND objsubid = 1
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND (classid::bigint << 32) | objid::bigint = hashtextextended('tracking_ingest worker', 0)
"""
# One lock for both lanes of a shard: the same event in both is never written at the same time.
UNLOCK = "SELECT pg_advisory_unlock(hashtextextended('tracking_ingest ' || %(stream)s, 0))"
LOCK = "SELECT pg_try_advisory_lock(hashtextextended('tracking_ingest ' || %(stream)s, 0))"
