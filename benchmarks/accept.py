"""1a, 1b, 1d: accepting events one by one, twenty a post, and acknowledged only after fsync."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from functools import partial

from benchmarks import load, naive
from benchmarks.collector import NOOP, server, several, single, workspace
from benchmarks.table import Row, compared, interleaved
from tracking.collector import wiring

REQUESTS = 50_000


def measure(scale: float) -> list[Row]:
    """Rows 1a (requests/s and p99), 1b and 1d."""
    key, _tenant_id = workspace()
    requests = max(20_000, int(REQUESTS * scale))  # less is over before the machine has settled
    with server() as port:
        load.run(port, lambda number: single(key), requests=2_000)
        rows = [*accept(port, key, requests), *against_bare(port, key, requests), batches(port, key, requests)]
        rows.append(beside_a_view(port, key, requests))
        with server({"ACK_FSYNC": "1"}) as synced:
            rows.append(fsynced(port, synced, key, requests // 2))
    return rows


def accept(port: int, key: str, requests: int) -> list[Row]:
    """1a: the same server, once doing nothing and once keeping an event."""
    seen: dict[str, list[load.Load]] = {"noop": [], "ours": []}

    def once(name: str, make: Callable[[int], bytes]) -> float:
        done = accepted(port, make, requests)
        seen[name].append(done)
        return done.per_second

    def median(name: str, of: Callable[[load.Load], float]) -> float:
        return statistics.median(of(done) for done in seen[name])

    measured = interleaved(
        partial(once, "noop", lambda number: NOOP), partial(once, "ours", lambda number: single(key))
    )
    p99 = partial(median, of=lambda done: done.percentile(0.99) * 1000)
    busy = partial(median, of=lambda done: done.busy)
    client = f"the client's share of a core: {busy('ours'):.2f}, of the no-op's {busy('noop'):.2f}"
    return [
        compared("1a accept one event", measured, unit="requests/s", goal="≥ 0.50", growth=client),
        compared("1a p99 of that", (p99("noop"), p99("ours")) if measured else None, unit="ms", goal="≤ 5"),
    ]


def against_bare(port: int, key: str, requests: int) -> list[Row]:
    """1a again: what a bare append reaches of the no-op, and what we reach of the bare append."""

    def one(where: int) -> float:
        return accepted(where, lambda number: single(key), requests).per_second

    def noop(where: int) -> float:
        return accepted(where, lambda number: NOOP, requests).per_second

    with server(application="benchmarks.bare_append:rsgi") as bare:
        limit = interleaved(partial(noop, bare), partial(one, bare))
        ours = interleaved(partial(one, bare), partial(one, port))
    return [
        compared("1a bare append, of the no-op", limit, unit="requests/s", goal=""),
        compared("1a accept one event, of the bare append", ours, unit="requests/s", goal=""),
    ]


def beside_a_view(port: int, key: str, requests: int) -> Row:
    """1a against the same reading and checks in a Django view, which appends hit by hit."""

    def ours() -> float:
        return accepted(port, lambda number: single(key), requests).per_second

    with naive.server() as usual:
        measured = interleaved(partial(naive.hits, usual, "/naive/stream", key, requests // 5), ours)
    return compared("1a of a view that appends", measured, unit="requests/s", goal="≥ 6")


def batches(port: int, key: str, requests: int) -> Row:
    """1b: events per second twenty a post, against one a post."""

    def one() -> float:
        return accepted(port, lambda number: single(key), requests).per_second

    def twenty() -> float:
        return 20 * accepted(port, lambda number: several(key, events=20), requests // 5).per_second

    return compared("1b accept batches of 20", interleaved(one, twenty), unit="events/s", goal="≥ 4")


def fsynced(port: int, synced: int, key: str, requests: int) -> Row:
    """1d: 20 a post, each answered only when it is on disk, against the same server without that wait."""
    stream = wiring.client(wiring.place())

    def events(where: int, policy: str) -> float:
        stream.config_set("appendfsync", policy)
        return 20 * accepted(where, lambda number: several(key, events=20), requests // 5).per_second

    measured = interleaved(partial(events, port, "everysec"), partial(events, synced, "always"))
    stream.config_set("appendfsync", "everysec")
    return compared(
        "1d acknowledged after fsync", measured, unit="events/s", goal="≥ 0.35", growth="improves with load"
    )


def accepted(port: int, make: Callable[[int], bytes], requests: int) -> load.Load:
    """A run in which every answer is a 200."""
    done = load.run(port, make, requests=requests)
    assert set(done.statuses) == {200}, done.statuses
    return done
