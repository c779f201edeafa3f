"""The collector beside Django, on the same port: it answers its own addresses and passes everything else on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from ma_platform import clock
from tracking.collector import limits, wiring
from tracking.collector.address import address_in
from tracking.collector.answers import KEPT, PIXEL, Answer
from tracking.collector.core import Request
from tracking.collector.door import POSTS, Door
from tracking.collector.keys import Sender
from tracking.collector.refusal import Refusal
from tracking.collector.visitor import VISITOR_PATH

Environ = dict[str, Any]  # Any: WSGI's own
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


class Collector:
    """`application = Collector(django_application)`"""

    def __init__(self, beside: Application) -> None:
        self._beside = beside
        self._door: Door | None = None
        self._making = threading.Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not Door.owns(path):
            return self._beside(environ, start_response)
        return _given(_answer(self._door or self._made(), path, environ), environ, start_response)

    def _made(self) -> Door:
        """The first requests come in several threads at once; they share one door."""
        with self._making:
            self._door = self._door or Door()
            return self._door


def _answer(door: Door, path: str, environ: Environ) -> Answer:
    request = _request(path, environ)
    answer = door.quick(request.method, path, request.headers)
    if answer is not None:
        return answer
    try:
        return _post(door, request, environ) if path in POSTS else _get(door, request)
    except Refusal as refusal:
        return door.refused(request, refusal)


def _post(door: Door, request: Request, environ: Environ) -> Answer:
    at = time.monotonic()
    request.body = _body(environ, limits.BATCH_BYTES)
    posted = door.core.read(request, at=at)
    sender = _sender(door, posted.key, at)
    wiring.keeper().keep(door.core.entries(request, posted, sender, now=clock.now(), at=at))
    return KEPT


def _get(door: Door, request: Request) -> Answer:
    at = time.monotonic()
    sender = _sender(door, door.key_in_address(request), at)
    if request.path == VISITOR_PATH:
        return door.visitor(request, sender, at=at)
    wiring.keeper().keep(door.seen(request, sender, at=at))
    return PIXEL


def _sender(door: Door, key: str, at: float) -> Sender | None:
    sender, ask = door.asks(key, at=at)
    return door.core.keys.ask(key, at=at) if ask else sender


def _request(path: str, environ: Environ) -> Request:
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    return Request(
        path,
        headers,
        query=environ.get("QUERY_STRING", ""),
        ip=address_in(environ.get("REMOTE_ADDR", "")),  # past the proxies already: see ma_platform.wsgi
        method=environ["REQUEST_METHOD"],
        scheme=environ.get("wsgi.url_scheme", "http"),
    )


def _body(environ: Environ, most: int) -> bytes:
    """The body, at most `most` bytes (zipped ones too); a longer one is refused before it is read."""
    stated = environ.get("CONTENT_LENGTH") or ""
    if stated and not stated.isdecimal():
        raise Refusal(400, "bad_length")
    if stated and int(stated) > most:
        raise Refusal(413, "too_large", most=most // 1024)
    body: bytes = environ["wsgi.input"].read(int(stated) if stated else most + 1)
    if len(body) > most:
        raise Refusal(413, "too_large", most=most // 1024)
    return body


def _given(answer: Answer, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    phrase = HTTPStatus(answer.status).phrase
    headers = [*answer.headers, ("content-length", str(len(answer.body)))]
    start_response(f"{answer.status} {phrase}", headers)
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else answer.body]
