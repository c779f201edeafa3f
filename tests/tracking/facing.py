"""The collector's doors as a test knocks on them: WSGI over a socket, and the RSGI callable as granian calls it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from ma_platform.db import sql
from ma_platform.tenancy.scope import system_scope
from tests.tracking.collecting import BROWSER
from tracking.collector import asgi
from tracking.collector.wsgi import Collector

Told = tuple[int, dict[str, str], bytes]
Ask = Callable[..., Told]
both_doors = pytest.mark.parametrize("ask", ["wsgi", "rsgi"], indirect=True)


def django(environ: Any, start_response: Any) -> list[bytes]:
    start_response("418 I'm a teapot", [])
    return [b"django"]


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None: ...


@contextmanager
def wsgi_door() -> Iterator[int]:
    """The port of a server that has the collector in front of a teapot."""
    with make_server("127.0.0.1", 0, Collector(django), handler_class=Quiet) as http:
        thread = Thread(target=http.serve_forever, args=(0.05,))
        thread.start()
        yield http.server_port
        http.shutdown()
        thread.join()


def over_socket(port: int) -> Ask:
    """Ask over a connection of its own."""

    def ask(method: str, path: str, body: object = None, **headers: str) -> Told:
        line = HTTPConnection("127.0.0.1", port, timeout=5)
        line.request(method, path, _bytes(body), _named(headers))
        answer = line.getresponse()
        found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        line.close()
        return found

    return ask


class Exchange:
    """One RSGI exchange: what granian hands over, and what it is given back."""

    client, scheme = "192.0.2.9:40000", "http"

    def __init__(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> None:
        self.method, (self.path, _, self.query_string) = method, path.partition("?")
        self.headers = {name.lower(): value for name, value in headers.items()}
        self._body = body or b""
        self.headers.setdefault("content-length", str(len(self._body)))
        self.status, self.answer = 0, b""
        self.told: dict[str, str] = {}

    async def __call__(self) -> bytes:
        return self._body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._body

    def response_bytes(self, status: int, headers: Any, body: bytes) -> None:
        self.status, self.told, self.answer = status, dict(headers), body


@contextmanager
def rsgi_door() -> Iterator[Ask]:
    """Ask through the RSGI callable, one request after the other in one event loop."""
    asgi._door = None
    with asyncio.Runner() as runner:

        async def exchanged(exchange: Exchange) -> None:
            await asgi.rsgi(exchange, exchange)

        def ask(method: str, path: str, body: object = None, **headers: str) -> Told:
            exchange = Exchange(method, path, _bytes(body), {"Host": "127.0.0.1", **_named(headers)})
            runner.run(exchanged(exchange))
            return exchange.status, exchange.told, exchange.answer

        yield ask
        asgi._door = None


@pytest.fixture
def ask(request: pytest.FixtureRequest, acme: object) -> Iterator[Ask]:
    """Ask through WSGI; in a test marked `both_doors`, once through each."""
    if getattr(request, "param", "wsgi") == "rsgi":
        with rsgi_door() as asking:
            yield asking
        return
    with wsgi_door() as port:
        yield over_socket(port)


def rows(statement: str) -> list[tuple[Any, ...]]:
    """What landed, of every workspace."""
    with system_scope():
        return sql.run(statement).rows


def _bytes(body: object) -> bytes | None:
    return None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {"User-Agent": BROWSER, **{name.replace("_", "-"): value for name, value in headers.items()}}
