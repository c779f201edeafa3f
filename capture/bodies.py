"""The bodies strangers post: form-encoded in UTF-8 or Shift_JIS, or JSON; bounded. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

import orjson

BODY_LIMIT = 256 * 1024
FIELD_LIMIT = 100
NAME_LIMIT = 100
ENCODINGS = ("utf-8", "cp932")
CONSENT_PREFIX = "consents."
UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")


class BodyRefused(ValueError):
    """`status` and a short reason in English."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


@dataclass(frozen=True, slots=True)
class Body:
    """What was posted, whatever way it came."""

    token: str = ""
    answers: Mapping[str, object] = field(default_factory=dict)
    consents: Mapping[str, object] = field(default_factory=dict)
    trap: str = ""
    url: str = ""
    referrer: str = ""
    visitor: str = ""
    utm: Mapping[str, str] = field(default_factory=dict)


def read_pairs(raw: bytes) -> dict[str, list[str]]:
    """A form-encoded body by name. One encoding for all of it: UTF-8, else Shift_JIS as old sites send it."""
    pairs = [pair.replace(b"+", b" ").partition(b"=") for pair in raw.split(b"&") if pair]
    if len(pairs) > FIELD_LIMIT:
        raise BodyRefused(413, f"more than {FIELD_LIMIT} fields")
    octets = [(unquote_to_bytes(name), unquote_to_bytes(value)) for name, _, value in pairs]
    for encoding in ENCODINGS:
        try:
            return _grouped([(name.decode(encoding), value.decode(encoding)) for name, value in octets])
        except UnicodeDecodeError:
            continue
    raise BodyRefused(400, "neither UTF-8 nor Shift_JIS")


def from_pairs(pairs: Mapping[str, list[str]], *, honeypot: str) -> Body:
    """The hosted form's own names: `token`, `consents.<topic>`, `_url`, `_referrer`; everything else is an answer."""
    if sum(map(len, pairs.values())) > FIELD_LIMIT:
        raise BodyRefused(413, f"more than {FIELD_LIMIT} fields")
    own = {"token", "_url", "_referrer", "_visitor", honeypot, *UTM}
    answers = {
        name: _one(values) for name, values in pairs.items() if name not in own and not name.startswith(CONSENT_PREFIX)
    }
    ticked = {
        name.removeprefix(CONSENT_PREFIX): values[-1]
        for name, values in pairs.items()
        if name.startswith(CONSENT_PREFIX)
    }

    def last(name: str) -> str:
        return pairs[name][-1] if pairs.get(name) else ""

    return Body(
        token=last("token"),
        answers=answers,
        consents=ticked,
        trap=last(honeypot),
        url=last("_url"),
        referrer=last("_referrer"),
        visitor=last("_visitor"),
        utm={name: last(name) for name in UTM if last(name)},
    )


def from_json(raw: bytes, *, honeypot: str) -> Body:
    """The JSON of documents.md: token, fields, consents, context."""
    try:
        stated = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BodyRefused(400, "not JSON in UTF-8") from error
    if not isinstance(stated, dict):
        raise BodyRefused(400, "the body must be a JSON object")
    answers, consents, context = (_object(stated, name) for name in ("fields", "consents", "context"))
    utm = context.get("utm")
    return Body(
        token=_text(stated, "token"),
        answers={name: value for name, value in answers.items() if name != honeypot},
        consents=consents,
        trap=str(answers.get(honeypot) or ""),
        url=_text(context, "url"),
        referrer=_text(context, "referrer"),
        visitor=_text(context, "visitor"),
        utm={str(name): str(value) for name, value in utm.items()} if isinstance(utm, dict) else {},
    )


def _object(stated: dict[str, Any], name: str) -> dict[str, Any]:  # Any: a stranger's JSON
    found = stated.get(name) or {}
    if not isinstance(found, dict):
        raise BodyRefused(400, f"{name} must be an object")
    if len(found) > FIELD_LIMIT:
        raise BodyRefused(413, f"more than {FIELD_LIMIT} fields")
    return found


def _text(stated: dict[str, Any], name: str) -> str:  # Any: a stranger's JSON
    found = stated.get(name)
    return found if isinstance(found, str) else ""


def _grouped(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in pairs:
        grouped.setdefault(name[:NAME_LIMIT], []).append(value)
    return grouped


def _one(values: list[str]) -> object:
    return values[0] if len(values) == 1 else values
