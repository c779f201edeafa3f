"""What the collector's tests share: a core with two known keys, and a way to read a kept line."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import orjson

from tests.conftest import NOW as NOW  # said again here, for those who collect
from tracking.collector.buckets import Buckets
from tracking.collector.core import Core, Entry, Request, known_sender
from tracking.collector.keys import KeyTable, Sender, Table
from tracking.collector.lines import COLUMNS

PUBLIC, SECRET = "wk_acme", "ma_acme_secret"
BROWSER = "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari/605.1.15"
ESCAPES = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\\\": "\\"}


def core(buckets: Buckets | None = None) -> Core:
    keys = KeyTable(lambda: Table({PUBLIC: Sender(7)}), lambda key: Sender(7, trusted=True) if key == SECRET else None)
    keys.refresh()
    return Core(keys, buckets or Buckets(500, 5_000))


def send(
    path: str,
    body: object,
    *,
    key: str = PUBLIC,
    headers: dict[str, str] | None = None,
    at: float = 0.0,
    using: Core | None = None,
) -> list[Entry]:
    """Through the core as both servers drive it; Refusal passes through."""
    used = using or core()
    sent = body if isinstance(body, bytes) else orjson.dumps(body)
    basic = {"authorization": "Basic " + b64encode(f"{key}:".encode()).decode()} if key else {}
    request = Request(path, {"user-agent": BROWSER, **basic, **(headers or {})}, sent)
    posted = used.read(request, at=at)
    sender, ask = known_sender(used.keys, posted.key, at=at)
    return used.entries(request, posted, used.keys.ask(posted.key, at=at) if ask else sender, now=NOW, at=at)


def fields(entry: Entry) -> dict[str, Any]:
    """The columns of a kept line, unescaped; None for null, `props` and `source` parsed."""
    raw = dict(zip(COLUMNS, entry.line.decode().split("\t"), strict=True))
    found: dict[str, Any] = {name: None if value == "\\N" else unescaped(value) for name, value in raw.items()}
    return found | {name: orjson.loads(found[name]) for name in ("props", "source") if found[name]}


def unescaped(value: str) -> str:
    out, at = "", 0
    while at < len(value):
        pair = value[at : at + 2]
        out += ESCAPES.get(pair, value[at])
        at += 2 if pair in ESCAPES else 1
    return out
