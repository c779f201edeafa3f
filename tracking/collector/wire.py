"""One connection to Valkey that does one thing: send commands in one write and tell when all of them are answered.

A general client costs more per event than reading, checking and encoding it; this one costs a tenth.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, cast

from redis.connection import parse_url

from tracking.collector.stream import Command

Done = Callable[[list[Any] | None], None]  # Any: what the server answers; None: it is away


class AwayError(OSError):
    """The server cannot be reached, closed the line, or said no to us."""


class Wire(asyncio.Protocol):
    """Use `connected`. `send` may be called again before the last answer; answers come in order."""

    def __init__(self) -> None:
        self._held = b""
        self._replies: list[Any] = []
        self._waiting: deque[tuple[int, Done]] = deque()
        self._transport: asyncio.Transport | None = None

    @property
    def open(self) -> bool:
        return self._transport is not None

    def send(self, commands: Sequence[Command], done: Done) -> None:
        """`done` gets one reply per command (an error reply is an AwayError), or None when the line breaks."""
        if self._transport is None:
            done(None)
            return
        self._waiting.append((len(commands), done))
        self._transport.write(b"".join([packed(command) for command in commands]))

    def close(self) -> None:
        """Break the line: whoever waits is told now."""
        if self._transport is not None:
            self._transport.abort()
        self.connection_lost(None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # other event loops have classes of their own

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport, waiting = None, self._waiting
        self._waiting = deque()
        for _count, done in waiting:
            done(None)

    def data_received(self, data: bytes) -> None:
        held = self._held + data if self._held else data
        at = 0
        while (found := _reply(held, at)) is not None:
            reply, at = found
            self._replies.append(reply)
        self._held = held[at:]
        while self._waiting and len(self._replies) >= self._waiting[0][0]:
            count, done = self._waiting.popleft()
            replies, self._replies = self._replies[:count], self._replies[count:]
            done(replies)


async def connected(url: str, *, seconds: float) -> Wire:
    """A line to the address as redis-py writes it (redis, rediss, unix), signed in. Raises OSError within `seconds`."""
    try:
        return await asyncio.wait_for(_connected(_place(url)), seconds)
    except TimeoutError:
        raise AwayError("no answer in time") from None


def _place(url: str) -> dict[str, Any]:
    found: dict[str, Any] = parse_url(url)  # type: ignore[no-untyped-call]  # redis-py leaves it untyped
    return found


async def _connected(place: dict[str, Any]) -> Wire:  # Any: redis-py's own
    loop = asyncio.get_running_loop()
    if path := place.get("path"):
        _transport, wire = await loop.create_unix_connection(Wire, path)
    else:
        secure = _secure(place) if "ssl" in place.get("connection_class", object).__name__.lower() else None
        _transport, wire = await loop.create_connection(
            Wire, place.get("host", "localhost"), place.get("port", 6379), ssl=secure
        )
    if place.get("password"):
        await _ask(wire, ("AUTH", place.get("username") or "default", place["password"]))
    if place.get("db"):
        await _ask(wire, ("SELECT", int(place["db"])))
    return wire


async def _ask(wire: Wire, command: Command) -> None:
    answered: asyncio.Future[list[Any] | None] = asyncio.get_running_loop().create_future()
    wire.send([command], answered.set_result)
    replies = await answered
    if replies is None or isinstance(replies[0], AwayError):
        wire.close()
        raise AwayError(str(replies[0]) if replies else "the line broke")


def _secure(place: dict[str, Any]) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=place.get("ssl_ca_certs"))
    if place.get("ssl_cert_reqs") == "none":
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def packed(command: Command) -> bytes:
    """A command as RESP."""
    parts = [b"*%d\r\n" % len(command)]
    for part in command:
        raw = part if type(part) is bytes else str(part).encode()
        parts.append(b"$%d\r\n%b\r\n" % (len(raw), raw))
    return b"".join(parts)


def _reply(held: bytes, at: int) -> tuple[Any, int] | None:
    """(reply, where the next begins), or None while it is not whole. None of our commands answers a null."""
    end = held.find(b"\r\n", at)
    if end < 0:
        return None
    kind, text, after = held[at : at + 1], held[at + 1 : end], end + 2
    if kind == b"$":
        whole = after + int(text) + 2
        return (held[after : whole - 2], whole) if len(held) >= whole else None
    if kind == b"*":
        return _list(held, after, int(text))
    if kind == b"-":
        return AwayError(text.decode("utf-8", "replace")), after
    return (int(text) if kind == b":" else text), after


def _list(held: bytes, at: int, count: int) -> tuple[list[Any], int] | None:
    found: list[Any] = []
    for _number in range(count):
        one = _reply(held, at)
        if one is None:
            return None
        found.append(one[0])
        at = one[1]
    return found, at
