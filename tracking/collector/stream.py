"""The stream in Valkey: one per shard, several lines per entry, acknowledged before anybody is told "kept"."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracking.collector.core import Entry

LINES, COUNT = b"l", b"n"


@dataclass(frozen=True, slots=True)
class Streams:
    """Names of the shards: `prefix:0` …"""

    prefix: str = "ma:events"
    shards: int = 1

    def name(self, shard: int) -> str:
        return f"{self.prefix}:{shard}"

    def names(self) -> list[str]:
        return [self.name(shard) for shard in range(self.shards)]

    def additions(self, entries: Iterable[Entry]) -> list[tuple[str, bytes, int]]:
        """(stream, lines, how many) per shard touched; a visitor's events keep their order."""
        by_shard: dict[int, list[bytes]] = defaultdict(list)
        for entry in entries:
            by_shard[zlib.crc32(entry.partition.encode()) % self.shards if self.shards > 1 else 0].append(entry.line)
        return [(self.name(shard), b"\n".join(lines), len(lines)) for shard, lines in sorted(by_shard.items())]


Kept = Sequence[tuple[bytes, dict[bytes, bytes]]]


def read(client: Any, positions: Mapping[str, str], *, count: int, block_ms: int | None) -> list[tuple[str, Kept]]:
    """(stream, entries after its position) for each stream that has any, waiting up to `block_ms` for the first."""
    found = client.xread(dict(positions), count=count, block=block_ms) or []
    return [(stream.decode(), entries) for stream, entries in found]


def commands(additions: Sequence[tuple[str, bytes, int]]) -> list[tuple[str | bytes | int, ...]]:
    """One XADD per stream."""
    return [("XADD", stream, "*", LINES, lines, COUNT, count) for stream, lines, count in additions]
