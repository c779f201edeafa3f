"""The shape of what arrives: unzip within bounds, read JSON strictly, measure, clean. Raises Refusal."""

from __future__ import annotations

import zlib
from typing import Any

import orjson

from tracking.collector import limits
from tracking.collector.refusal import Refusal

Json = dict[str, Any]  # Any: the sender's JSON


def unzipped(body: bytes, encoding: str, *, most: int) -> bytes:
    """The body as sent, at most `most` bytes after unzip; a bomb is cut off while it inflates."""
    if encoding in ("", "identity"):
        plain = body
    elif encoding == "gzip":
        plain = _inflate(body, most)
    else:
        raise Refusal(400, f"unknown Content-Encoding {encoding[:20]!r}")
    if len(plain) > most:
        raise Refusal(413, f"the body is larger than {most // 1024} KB")
    return plain


def _inflate(body: bytes, most: int) -> bytes:
    machine = zlib.decompressobj(wbits=31)
    try:
        plain = machine.decompress(body, most + 1)
        if len(plain) <= most and not machine.eof:
            raise Refusal(400, "the gzip body ends too early")
    except zlib.error:
        raise Refusal(400, "the body is not gzip") from None
    return plain


def read_json(body: bytes) -> Json:
    """The object in the body; NaN, infinities, lone surrogates and anything but one object are refused."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Refusal(400, f"not JSON: {error.msg} at {error.pos}") from None
    if type(found) is not dict:
        raise Refusal(400, "the body must be a JSON object")
    return without_nul(found) if b"\\u0000" in body else found


def without_nul(value: Any) -> Any:  # Any: JSON in, JSON out
    """The same JSON without U+0000, which Postgres cannot store."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, dict):
        return {key.replace("\x00", ""): without_nul(item) for key, item in value.items()}
    return [without_nul(item) for item in value] if isinstance(value, list) else value


def measure(event: Json, path: str) -> None:
    """Refuse an event that is deeper than 5, has more than 200 keys, or a text over 8 KB."""
    waiting: list[tuple[Any, int]] = [(event, 0)]
    keys = 0
    while waiting:
        value, depth = waiting.pop()
        if depth > limits.DEPTH:
            raise Refusal(400, f"{path}: nested deeper than {limits.DEPTH}")
        if type(value) is dict:
            keys += len(value)
            _measure_texts(value, path)
            value = value.values()
        waiting += [(item, depth + 1) for item in value if type(item) in (dict, list)]
        _measure_texts(value, path)
    if keys > limits.KEYS:
        raise Refusal(400, f"{path}: more than {limits.KEYS} keys")


def _measure_texts(values: Any, path: str) -> None:
    for item in values:
        if type(item) is str and len(item) > limits.STRING:
            raise Refusal(400, f"{path}: a text longer than {limits.STRING // 1024} KB")


def text_at(holder: Json, name: str, path: str) -> str:
    """A text (or a number, as text) under `name`; "" when absent or null; anything else is refused."""
    value = holder.get(name)
    if value is None:
        return ""
    if type(value) is str:
        return value
    if type(value) is int:
        return str(value)
    raise Refusal(400, f"{path}.{name}: must be a text")


def object_at(holder: Json, name: str, path: str) -> Json:
    """An object under `name`; {} when absent or null; anything else is refused."""
    value = holder.get(name)
    if value is None:
        return {}
    if type(value) is dict:
        return value
    raise Refusal(400, f"{path}.{name}: must be an object")
