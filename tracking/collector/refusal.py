"""Why a request is not taken: a status, a reason for the sender's developer, and when to come again."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# What the sender is told, by code; the field's place stands before it. The dashboard has its own words for each.
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "missing": "is missing",
        "one_of": "must be one of {choices}",
        "not_time": "must be a time like 2026-01-31T09:00:00Z",
        "not_text": "must be a text",
        "not_object": "must be an object",
        "not_list": "must be a list of messages",
        "too_many": "more than {most} messages",
        "event_too_large": "larger than {most} KB",
        "too_many_keys": "more than {most} keys",
        "too_deep": "nested deeper than {most}",
        "number_too_large": "a number beyond 2^63",
        "text_too_long": "a text longer than {most} KB",
        "key_twice": "the key {key} appears twice in one object",
        "body_not_object": "the body must be a JSON object",
        "not_json": "not JSON",
        "bad_json": "not JSON: {error} at {at}",
        "unknown_encoding": "unknown Content-Encoding {name}",
        "not_gzip": "the body is not gzip",
        "gzip_cut": "the gzip body ends too early",
        "gzip_more": "something follows the gzip body",
        "too_large": "the body is larger than {most} KB",
        "bad_length": "the Content-Length is not a number",
        "not_basic": "the Authorization header is not Basic",
        "too_fast": "too many events; slow down",
        "starting": "starting; try again",
        "not_kept": "cannot be kept now; try again",
    }
)


class Refusal(Exception):
    """400 malformed, 413 too large, 429 too fast (`retry_after` seconds), 503 cannot be kept now.

    `code`: one of REASONS, or a reason in words. `path`: the field it is about (`batch[3].event`). `facts`: what the
    reason's words have places for. `reason` is what the sender is told.
    """

    def __init__(self, status: int, code: str, *, path: str = "", retry_after: int = 0, **facts: str | int) -> None:
        known = code in REASONS
        text = REASONS[code].format(**facts) if known else code
        self.reason = f"{path}: {text}" if path else text
        super().__init__(status, self.reason)
        self.status = status
        self.code = code if known else ""
        self.path = path
        self.facts = facts
        self.retry_after = retry_after
