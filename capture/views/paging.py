"""One page of a list that goes on behind a cursor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from django.http import HttpRequest

from ma_platform.api.pages import decode, encode

PAGE_SIZE = 50


class Placed(Protocol):
    """A row that knows where it stands in its list."""

    @property
    def position(self) -> Sequence[object]: ...


def page_of(
    request: HttpRequest,
    read: Callable[[list[Any] | None, int], Sequence[Placed]],  # Any: a decoded cursor
) -> dict[str, object]:
    """`rows` and `next_cursor` for the template; `read` takes the position to go on from and how many rows to give."""
    cursor = request.GET.get("cursor", "")
    rows = read(decode(cursor) if cursor else None, PAGE_SIZE + 1)
    shown = rows[:PAGE_SIZE]
    return {"rows": shown, "next_cursor": encode(shown[-1].position) if len(rows) > PAGE_SIZE else ""}
