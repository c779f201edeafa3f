"""The only outgoing HTTP client: public addresses only, pinned, no redirects, bounded, never inside a transaction."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.db import connections
from requests_hardened import Config, HTTPSession
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from ma_platform.env import ENV

TIMEOUT_SECONDS = 15  # to connect, and for each read
WITHIN_SECONDS = 30.0  # for everything together, from the name to the last byte
ANSWER_LIMIT = 64 * 1024
Found = TypeVar("Found")


class InTransaction(RuntimeError):
    """Somebody tried to talk to the network while holding a transaction open: always a bug."""


def refuse_in_transaction() -> None:
    """Raise InTransaction while any connection is in an atomic block; mail and HTTP call it first."""
    for connection in connections.all(initialized_only=True):
        if connection.in_atomic_block:
            raise InTransaction(connection.alias)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `body` holds at most the asked number of bytes."""

    status: int
    body: bytes


def post(url: str, *, json: dict[str, Any], timeout: float = TIMEOUT_SECONDS, within: float = WITHIN_SECONDS) -> int:
    """POST JSON to a public https address and return the status; private addresses are refused at connect.

    Raises OSError as `get` does.
    """

    def asked() -> int:
        with _session(url, timeout) as session, session.post(url, json=json, stream=True) as answer:
            answer.raw.read(ANSWER_LIMIT)
            return int(answer.status_code)

    return _bounded(asked, within)


def get(
    url: str, *, timeout: float = TIMEOUT_SECONDS, within: float = WITHIN_SECONDS, most: int = ANSWER_LIMIT
) -> Answer:
    """GET a public address. Raises OSError when there is no answer: TimeoutError when not within so many seconds."""

    def asked() -> Answer:
        with _session(url, timeout) as session, session.get(url, stream=True) as answer:
            body: bytes = answer.raw.read(most, decode_content=True)
            return Answer(int(answer.status_code), body)

    return _bounded(asked, within)


def _bounded(asked: Callable[[], Found], seconds: float) -> Found:
    """What `asked` finds in a thread of its own, which is cut off after `seconds`.

    A timeout of the socket is for each read alone: a certificate, a header or a body that comes a byte at a time would
    take hours, and a name that does not resolve takes as long as the resolver likes.
    """
    refuse_in_transaction()
    line, pool = _Line(), ThreadPoolExecutor(1, "egress")

    def on_its_line() -> Found:
        _line.set(line)
        try:
            return asked()
        except HTTPError as error:  # of the body, which `requests` does not make its own
            raise ConnectionError(str(error)) from error

    try:
        return pool.submit(on_its_line).result(seconds)
    finally:
        line.cut()
        pool.shutdown(wait=False)


class _Line:
    """The socket of one exchange, which another thread than the one that waits for it can end."""

    def __init__(self) -> None:
        self._held: socket.socket | None = None
        self._over = False
        self._lock = Lock()

    def watched(self, made: socket.socket) -> socket.socket:
        """The same; raises TimeoutError when it was made too late."""
        with self._lock:
            if self._over:
                made.close()
                raise TimeoutError("connected too late")
            self._held = socket.socket(fileno=os.dup(made.fileno()))  # TLS takes the one that was made
        return made

    def cut(self) -> None:
        """Whoever reads from it reads its end; none is made any more."""
        with self._lock:
            self._over = True
            if self._held is not None:
                with suppress(OSError):  # it has ended already
                    self._held.shutdown(socket.SHUT_RDWR)
                self._held.close()


_line: ContextVar[_Line] = ContextVar("line")


class _Plain(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _line.get().watched(super()._new_conn())


class _Secure(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _line.get().watched(super()._new_conn())


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


def _session(url: str, timeout: float) -> HTTPSession:
    """A session that reaches public addresses, and the one asked for when the operator has opened it."""
    session = HTTPSession(
        Config(
            ip_filter_enable=urlsplit(url).netloc not in ENV.egress_allow,
            ip_filter_allow_loopback_ips=False,
            never_redirect=True,
            default_timeout=(timeout, timeout),
            user_agent_override="ma-platform",
        )
    )
    for adapter in session.adapters.values():
        adapter.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
    return session
