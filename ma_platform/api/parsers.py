"""JSON as the database can keep it: decided once, at the door, for every body and every depth."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import IO, Any

from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import JSONParser

UNSTORABLE = "Contains what cannot be stored: a NUL character, half a surrogate pair, or a number without end."


class StorableJSONParser(JSONParser):
    """Refuses, under the name of the field, text that Postgres cannot hold and numbers JSON cannot write back."""

    def parse(self, stream: IO[Any], media_type: Any = None, parser_context: Any = None) -> Any:  # Any: DRF
        try:
            body = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("Nested too deeply.") from error
        named = body.items() if isinstance(body, dict) else [("body", body)]
        bad = [name if _storable_text(name) else "body" for name, part in named if not storable([name, part])]
        if bad:
            raise ValidationError({name: [UNSTORABLE] for name in bad})
        return body


def storable(value: object) -> bool:
    """True when every text, key and number inside, however deep, survives a jsonb column."""
    return all(_storable_text(leaf) if isinstance(leaf, str) else math.isfinite(leaf) for leaf in _leaves(value))


def _storable_text(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _leaves(value: object) -> Iterator[str | float]:
    waiting = [value]
    while waiting:
        match waiting.pop():
            case dict() as members:
                waiting += [*members, *members.values()]
            case list() as items:
                waiting += items
            case str() | float() as leaf:
                yield leaf
