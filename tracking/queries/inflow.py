"""What comes in and what waits, over all collectors and machines, and how the log is. Numbers of the installation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from tracking.collector import limits, wiring
from tracking.collector.counting import KINDS

FORGOTTEN = timedelta(hours=1)  # a machine or an ingest process not heard of for so long
FEWEST_MONTHS = 2
LONGEST_WRITE = 60.0  # seconds: until then consumers wait for a transaction to end
SLOW_LOOKUP = 600.0
ALARM = 0.5  # of what a spool may hold, and of how old it may become


@dataclass(frozen=True, slots=True)
class Node:
    """A machine's spool. `ok` while half of its bounds is free."""

    name: str
    bytes: int
    files: int
    seconds: float

    @property
    def ok(self) -> bool:
        return self.bytes < limits.SPOOL_BYTES * ALARM and self.seconds < limits.SPOOL_AGE.total_seconds() * ALARM


@dataclass(frozen=True, slots=True)
class LogState:
    """As an ingest process saw it at most ten seconds before `at`.

    `rejected` lines of the last hour and `poisoned` facts set aside (10,001: more); `unenriched`: seconds the oldest
    visit waits for its look-up;
    `months_ahead` partitions; `longest_write`: seconds a writing transaction has held the consumers back.
    """

    rejected: int
    poisoned: int
    unenriched: float
    months_ahead: int
    longest_write: float
    at: float

    @property
    def ok(self) -> bool:
        return self.months_ahead >= FEWEST_MONTHS and self.longest_write < LONGEST_WRITE


@dataclass(frozen=True, slots=True)
class Inflow:
    """`counts` since the stream's server was begun or emptied, by `counting.KINDS`; `state` None: no ingest yet."""

    counts: Mapping[str, int]
    nodes: tuple[Node, ...]
    state: LogState | None


def inflow(*, now: datetime) -> Inflow:
    """One round trip to the stream's server; raises redis.RedisError while it is away."""
    where = wiring.place()
    pipeline = wiring.client(where).pipeline(transaction=False)
    pipeline.hgetall(where.streams.counts)
    pipeline.hgetall(where.streams.nodes)
    pipeline.get(where.streams.state)
    counts, nodes, state = pipeline.execute()
    oldest = (now - FORGOTTEN).timestamp()
    told = [(name.decode(), orjson.loads(text)) for name, text in sorted(nodes.items())]
    return Inflow(
        {kind: int(counts.get(kind.encode(), 0)) for kind in KINDS},
        tuple(Node(name, one["bytes"], one["files"], one["seconds"]) for name, one in told if one["at"] > oldest),
        LogState(**orjson.loads(state)) if state else None,
    )


def own_spool() -> Node:
    """This machine's spool, which needs no server."""
    return Node("", **wiring.keeper().spool.held())  # type: ignore[arg-type]  # its three numbers
