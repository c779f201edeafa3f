"""The least a server does that answers after the stream has a post: `granian … benchmarks.bare_append:rsgi`.

Nothing is read, checked, counted or encoded, and an append that fails is nobody's. What accepting is measured against
beside the no-op, which has neither body nor stream to wait for.
"""

from __future__ import annotations

import asyncio
from typing import Any

from ma_platform.connections import redis_url
from ma_platform.env import ENV
from tracking.collector.answers import HEALTHY, KEPT
from tracking.collector.outbox import GATHER_SECONDS
from tracking.collector.wire import Wire, connected

STREAM, LONGEST = "bench:bare", 50_000


class Appending:
    """Bodies that arrive while an append is on its way leave with the next one."""

    def __init__(self, wire: Wire) -> None:
        self._wire, self._loop = wire, asyncio.get_running_loop()
        self._bodies: list[bytes] = []
        self._waiting: list[asyncio.Future[None]] = []
        self._busy = False

    def keep(self, body: bytes) -> asyncio.Future[None]:
        """Done when the stream has it."""
        kept: asyncio.Future[None] = self._loop.create_future()
        self._bodies.append(body)
        self._waiting.append(kept)
        if not self._busy:
            self._busy = True
            self._loop.call_soon(self._leave)
        return kept

    def _leave(self) -> None:
        bodies, waiting = self._bodies, self._waiting
        self._bodies, self._waiting = [], []

        def answered(_replies: object) -> None:
            for kept in waiting:
                kept.set_result(None)
            self._busy = bool(self._waiting)
            if self._busy:
                self._loop.call_later(GATHER_SECONDS, self._leave)

        command = ("XADD", STREAM, "MAXLEN", "~", str(LONGEST), "*", "lines", b"\n".join(bodies))
        self._wire.send([command], answered)


_appending: Appending | None = None


async def rsgi(scope: Any, protocol: Any) -> None:  # Any: granian's own types
    """A no-op under /healthz, as the collector has it; else the body goes into a stream."""
    global _appending
    if scope.path == "/healthz":
        protocol.response_bytes(HEALTHY.status, HEALTHY.headers, HEALTHY.body)
        return
    body = await protocol()
    if _appending is None:
        _appending = Appending(await connected(redis_url(ENV), seconds=1))
    await _appending.keep(body)
    protocol.response_bytes(KEPT.status, KEPT.headers, KEPT.body)
