"""The stream in Valkey: one per shard and lane, several lines per entry, acknowledged before anybody is told "kept".

A tenant that sends faster than its steady rate goes to the overflow lane, so that nobody else's events wait behind it.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ma_platform.env import MOST_SHARDS
from tracking.collector.core import Entry

LINES, COUNT = b"l", b"n"
MOST_LINES = 1_000  # in one entry of the stream
OVERFLOW = "overflow"
FSYNC_MS = 2_000  # how long a disk may take before the spool is used instead


@dataclass(frozen=True, slots=True)
class Streams:
    """Names of the shards: `prefix:0` … for the main lane, `prefix:overflow:0` … for the other."""

    prefix: str = "ma:events"
    shards: int = 1

    def name(self, shard: int, lane: str = "") -> str:
        return f"{self.prefix}:{lane}:{shard}" if lane else f"{self.prefix}:{shard}"

    def names(self) -> list[str]:
        """The main lane."""
        return [self.name(shard) for shard in range(self.shards)]

    def overflow_names(self) -> list[str]:
        """What waits until the main lane has been served."""
        return [self.name(shard, OVERFLOW) for shard in range(self.shards)]

    @property
    def epoch(self) -> str:
        """A key that is only ever removed by emptying the server."""
        return f"{self.prefix}:epoch"

    @property
    def drained(self) -> str:
        """Hash of positions by stream up to which everything is in the log, told by the ingest processes."""
        return f"{self.prefix}:drained"

    @property
    def counts(self) -> str:
        """Hash of what all collectors took and did not take (`counting.KINDS`)."""
        return f"{self.prefix}:counts"

    @property
    def nodes(self) -> str:
        """Hash by machine of what lies on its disk."""
        return f"{self.prefix}:nodes"

    @property
    def state(self) -> str:
        """How the log is, as an ingest process last saw it (JSON)."""
        return f"{self.prefix}:state"

    def additions(self, entries: Iterable[Entry]) -> list[tuple[str, bytes, int]]:
        """(stream, lines, how many) per stream touched; a visitor's events keep their order inside a lane."""
        gathered: dict[tuple[int, str], list[bytes]] = defaultdict(list)
        for partition, line, lane in entries:
            shard = zlib.crc32(partition.encode()) % self.shards if self.shards > 1 else 0
            gathered[shard, lane].append(line)
        return [
            (self.name(shard, lane), b"\n".join(part), len(part))
            for (shard, lane), lines in sorted(gathered.items())
            for part in _parts(lines)
        ]


def _parts(lines: list[bytes]) -> Iterable[list[bytes]]:
    return [lines[start : start + MOST_LINES] for start in range(0, len(lines), MOST_LINES)]


Kept = Sequence[tuple[bytes, dict[bytes, bytes]]]
Command = tuple[str | bytes | int, ...]


def read(client: Any, positions: Mapping[str, str], *, count: int, block_ms: int | None) -> list[tuple[str, Kept]]:
    """(stream, entries after its position) for each stream that has any, waiting up to `block_ms` for the first."""
    found = client.xread(dict(positions), count=count, block=block_ms) or []
    return [(stream.decode(), entries) for stream, entries in found]


def former(client: Any, streams: Streams) -> list[int]:
    """Shards beyond ours that are there: from before their number was lowered, or of a collector that has not heard."""
    numbers = range(streams.shards, MOST_SHARDS)
    pipeline = client.pipeline(transaction=False)
    for number in numbers:
        pipeline.exists(streams.name(number), streams.name(number, OVERFLOW))
    return [number for number, there in zip(numbers, pipeline.execute(), strict=True) if there]


def known(client: Any, streams: Streams) -> list[str]:
    """Every stream there may be something in: the main lanes, then the overflow lanes, former shards last in each."""
    numbers = [*range(streams.shards), *former(client, streams)]
    return [streams.name(number, lane) for lane in ("", OVERFLOW) for number in numbers]


def commands(additions: Sequence[tuple[str, bytes, int]], *, fsync: bool = False) -> list[Command]:
    """An XADD per addition; with `fsync` a last command that answers when all of them are on disk."""
    found: list[Command] = [("XADD", stream, "*", LINES, lines, COUNT, count) for stream, lines, count in additions]
    return [*found, ("WAITAOF", 1, 0, FSYNC_MS)] if fsync else found


def on_disk(reply: Any) -> bool:  # Any: whatever WAITAOF answered
    """Whether WAITAOF says that this server's own file holds everything."""
    return isinstance(reply, list) and bool(reply) and int(reply[0]) >= 1
