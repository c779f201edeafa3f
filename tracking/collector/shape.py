"""The shape of what arrives: unzip within bounds, read JSON strictly, measure, clean. Raises Refusal."""

from __future__ import annotations

import json
import re
import zlib
from typing import Any

import orjson

from tracking.collector import limits
from tracking.collector.refusal import Refusal

Json = dict[str, Any]  # Any: the sender's JSON
HUGE = 2**63
PARTED = re.compile(rb'"[ \t\r\n]+:')  # a key and its colon


def unzipped(body: bytes, encoding: str, *, most: int) -> bytes:
    """The body as sent, at most `most` bytes after unzip; a bomb is cut off while it inflates."""
    if encoding in ("", "identity"):
        plain = body
    elif encoding == "gzip":
        plain = _inflate(body, most)
    else:
        raise Refusal(400, "unknown_encoding", name=repr(encoding[:20]))
    if len(plain) > most:
        raise Refusal(413, "too_large", most=most // 1024)
    return plain


def _inflate(body: bytes, most: int) -> bytes:
    machine = zlib.decompressobj(wbits=31)
    try:
        plain = machine.decompress(body, most + 1)
        if len(plain) <= most and not machine.eof:
            raise Refusal(400, "gzip_cut")
        if len(plain) <= most and machine.unused_data:
            raise Refusal(400, "gzip_more")
    except zlib.error:
        raise Refusal(400, "not_gzip") from None
    return plain


def read_json(body: bytes) -> Json:
    """The object in the body; NaN, infinities, lone surrogates and anything but one object are refused."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Refusal(400, "bad_json", error=error.msg, at=error.pos) from None
    if type(found) is not dict:
        raise Refusal(400, "body_not_object")
    try:
        return without_nul(found) if b"\\" in body and b"\\u0000" in body else found
    except RecursionError:
        raise Refusal(400, "too_deep", most=limits.DEPTH) from None


def without_nul(value: Any) -> Any:  # Any: JSON in, JSON out
    """The same JSON without U+0000, which Postgres cannot store."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, dict):
        return {key.replace("\x00", ""): without_nul(item) for key, item in value.items()}
    return [without_nul(item) for item in value] if isinstance(value, list) else value


def measure(event: Json, path: str) -> int:
    """How many keys an event has. Refused: deeper than 5, more than 200 keys, a text over 8 KB, a number over 2^63."""
    keys = _measured(event, path, 0)
    if keys > limits.KEYS:
        raise Refusal(400, "too_many_keys", path=path, most=limits.KEYS)
    return keys


def _measured(holder: Any, path: str, depth: int) -> int:  # Any: an object or a list of JSON
    if depth > limits.DEPTH:
        raise Refusal(400, "too_deep", path=path, most=limits.DEPTH)
    keys, items = (_names(holder, path), holder.values()) if type(holder) is dict else (0, holder)
    for item in items:
        kind = type(item)
        if kind is str:
            if len(item) > limits.STRING:
                raise _too_long(path)
        elif kind is dict or kind is list:
            keys += _measured(item, path, depth + 1)
        elif (kind is int or kind is float) and not -HUGE <= item < HUGE:
            raise Refusal(400, "number_too_large", path=path)
    return keys


def _names(holder: Json, path: str) -> int:
    """How many keys an object has itself."""
    if len("".join(holder)) > limits.STRING and len(max(holder, key=len)) > limits.STRING:
        raise _too_long(path)
    return len(holder)


def _too_long(path: str) -> Refusal:
    return Refusal(400, "text_too_long", path=path, most=limits.STRING // 1024)


def refuse_repeated_keys(body: bytes, keys: int) -> None:
    """Refuse a body in which an object has a key twice; `keys` is how many the parsed JSON holds.

    Every key ends in a quote, then white space or a colon: where the body has no such white space and no more of
    these colons than the JSON has keys, nothing was dropped. Any other body is read again, slowly.
    """
    spaced = b'" ' in body or b'"\n' in body or b'"\t' in body or b'"\r' in body  # finds out faster than PARTED alone
    if body.count(b'":') == keys and not (spaced and PARTED.search(body)):
        return
    try:
        json.loads(body, object_pairs_hook=_refuse_twins, parse_int=float)
    except (ValueError, RecursionError):
        raise Refusal(400, "not_json") from None


def _refuse_twins(pairs: list[tuple[str, Any]]) -> None:
    names = [name.replace("\x00", "") for name, _value in pairs]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise Refusal(400, "key_twice", key=repr(twice[:50]))


def text_at(holder: Json, name: str, path: str) -> str:
    """A text (or a number, as text) under `name`; "" when absent or null; anything else is refused."""
    value = holder.get(name)
    if value is None:
        return ""
    if type(value) is str:
        return value
    if type(value) is int:
        return str(value)
    raise Refusal(400, "not_text", path=f"{path}.{name}")


def object_at(holder: Json, name: str, path: str) -> Json:
    """An object under `name`; {} when absent or null; anything else is refused."""
    value = holder.get(name)
    if value is None:
        return {}
    if type(value) is dict:
        return value
    raise Refusal(400, "not_object", path=f"{path}.{name}")
