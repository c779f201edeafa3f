"""Bytes and headers in, kept lines or a refusal out. Neither server nor store is known here."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

import orjson

from tracking import verdict
from tracking.catalogue import BY_WIRE, WEB, Event
from tracking.collector import limits
from tracking.collector.buckets import Buckets
from tracking.collector.keys import KeysUnknown, KeyTable, Sender
from tracking.collector.lines import Line
from tracking.collector.messages import Arrival, capped, line_of, message_uuid, moment
from tracking.collector.refusal import Refusal
from tracking.collector.shape import Json, measure, object_at, read_json, text_at, unzipped
from tracking.sources import page_key, visit_source

KINDS = {f"/v1/{kind}": kind for kind in ("track", "page", "identify", "group", "alias")}
BATCH = "/v1/batch"
VISITOR_COOKIE = "ma_id"


@dataclass(frozen=True, slots=True)
class Request:
    """A request as both servers can give it; header names in lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes = b""
    query: str = ""
    ip: str = ""  # the visitor's address, past the proxies we trust


@dataclass(frozen=True, slots=True)
class Entry:
    """A line to keep; `partition` decides the shard, so one visitor's events stay in order."""

    partition: str
    line: bytes


class Core:
    """Validates and stamps. `keys` and `buckets` are all it remembers."""

    def __init__(self, keys: KeyTable, buckets: Buckets) -> None:
        self.keys = keys
        self._buckets = buckets

    def key_of(self, request: Request) -> tuple[str, Json]:
        """The key a request carries and its JSON. Raises Refusal for a body that cannot be read."""
        body = read_json(
            unzipped(request.body, request.headers.get("content-encoding", "").lower().strip(), most=_most(request))
        )
        header = request.headers.get("authorization", "")
        return _key_in_header(header) or text_at(body, "writeKey", "body").strip(), body

    def entries(self, request: Request, body: Json, sender: Sender | None, *, now: datetime, at: float) -> list[Entry]:
        """What to keep: empty for an unknown key, whose messages are checked like anybody's and dropped.

        Raises Refusal; a batch is taken whole or not at all.
        """
        messages = _messages(request.path, body)
        arrival = Arrival(
            now=now,
            trusted=bool(sender and sender.trusted),
            ua=request.headers.get("user-agent", ""),
            ip=request.ip,
            sent_at=moment(body, "sentAt", "body"),
        )
        large = len(request.body) > limits.EVENT_BYTES or "content-encoding" in request.headers
        lines = [_checked(kind, message, arrival, path, large=large) for kind, message, path in messages]
        if sender is None:
            return []
        wait = self._buckets.take(sender.tenant_id, len(lines), at=at)
        if wait:
            raise Refusal(429, "too many events; slow down", retry_after=wait)
        return [_entry(line, sender.tenant_id) for line in lines]

    def pixel(self, request: Request, sender: Sender | None, *, now: datetime, at: float) -> list[Entry]:
        """One view (or web event `e`) of a page without script; a bad or unknown pixel is nothing, never an error."""
        if sender is None or self._buckets.take(sender.tenant_id, 1, at=at):
            return []
        return [_entry(_pixel_line(request, now), sender.tenant_id)]


def known_sender(keys: KeyTable, key: str, *, at: float) -> tuple[Sender | None, bool]:
    """(sender, whether the table must be asked for this key). Raises Refusal(503) before the first load."""
    try:
        found = keys.known(key, at=at)
    except KeysUnknown:
        raise Refusal(503, "starting; try again", retry_after=1) from None
    return found, found is None and keys.must_ask(key, at=at)


def pixel_key(request: Request) -> str:
    """The write key in a pixel's address."""
    return _first(request, "k")[:200]


def _most(request: Request) -> int:
    return limits.BATCH_BYTES if request.path == BATCH else limits.EVENT_BYTES


def _key_in_header(header: str) -> str:
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return b64decode(value.strip(), validate=True).decode().partition(":")[0].strip()
    except (binascii.Error, UnicodeDecodeError):
        raise Refusal(400, "the Authorization header is not Basic") from None


def _messages(path: str, body: Json) -> list[tuple[str, Json, str]]:
    if path != BATCH:
        return [(KINDS[path], body, "body")]
    batch = body.get("batch")
    if type(batch) is not list or not batch:
        raise Refusal(400, "batch: must be a list of messages")
    if len(batch) > limits.BATCH_EVENTS:
        raise Refusal(413, f"batch: more than {limits.BATCH_EVENTS} messages")
    shared = object_at(body, "context", "body")
    return [
        (_kind(message, f"batch[{at}]"), _with(shared, message), f"batch[{at}]") for at, message in enumerate(batch)
    ]


def _kind(message: object, path: str) -> str:
    if type(message) is not dict:
        raise Refusal(400, f"{path}: must be an object")
    return text_at(message, "type", path)


def _with(shared: Json, message: Json) -> Json:
    own = message.get("context")
    if not shared or (own is not None and type(own) is not dict):
        return message
    return {**message, "context": {**shared, **(own or {})}}


def _checked(kind: str, message: Json, arrival: Arrival, path: str, *, large: bool) -> Line:
    # A small request cannot hold a large event; only a large one is measured message by message.
    if large and len(orjson.dumps(message)) > limits.EVENT_BYTES:
        raise Refusal(413, f"{path}: larger than {limits.EVENT_BYTES // 1024} KB")
    measure(message, path)
    return line_of(kind, message, arrival, path)


def _entry(line: Line, tenant_id: int) -> Entry:
    return Entry(f"{tenant_id} {line.visitor}", line.encode(tenant_id))


def _first(request: Request, name: str) -> str:
    try:
        return parse_qs(request.query[:8192], max_num_fields=50).get(name, [""])[0].replace("\x00", "")
    except ValueError:
        return ""


def _pixel_line(request: Request, now: datetime) -> Line:
    url, referrer, stated = (_first(request, name) for name in ("u", "r", "e"))
    url = url or request.headers.get("referer", "")
    ua = request.headers.get("user-agent", "")
    judged = verdict.judge_request(ua, headers=request.headers)
    line = Line(id=message_uuid(""), name=0, occurred_at=now, received_at=now)
    line.visitor, line.agent = _cookie(request), ua[:300]
    line.ip = request.ip if line.visitor else ""
    line.verdict, line.reasons, line.rule_version = int(judged.verdict), judged.reasons, verdict.RULE_VERSION
    event = BY_WIRE.get(stated) if stated else Event.PAGE_VIEWED
    if event is not None and event.stated_by == WEB:
        line.name = int(event)
    else:
        line.custom = (f"track:{stated}" if event else stated)[: limits.NAME]
    place = page_key(url)
    if place:
        line.kind, line.key, line.url = "page", capped(place[0]), url[:2000]
        line.host, line.path = place[1][:255], place[2][:2000]
    if line.name == Event.PAGE_VIEWED:
        line.source = visit_source(url, referrer)
    line.props = {"pixel": True}
    return line


def _cookie(request: Request) -> str:
    try:
        held = SimpleCookie(request.headers.get("cookie", "")).get(VISITOR_COOKIE)
    except CookieError:
        return ""
    return held.value[: limits.ID] if held else ""
