"""What a page may be asked in its query string: the names it reads, said wrong, and ids it looks up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.handlers import wsgi
from django.http import QueryDict

from ma_platform.tenancy.permissions import Capability as C
from tests.walls.crawl import Crawler
from tests.walls.shape import Row

GARBAGE = ("x", "99999999999999999999")
FORGED = ("WyJ4Il0", "WzEsMl0")  # ["x"] and [1,2], as a cursor says them
CURSORS = {"cursor", "after", "before"}
AT_THE_DOOR = ("q", "\0")  # what no page is told

COLUMNS = Row(
    "leads:import",
    {"import_id": "$tried_import"},
    query={"columns": "1", "profile": "$profile"},
    GET=C.IMPORT_LEADS,
)
# Ids that are looked up though a row does not say them: said there, they would narrow what the other tests are shown.
LOOKED_UP = (
    COLUMNS,
    Row("leads:list", query={"view": "$view"}, GET=C.VIEW_LEADS),
    Row("leads:segment", {"segment_id": "$segment"}, query={"lead": "$lead"}, GET=C.VIEW_LEADS),
    Row("tracking:debug", query={"visitor": "$browser"}, GET=C.VIEW_TRACKING),
    Row("lifecycle:assignment", query={"who": "$lead_email"}, GET=C.DESIGN_LEADS),
    Row("api:leads", query={"segment": "$segment", "email": "$lead_email"}, GET=C.VIEW_LEADS),
    Row("api:submissions", query={"form": "$form"}, GET=C.VIEW_FORMS),
)


def garbled(crawler: Crawler, row: Row) -> dict[tuple[str, str], int]:
    """The status of the page for each name it reads, one said wrong at a time: the first refusal ends a reading."""
    statuses, said = {}, set[str]()
    with noted() as read:
        statuses[AT_THE_DOOR] = crawler.status_of(row, dict([AT_THE_DOOR]))
        statuses["", ""] = crawler.status_of(row, {})
        while unsaid := read - said:
            questions = [(name, text) for name in sorted(unsaid) for text in _wrong(name)]
            statuses |= {(name, text): crawler.status_of(row, {name: text}) for name, text in questions}
            said |= unsaid
    return statuses


def _wrong(name: str) -> tuple[str, ...]:
    return (*GARBAGE, *FORGED) if name in CURSORS else GARBAGE


@contextmanager
def noted() -> Iterator[set[str]]:
    """The names that requests read of their query strings, while the block lasts."""
    names: set[str] = set()

    class Noted(dict[str, Any]):
        def get(self, key: str, default: Any = None) -> Any:
            names.add(key)
            return super().get(key, default)

    class Noting(QueryDict):
        def __getitem__(self, key: str) -> Any:
            names.add(key)
            return super().__getitem__(key)

        def __contains__(self, key: object) -> bool:
            names.add(str(key))
            return super().__contains__(key)

        def getlist(self, key: str, default: Any = None) -> Any:
            names.add(key)
            return super().getlist(key, default)

        def dict(self) -> Any:
            return Noted(super().dict())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wsgi, "QueryDict", Noting)
        yield names
