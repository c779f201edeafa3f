"""How far the readers and the ingest process are behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import redis

from ma_platform.db import sql
from tracking.catalogue import in_order
from tracking.collector import wiring

LAG_LIMIT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class ConsumerLag:
    """Seconds since the consumer had last read everything (a few while idle); None before it ran for the first time."""

    name: str
    seconds: float | None

    @property
    def ok(self) -> bool:
        return self.seconds is not None and self.seconds < LAG_LIMIT_SECONDS


def lag(*, now: datetime) -> list[ConsumerLag]:
    """Every registered consumer's lag, over all tenants. Reads only cursors: free, and allowed to every process."""
    moved = dict(sql.run("SELECT name, moved_at FROM tracking_consumer").rows)
    return [
        ConsumerLag(one.name, max(0.0, (now - moved[one.name]).total_seconds()) if one.name in moved else None)
        for one in in_order()
    ]


def ingest_lag() -> float:
    """Seconds the oldest accepted event has been waiting in the stream; raises redis.RedisError when it is away."""
    where = wiring.place()
    client = wiring.client(where)
    places = dict(sql.run("SELECT shard, position FROM tracking_streamoffset").rows)
    waits = [_first_wait(client, stream, places.get(stream, "0-0")) for stream in where.streams.names()]
    return max(waits, default=0.0)


def _first_wait(client: redis.Redis, stream: str, position: str) -> float:
    after: Any = client.xrange(stream, min=f"({position}", count=1)
    if not after:
        return 0.0
    seconds, micros = client.time()
    return max(0.0, seconds + micros / 1e6 - int(after[0][0].partition(b"-")[0]) / 1000)
