"""The collector in its own process, for the tracking host: `granian --interface rsgi tracking.collector.asgi:rsgi`.

Also a plain ASGI application (`app`) for servers that speak that. Events of all requests that wait at the same moment
leave in one append, and every request is answered after the stream has acknowledged its own.
"""

from __future__ import annotations

import asyncio
import gc
import time
from typing import Any

from ma_platform import clock
from tracking.collector import limits, wiring
from tracking.collector.answers import HEALTHY, KEPT, PIXEL, Answer
from tracking.collector.core import Request
from tracking.collector.door import POSTS, Door
from tracking.collector.keys import Sender
from tracking.collector.outbox import Outbox
from tracking.collector.refusal import Refusal
from tracking.collector.visitor import VISITOR_PATH

GARBAGE_AFTER = 50_000  # objects: requests leave none behind, so looking for it more often only costs time


class LoopDoor(Door):
    """One per process, made inside its event loop."""

    def __init__(self) -> None:
        super().__init__()
        where = wiring.place()
        self.outbox = Outbox(
            where.redis_url,
            where.streams,
            wiring.keeper().spool,
            seconds=wiring.STREAM_SECONDS,
            fsync=where.fsync,
            journal=wiring.keeper().journal,
        )
        self.proxies = wiring.proxies()
        gc.freeze()
        gc.set_threshold(GARBAGE_AFTER, 50, 100)

    async def answer(self, request: Request) -> Answer:
        """Take a post, a pixel, or a visitor's question."""
        try:
            return await (self._post(request) if request.path in POSTS else self._get(request))
        except Refusal as refusal:
            return self.refused(request, refusal)

    async def _post(self, request: Request) -> Answer:
        core, at = self.core, time.monotonic()
        posted = core.read(request, at=at)
        sender, ask = self.asks(posted.key, at=at)
        if ask:
            sender = await asyncio.to_thread(core.keys.ask, posted.key, at=at)
        entries = core.entries(request, posted, sender, now=clock.now(), at=at)
        if entries and (refusal := await self.outbox.keep(entries)):
            raise refusal
        return KEPT

    async def _get(self, request: Request) -> Answer:
        at = time.monotonic()
        sender = await self._sender(self.key_in_address(request), at)
        if request.path == VISITOR_PATH:
            return self.visitor(request, sender, at=at)
        entries = self.seen(request, sender, at=at)
        if entries:
            await self.outbox.keep(entries)
        return PIXEL

    async def _sender(self, key: str, at: float) -> Sender | None:
        sender, ask = self.asks(key, at=at)
        return await asyncio.to_thread(self.core.keys.ask, key, at=at) if ask else sender


_door: LoopDoor | None = None


def door() -> LoopDoor:
    """This process's door."""
    global _door
    if _door is None:
        _door = LoopDoor()
    return _door


async def rsgi(scope: Any, protocol: Any) -> None:  # Any: granian's own types
    """RSGI: granian reads the body and writes the answer in one call each."""
    here, method, path, headers = door(), scope.method, scope.path, scope.headers
    if path == "/healthz":
        answer: Answer | None = HEALTHY
    elif method == "POST" and path in POSTS:
        answer = None
    else:
        answer = here.quick(method, path, headers)
    if answer is None:
        ip, scheme = _peer(here, scope)
        request = Request(path, headers, b"", scope.query_string, ip, method, scheme)
        answer = await (_posted(here, request, protocol) if method == "POST" else here.answer(request))
    protocol.response_bytes(answer.status, answer.headers, b"" if method == "HEAD" else answer.body)


async def _posted(here: LoopDoor, request: Request, protocol: Any) -> Answer:
    stated = request.headers.get("content-length", "")
    if stated.isdecimal():
        if int(stated) > limits.BATCH_BYTES:
            return here.refused(request, TOO_LARGE)
        request.body = await protocol()
    else:
        async for chunk in protocol:
            request.body += chunk
            if len(request.body) > limits.BATCH_BYTES:
                return here.refused(request, TOO_LARGE)
    return await here.answer(request)


def _peer(here: LoopDoor, scope: Any) -> tuple[str, str]:
    """(visitor's address, scheme the visitor used)."""
    peer, headers, scheme = scope.client, scope.headers, scope.scheme
    if not here.proxies.trusts(peer):
        return here.proxies.client(peer, ""), scheme
    stated = headers.get("x-forwarded-proto", "").strip()
    return here.proxies.client(peer, headers.get("x-forwarded-for", "")), stated if stated in SCHEMES else scheme


async def app(scope: Any, receive: Any, send: Any) -> None:  # Any: ASGI's own types
    """ASGI, http only."""
    if scope["type"] != "http":
        return
    here, method, path = door(), scope["method"], scope["path"]
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    answer = HEALTHY if path == "/healthz" else here.quick(method, path, headers)
    if answer is None:
        body = await _whole(receive) if method == "POST" else b""
        request = Request(path, headers, body, scope["query_string"].decode("latin-1"), method=method)
        peer = (scope.get("client") or ("",))[0]
        request.ip = here.proxies.client(peer, headers.get("x-forwarded-for", ""))
        request.scheme = (here.proxies.trusts(peer) and headers.get("x-forwarded-proto")) or scope["scheme"]
        large = len(body) > limits.BATCH_BYTES
        answer = here.refused(request, TOO_LARGE) if large else await here.answer(request)
    raw = [(name.encode(), value.encode()) for name, value in answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else answer.body})


async def _whole(receive: Any) -> bytes:  # Any: ASGI's own types
    body = b""
    while len(body) <= limits.BATCH_BYTES:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return body


SCHEMES = ("http", "https")
TOO_LARGE = Refusal(413, "too_large", most=limits.BATCH_BYTES // 1024)
