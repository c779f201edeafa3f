"""A small HTTP load generator: keep-alive connections, one request in flight on each, in one event loop."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

END_OF_HEAD = b"\r\n\r\n"


@dataclass
class Load:
    """What came back: seconds for all of it, the share of a core this client took (near 1 it is what was measured),
    each answer's latency, how many answers of each status."""

    seconds: float = 0.0
    busy: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """percentile(0.99): the latency in seconds that 99 % stayed under."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class _Line(asyncio.Protocol):
    """One connection: sends the next request when the answer to the last is complete."""

    def __init__(self, make: Callable[[], bytes | None], load: Load) -> None:
        self._make, self._load = make, load
        self._held = b""
        self._sent = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._held += data
        head, found, body = self._held.partition(END_OF_HEAD)
        if not found or len(body) < _length(head):
            return
        self._held = b""
        self._load.latencies.append(time.perf_counter() - self._sent)
        self._load.statuses[int(head[9:12])] += 1
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)

    def _next(self) -> None:
        request = self._make()
        if request is None:
            self._transport.close()
            return
        self._sent = time.perf_counter()
        self._transport.write(request)


def _length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(b"content-length:")
    return int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0


def run(port: int, make: Callable[[int], bytes], *, requests: int, connections: int = 32) -> Load:
    """Send `make(0)` … `make(requests - 1)` to 127.0.0.1 over `connections`; returns when every answer is in.

    They are made before the clock starts.
    """
    return asyncio.run(_run(port, [make(number) for number in range(requests)], connections))


async def _run(port: int, requests: Sequence[bytes], connections: int) -> Load:
    load, waiting = Load(), iter(requests)

    def next_request() -> bytes | None:
        return next(waiting, None)

    loop, started, worked = asyncio.get_running_loop(), time.perf_counter(), time.process_time()
    lines = [
        (await loop.create_connection(lambda: _Line(next_request, load), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(line.done for line in lines))
    load.seconds = time.perf_counter() - started
    load.busy = (time.process_time() - worked) / load.seconds
    return load


def get(path: str) -> bytes:
    """A GET as bytes."""
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()


def post(path: str, body: bytes) -> bytes:
    """A POST of JSON as bytes."""
    agent = "User-Agent: Mozilla/5.0 (bench) Chrome/130"
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\n{agent}\r\nContent-Type: application/json\r\n"
    return head.encode() + f"Content-Length: {len(body)}\r\n\r\n".encode() + body
