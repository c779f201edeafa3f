"""Cursor pages: `{"results": […], "next": url|null}`. The cursor is opaque and names a sort position."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeVar

import orjson
from django.core.exceptions import BadRequest
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from ma_platform import clock

Item = TypeVar("Item")
DEFAULT_SIZE, LARGEST_SIZE = 50, 200


class ForgedCursor(ValidationError, BadRequest):
    """A cursor we did not make: 422 with the field's name from the API, the 400 page from the dashboard."""

    def __init__(self) -> None:
        super().__init__({"cursor": ["Not a cursor of ours."]})


def page_size(request: Request) -> int:
    """`limit` from the query string, bounded; raises ValidationError when it is no number."""
    raw = request.query_params.get("limit", str(DEFAULT_SIZE))
    if not raw.isdecimal() or not 1 <= int(raw) <= LARGEST_SIZE:
        raise ValidationError({"limit": [f"A whole number from 1 to {LARGEST_SIZE}."]})
    return int(raw)


def cursor_of(request: Request) -> list[Any] | None:
    """The position after which to read, or None for the first page; raises ForgedCursor."""
    raw = request.query_params.get("cursor")
    return None if raw is None else decode(raw)


def number_of(request: Request) -> int | None:
    """The position of a list that is sorted by one number alone; raises ForgedCursor."""
    return _number(cursor_of(request))


def number_in(cursor: str) -> int | None:
    """The same for a page of the dashboard, whose cursor is "" on the first page; raises ForgedCursor."""
    return _number(decode(cursor) if cursor else None)


def _number(position: Sequence[Any] | None) -> int | None:
    match position:
        case None:
            return None
        case [int() as number] if 0 <= number < 2**63:
            return number
    raise ForgedCursor


def moment_of(position: Sequence[Any] | None) -> tuple[datetime, int] | None:
    """The position of a list sorted by a moment, then a number; raises ForgedCursor."""
    match position:
        case None:
            return None
        case [str() as text, int() as number] if 0 <= number < 2**63:
            with suppress(ValueError, OverflowError):
                return clock.instant(text), int(number)  # True is a number to Python, and none to Postgres
    raise ForgedCursor


def encode(position: Sequence[object]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(list(position), default=str)).decode().rstrip("=")


def decode(raw: str) -> list[Any]:
    try:
        position = orjson.loads(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)))
    except (binascii.Error, ValueError) as error:
        raise ForgedCursor from error
    if not isinstance(position, list):
        raise ForgedCursor
    return position


def cursor_page(
    request: Request,
    rows: Sequence[Item],
    *,
    size: int,
    position: Callable[[Item], Sequence[object]],
    show: Callable[[Sequence[Item]], list[Any]],
) -> Response:
    """Answer with up to `size` of `rows` (read `size + 1` to know whether there is more)."""
    shown, more = rows[:size], len(rows) > size
    following = None
    if more:
        query = request.query_params.copy()
        query["cursor"] = encode(position(shown[-1]))
        following = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
    return Response({"results": show(shown), "next": following})
