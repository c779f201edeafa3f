"""The collector beside Django, on the same port: it answers its own addresses and passes everything else on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from ma_platform import clock
from tracking.collector import limits, wiring
from tracking.collector.answers import (
    KEPT,
    NOT_FOUND,
    PIXEL,
    PREFLIGHT,
    Answer,
    refused,
    tag_answer,
    wrong_method,
)
from tracking.collector.core import BATCH, KINDS, Request, known_sender, pixel_key
from tracking.collector.refusal import Refusal
from tracking.collector.tag import Tag

Environ = dict[str, Any]  # Any: WSGI's own
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
PIXEL_PATH, TAG_PATH = "/t.gif", "/t.js"
POSTS = frozenset((*KINDS, BATCH))


class Collector:
    """`application = Collector(django_application)`"""

    def __init__(self, beside: Application) -> None:
        self._beside = beside
        self._tag = Tag()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path in POSTS or path in (PIXEL_PATH, TAG_PATH):
            return _given(self._answer(path, environ), environ, start_response)
        if path.startswith("/v1/"):
            return _given(NOT_FOUND, environ, start_response)
        return self._beside(environ, start_response)

    def _answer(self, path: str, environ: Environ) -> Answer:
        method = environ["REQUEST_METHOD"]
        if method == "OPTIONS":
            return PREFLIGHT
        if path == TAG_PATH:
            readable = method in ("GET", "HEAD")
            return tag_answer(self._tag, _headers(environ)) if readable else wrong_method("GET, OPTIONS")
        try:
            if path == PIXEL_PATH:
                return _pixel(path, environ)
            return _post(path, environ) if method == "POST" else wrong_method("POST, OPTIONS")
        except Refusal as refusal:
            return PIXEL if path == PIXEL_PATH else refused(refusal)


def _post(path: str, environ: Environ) -> Answer:
    core, at = wiring.core(), time.monotonic()
    request = Request(path, _headers(environ), _body(environ, limits.BATCH_BYTES))
    key, body = core.key_of(request)
    sender, ask = known_sender(core.keys, key, at=at)
    if ask:
        sender = core.keys.ask(key, at=at)
    wiring.keeper().keep(core.entries(request, body, sender, now=clock.now(), at=at))
    return KEPT


def _pixel(path: str, environ: Environ) -> Answer:
    core, at = wiring.core(), time.monotonic()
    request = Request(path, _headers(environ), query=environ.get("QUERY_STRING", ""))
    if environ["REQUEST_METHOD"] == "GET":
        key = pixel_key(request)
        sender, ask = known_sender(core.keys, key, at=at)
        if ask:
            sender = core.keys.ask(key, at=at)
        wiring.keeper().keep(core.pixel(request, sender, now=clock.now(), at=at))
    return PIXEL


def _headers(environ: Environ) -> dict[str, str]:
    found = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    found["content-type"] = environ.get("CONTENT_TYPE", "")
    return found


def _body(environ: Environ, most: int) -> bytes:
    """The body, at most `most` bytes (zipped ones too); a longer one is refused before it is read."""
    stated = environ.get("CONTENT_LENGTH") or ""
    if stated and not stated.isdecimal():
        raise Refusal(400, "the Content-Length is not a number")
    if stated and int(stated) > most:
        raise Refusal(413, f"the body is larger than {most // 1024} KB")
    body: bytes = environ["wsgi.input"].read(int(stated) if stated else most + 1)
    if len(body) > most:
        raise Refusal(413, f"the body is larger than {most // 1024} KB")
    return body


def _given(answer: Answer, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    phrase = HTTPStatus(answer.status).phrase
    headers = [*answer.headers, ("content-length", str(len(answer.body)))]
    start_response(f"{answer.status} {phrase}", headers)
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else answer.body]
