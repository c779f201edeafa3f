"""The collector in its own process, for the tracking host: `granian --interface rsgi tracking.collector.asgi:rsgi`.

Also a plain ASGI application (`app`) for servers that speak that. Events of all requests that wait at the same moment
leave in one append, and every request is answered after the stream has acknowledged its own.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any

import redis.asyncio
from redis.exceptions import RedisError

from ma_platform import clock
from tracking.collector import limits, wiring
from tracking.collector.answers import KEPT, NOT_FOUND, PIXEL, PREFLIGHT, Answer, refused, tag_answer, wrong_method
from tracking.collector.core import BATCH, KINDS, Core, Entry, Request, known_sender, pixel_key
from tracking.collector.keeper import REST_SECONDS, spooled
from tracking.collector.refusal import Refusal
from tracking.collector.stream import commands
from tracking.collector.tag import Tag

POSTS = frozenset((*KINDS, BATCH))
MOST_AT_ONCE = 2_000  # events in one append
log = logging.getLogger(__name__)


class Outbox:
    """Gathers entries while an append is on its way; the next append takes all of them."""

    def __init__(self) -> None:
        where = wiring.place()
        self._streams = where.streams
        self._client: Any = redis.asyncio.Redis.from_url(
            where.redis_url, socket_timeout=wiring.STREAM_SECONDS, socket_connect_timeout=wiring.STREAM_SECONDS
        )
        self._waiting: list[tuple[Sequence[Entry], asyncio.Future[None]]] = []
        self._flushing: asyncio.Task[None] | None = None
        self._away_until = 0.0

    async def keep(self, entries: Sequence[Entry]) -> None:
        """Kept when this returns. Raises Refusal(503)."""
        if not entries:
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((entries, done))
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        await done

    async def _flush(self) -> None:
        try:
            while self._waiting:
                await self._send(self._cut())
        finally:
            self._flushing = None

    def _cut(self) -> list[tuple[Sequence[Entry], asyncio.Future[None]]]:
        events, taken = 0, 0
        for entries, _done in self._waiting:
            events, taken = events + len(entries), taken + 1
            if events >= MOST_AT_ONCE:
                break
        batch, self._waiting = self._waiting[:taken], self._waiting[taken:]
        return batch

    async def _send(self, batch: list[tuple[Sequence[Entry], asyncio.Future[None]]]) -> None:
        entries = [entry for group, _done in batch for entry in group]
        try:
            if not await self._to_stream(entries):
                await asyncio.to_thread(spooled, wiring.keeper().spool.keep, entries)
        except Refusal as refusal:
            _tell(batch, refusal)
            return
        _tell(batch, None)

    async def _to_stream(self, entries: Sequence[Entry]) -> bool:
        if time.monotonic() < self._away_until:
            return False
        try:
            for command in commands(self._streams.additions(entries)):
                await self._client.execute_command(*command)
        except (RedisError, OSError) as error:
            self._away_until = time.monotonic() + REST_SECONDS
            log.warning("the stream is away, events go to disk: %s", error)
            return False
        return True


def _tell(batch: list[tuple[Sequence[Entry], asyncio.Future[None]]], refusal: Refusal | None) -> None:
    for _group, done in batch:
        if done.done():
            continue  # its sender has gone away
        if refusal:
            done.set_exception(refusal)
        else:
            done.set_result(None)


class Door:
    """One per process, made inside its event loop."""

    def __init__(self) -> None:
        self._core: Core = wiring.core()
        self._outbox = Outbox()
        self._tag = Tag()

    def quick(self, method: str, path: str, headers: Mapping[str, str]) -> Answer | None:
        """The answer when it needs neither body nor stream."""
        if path == "/t.js":
            return tag_answer(self._tag, headers) if method in ("GET", "HEAD") else wrong_method("GET, OPTIONS")
        if path == "/healthz":
            return Answer(200, (("content-type", "application/json"),), b'{"ok": true}')
        if path not in POSTS and path != "/t.gif":
            return NOT_FOUND
        if method == "OPTIONS":
            return PREFLIGHT
        return wrong_method("POST, OPTIONS") if path in POSTS and method != "POST" else None

    async def answer(self, request: Request) -> Answer:
        """Take a post or a pixel."""
        try:
            if request.path == "/t.gif":
                entries = await self._pixel(request)
            else:
                entries = await self._post(request)
            await self._outbox.keep(entries)
        except Refusal as refusal:
            return PIXEL if request.path == "/t.gif" else refused(refusal)
        return PIXEL if request.path == "/t.gif" else KEPT

    async def _post(self, request: Request) -> list[Entry]:
        core, at = self._core, time.monotonic()
        key, body = core.key_of(request)
        sender, ask = known_sender(core.keys, key, at=at)
        if ask:
            sender = await asyncio.to_thread(core.keys.ask, key, at=at)
        return core.entries(request, body, sender, now=clock.now(), at=at)

    async def _pixel(self, request: Request) -> list[Entry]:
        core, at, key = self._core, time.monotonic(), pixel_key(request)
        sender, ask = known_sender(core.keys, key, at=at)
        if ask:
            sender = await asyncio.to_thread(core.keys.ask, key, at=at)
        return core.pixel(request, sender, now=clock.now(), at=at)


_door: Door | None = None


def door() -> Door:
    """This process's door."""
    global _door
    if _door is None:
        _door = Door()
    return _door


async def rsgi(scope: Any, protocol: Any) -> None:  # Any: granian's own types
    """RSGI: granian reads the body and writes the answer in one call each."""
    here, method = door(), scope.method
    headers = {name: scope.headers.get(name) or "" for name in WANTED}
    answer = here.quick(method, scope.path, headers)
    if answer is None:
        stated = headers["content-length"]
        if stated.isdecimal() and int(stated) > limits.BATCH_BYTES:
            answer = TOO_LARGE
        else:
            body = await protocol() if method == "POST" else b""
            sent = {name: value for name, value in headers.items() if value}
            answer = await here.answer(Request(scope.path, sent, body, scope.query_string))
    protocol.response_bytes(answer.status, list(answer.headers), b"" if method == "HEAD" else answer.body)


async def app(scope: Any, receive: Any, send: Any) -> None:  # Any: ASGI's own types
    """ASGI, http only."""
    if scope["type"] != "http":
        return
    here, method, path = door(), scope["method"], scope["path"]
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    answer = here.quick(method, path, headers)
    if answer is None:
        body = await _whole(receive) if method == "POST" else b""
        request = Request(path, headers, body, scope["query_string"].decode("latin-1"))
        answer = TOO_LARGE if len(body) > limits.BATCH_BYTES else await here.answer(request)
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


WANTED = (
    "authorization",
    "accept-encoding",
    "content-encoding",
    "content-length",
    "cookie",
    "if-none-match",
    "purpose",
    "referer",
    "sec-purpose",
    "user-agent",
    "x-moz",
    "x-purpose",
)
TOO_LARGE = refused(Refusal(413, f"the body is larger than {limits.BATCH_BYTES // 1024} KB"))
