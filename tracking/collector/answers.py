"""Answers as (status, headers, body), the same from every server."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from tracking.collector.refusal import Refusal
from tracking.collector.request import Headers
from tracking.collector.tag import Tag

HeaderLines = tuple[tuple[str, str], ...]
# Open to every site, without credentials: the write key is public and the answer says nothing.
OPEN: HeaderLines = (("access-control-allow-origin", "*"), ("x-content-type-options", "nosniff"))
JSON: HeaderLines = (("content-type", "application/json"), ("cache-control", "no-store"), *OPEN)
TAG = "/t.js"
GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back."""

    status: int
    headers: HeaderLines
    body: bytes = b""


KEPT = Answer(200, JSON, b'{"success": true}')
PIXEL = Answer(200, (("content-type", "image/gif"), ("cache-control", "no-store, max-age=0"), *OPEN), GIF)
PREFLIGHT = Answer(
    204,
    (
        *OPEN,
        ("access-control-allow-methods", "GET, POST, OPTIONS"),
        ("access-control-allow-headers", "authorization, content-type, content-encoding, x-retry-count"),
        ("access-control-max-age", "86400"),
    ),
)
HEALTHY = Answer(200, (("content-type", "application/json"),), b'{"ok": true}')
NOT_FOUND = Answer(404, JSON, b'{"success": false, "error": "no such address"}')


def wrong_method(allowed: str) -> Answer:
    return Answer(405, (*JSON, ("allow", allowed)), b'{"success": false, "error": "wrong method"}')


def refused(refusal: Refusal) -> Answer:
    """The reason in words for the sender's developer."""
    body = orjson.dumps({"success": False, "error": refusal.reason})
    wait: HeaderLines = (("retry-after", str(refusal.retry_after)),) if refusal.retry_after else ()
    return Answer(refusal.status, (*JSON, *wait), body)


def tag_answer(tag: Tag, path: str, headers: Headers) -> Answer:
    """The tag: an hour in caches, then asked for again by its ETag. Under its version's own name: a year, or 404."""
    file = tag.read()
    if path not in (TAG, file.path):
        return NOT_FOUND
    lasting = (
        "public, max-age=3600, stale-while-revalidate=86400" if path == TAG else "public, max-age=31536000, immutable"
    )
    basic: HeaderLines = (
        ("content-type", "application/javascript; charset=utf-8"),
        ("cache-control", lasting),
        ("etag", file.etag),
        ("vary", "accept-encoding"),
        ("cross-origin-resource-policy", "cross-origin"),
        *OPEN,
    )
    if headers.get("if-none-match", "").removeprefix("W/") == file.etag:
        return Answer(304, basic)
    if "gzip" in headers.get("accept-encoding", ""):
        return Answer(200, (*basic, ("content-encoding", "gzip")), file.zipped)
    return Answer(200, basic, file.plain)
