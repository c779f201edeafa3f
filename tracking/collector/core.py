"""Bytes and headers in, kept lines or a refusal out. Neither server nor store is known here."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

import orjson

from tracking.collector import limits
from tracking.collector.buckets import Buckets
from tracking.collector.counting import COUNTS, DROPPED, REFUSED
from tracking.collector.keys import LONGEST_KEY, KeysUnknown, KeyTable, Sender
from tracking.collector.lines import Line
from tracking.collector.messages import Arrival, line_of, moment
from tracking.collector.pixel import pixel_line
from tracking.collector.refusal import Refusal
from tracking.collector.request import Request, asked
from tracking.collector.shape import Json, measure, object_at, read_json, refuse_repeated_keys, text_at, unzipped

__all__ = ["BATCHES", "KINDS", "Core", "Entry", "Posted", "Request", "known_sender", "pixel_key"]

# Segment's browser SDKs post to the first letter, the mobile ones to `b` or `import`.
KINDS = {
    f"/v1/{name}": kind
    for kind in ("track", "page", "screen", "identify", "group", "alias")
    for name in (kind, kind[0])
}
BATCHES = frozenset(("/v1/batch", "/v1/b", "/v1/import"))
STRANGERS = 4_096  # unknown keys spend from so many buckets, each like a tenant's: how fast one may send tells nothing
HINT = re.compile(rb'"writeKey"\s*:\s*"([^"\\]{1,200})"')
TOO_FAST = "too_fast"


class Entry(NamedTuple):
    """A line to keep; `partition` decides the shard, so one visitor's events stay in order inside a lane."""

    partition: str
    line: bytes
    lane: str = ""


class Posted(NamedTuple):
    """A post that has been read: the key it carries, its JSON, and the bytes of that, unzipped."""

    key: str
    body: Json
    plain: bytes


class Core:
    """Validates and stamps. `keys` and `buckets` are all it remembers."""

    def __init__(self, keys: KeyTable, buckets: Buckets) -> None:
        self.keys = keys
        self.buckets = buckets

    def read(self, request: Request, *, at: float) -> Posted:
        """What was posted. Raises Refusal: unreadable, or (before it is read) of a tenant that must wait."""
        header = request.headers.get("authorization", "")
        key = _key_in_header(header) if header else ""
        if self.buckets.strained(at=at):
            self._turn_away(request, at)
        encoding = request.headers.get("content-encoding", "")
        most = limits.BATCH_BYTES if request.path in BATCHES else limits.EVENT_BYTES
        plain = unzipped(request.body, encoding.lower().strip() if encoding else "", most=most)
        body = read_json(plain)
        return Posted(key or text_at(body, "writeKey", "body").strip(), body, plain)

    def entries(
        self, request: Request, posted: Posted, sender: Sender | None, *, now: datetime, at: float
    ) -> list[Entry]:
        """What to keep: empty for an unknown key, whose messages are checked like anybody's and dropped.

        Raises Refusal; a batch is taken whole or not at all.
        """
        body, trusted = posted.body, sender is not None and sender.trusted
        sent_at = moment(body, "sentAt", "body") if "sentAt" in body else None
        arrival = Arrival(now, trusted, request.headers.get("user-agent", ""), request.ip, sent_at)
        if request.path in BATCHES:
            lines = [line_of(*message, arrival) for message in _messages(body, posted.plain)]
        else:
            refuse_repeated_keys(posted.plain, measure(body, "body"))
            lines = [line_of(KINDS[request.path], body, "body", arrival)]
        wait, lane = self.buckets.take(_bucket(sender, posted.key), len(lines), at=at)
        if wait:
            raise Refusal(429, TOO_FAST, retry_after=wait)
        if sender is None:
            COUNTS.add(DROPPED, len(lines))
            return []
        return [_entry(line, sender.tenant_id, lane) for line in lines]

    def pixel(self, request: Request, sender: Sender | None, *, now: datetime, at: float) -> list[Entry]:
        """One view (or web event `e`) of a page without script; a bad or unknown pixel is nothing, never an error."""
        wait, lane = self.buckets.take(_bucket(sender, pixel_key(request)), 1, at=at)
        if wait or sender is None:
            COUNTS.add(REFUSED if wait else DROPPED)
            return []
        return [_entry(pixel_line(request, now), sender.tenant_id, lane)]

    def spend(self, request: Request, sender: Sender | None, *, at: float) -> None:
        """Count a request that keeps nothing. Raises Refusal(429)."""
        wait, _lane = self.buckets.take(_bucket(sender, pixel_key(request)), 1, at=at)
        if wait:
            raise Refusal(429, TOO_FAST, retry_after=wait)

    def tenant_of(self, request: Request, *, at: float) -> int | None:
        """Whose a post seems to be, from header and bytes alone; None when that cannot be said."""
        try:
            sender = self.keys.known(_stated_key(request), at=at)
        except (KeysUnknown, Refusal):
            return None
        return sender.tenant_id if sender else None

    def _turn_away(self, request: Request, at: float) -> None:
        tenant_id = self.tenant_of(request, at=at)
        bucket = _stranger(_stated_key(request)) if tenant_id is None else tenant_id
        if wait := self.buckets.resting(bucket, at=at):
            raise Refusal(429, TOO_FAST, retry_after=wait)


def _bucket(sender: Sender | None, key: str) -> int:
    return sender.tenant_id if sender else _stranger(key)


def _stranger(key: str) -> int:
    return -1 - hash(key) % STRANGERS  # no tenant has such an id; hash() differs from process to process


def known_sender(keys: KeyTable, key: str, *, at: float) -> tuple[Sender | None, bool]:
    """(sender, whether the table must be asked for this key).

    Raises Refusal(503) before the first load, and when the table cannot be asked.
    """
    try:
        found = keys.known(key, at=at)
    except KeysUnknown:
        raise Refusal(503, "starting", retry_after=1) from None
    return found, found is None and keys.must_ask(key, at=at)


def pixel_key(request: Request) -> str:
    """The write key in an address."""
    return asked(request, "k")[:200]


def _stated_key(request: Request) -> str:
    """The key a request seems to carry, without reading its JSON: enough to turn a sender away early."""
    key = _key_in_header(request.headers.get("authorization", ""))
    found = None if key else HINT.search(request.body)
    return found[1].decode("utf-8", "replace") if found else key


@lru_cache(maxsize=4_096)
def _key_in_header(header: str) -> str:
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        key = b64decode(value.strip(), validate=True).decode().partition(":")[0].strip()
    except (binascii.Error, ValueError):
        raise Refusal(400, "not_basic") from None
    if "\0" in key or len(key) > LONGEST_KEY:
        raise Refusal(400, "not_basic")
    return key


def _messages(body: Json, plain: bytes) -> list[tuple[str, Json, str]]:
    """(kind, message, its path) of a batch, each measured."""
    batch = body.get("batch")
    if type(batch) is not list or not batch:
        raise Refusal(400, "not_list", path="batch")
    if len(batch) > limits.BATCH_EVENTS:
        raise Refusal(413, "too_many", path="batch", most=limits.BATCH_EVENTS)
    shared = object_at(body, "context", "body")
    keys = 1 + measure({name: value for name, value in body.items() if name != "batch"}, "body")
    large, messages = len(plain) > limits.EVENT_BYTES, []
    for at, message in enumerate(batch):
        path = f"batch[{at}]"
        if type(message) is not dict:
            raise Refusal(400, "not_object", path=path)
        # A small request cannot hold a large event; only a large one is measured message by message.
        if large and len(orjson.dumps(message)) > limits.EVENT_BYTES:
            raise Refusal(413, "event_too_large", path=path, most=limits.EVENT_BYTES // 1024)
        keys += measure(message, path)
        messages.append((text_at(message, "type", path), _with(shared, message), path))
    refuse_repeated_keys(plain, keys)
    return messages


def _with(shared: Json, message: Json) -> Json:
    own = message.get("context")
    if not shared or (own is not None and type(own) is not dict):
        return message
    return {**message, "context": {**shared, **(own or {})}}


def _entry(line: Line, tenant_id: int, lane: str) -> Entry:
    return Entry(f"{tenant_id} {line.visitor}", line.encode(tenant_id), lane)
