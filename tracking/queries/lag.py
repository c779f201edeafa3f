"""How far the readers and the ingest process are behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ma_platform.db import sql
from tracking.catalogue import in_order
from tracking.collector import wiring
from tracking.collector.stream import OVERFLOW, known

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
    """Seconds the oldest accepted event has been waiting in the main lane; raises redis.RedisError when it is away."""
    return max((one.seconds for one in stream_lag() if not one.overflow), default=0.0)


@dataclass(frozen=True, slots=True)
class StreamLag:
    """Seconds the oldest event of a shard's lane has been waiting to be written."""

    stream: str
    seconds: float

    @property
    def overflow(self) -> bool:
        """Whether it is the lane that waits until the main one has been served."""
        return f":{OVERFLOW}:" in self.stream


def stream_lag() -> list[StreamLag]:
    """Every shard's main lane, then the overflow lanes; former shards while they are there. Three round trips.

    Raises redis.RedisError.
    """
    where = wiring.place()
    client = wiring.client(where)
    names = known(client, where.streams)
    places = dict(sql.run("SELECT shard, position FROM tracking_streamoffset").rows)
    pipeline = client.pipeline(transaction=False)
    pipeline.time()
    for stream in names:
        pipeline.xrange(stream, min=f"({places.get(stream, '0-0')}", count=1)
    (seconds, micros), *found = pipeline.execute()
    at = seconds + micros / 1e6
    return [StreamLag(stream, _waited(after, at)) for stream, after in zip(names, found, strict=True)]


def _waited(after: list[tuple[bytes, object]], at: float) -> float:
    return max(0.0, at - int(after[0][0].partition(b"-")[0]) / 1000) if after else 0.0
