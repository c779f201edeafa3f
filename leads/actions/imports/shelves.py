"""Where the rows of an import lie while it runs: one line of JSON a row, so that any row is found by its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from tempfile import TemporaryFile
from typing import BinaryIO, cast

import orjson
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _

from leads.actions.disk import unlink_after_commit
from leads.actions.imports.kinds import ImportKind, Row
from leads.actions.imports.options import ImportRefused, Options
from leads.files import Reading, read_rows
from leads.models import Import
from ma_platform.db.awake import awake
from ma_platform.errors import NotFound

Cells = list[str]


def of_id(public_id: str, *, states: Sequence[str] = (), lock: bool = False) -> Import:
    """An import of the workspace. Raises NotFound, or ImportRefused when it is not in one of `states`."""
    found = Import.objects.filter(public_id=public_id)
    transfer: Import | None = (found.select_for_update(of=("self",)) if lock else found).select_related("by").first()
    if transfer is None:
        raise NotFound(kind="import")
    if states and transfer.state not in states:
        raise ImportRefused(reason=_("This import has moved on. Please look at it again."))
    return transfer


def shelve(transfer: Import, kind: ImportKind) -> int:
    """Read the whole file once and lay its rows down; returns how many. Raises FileRefused.

    A line is [is the person of an earlier row, *cells]. Of earlier rows only a hash is kept (64 MB for a million).
    """
    reading, seen = Reading.of(transfer.reading), set[int]()
    places, count = places_of(transfer), 0
    constants = dict(Options.of(transfer.options).constants)
    with opened(transfer) as content, TemporaryFile() as shelf:
        rows = read_rows(content, reading)
        if reading.header:
            next(rows, None)
        for cells in rows:
            key = kind.same(cells_of(cells, places, constants))
            mark = hash(key) if key else 0
            shelf.write(orjson.dumps([bool(key) and mark in seen, *cells], option=orjson.OPT_APPEND_NEWLINE))
            seen.add(mark)
            count += 1
        shelf.seek(0)
        default_storage.delete(shelf_of(transfer))
        default_storage.save(shelf_of(transfer), File(shelf))
    return count


@contextmanager
def opened(transfer: Import) -> Iterator[BinaryIO]:
    """The file as it was uploaded; however long it is read, the transaction lives."""
    with default_storage.open(transfer.path) as content:
        yield awake(cast(BinaryIO, content.file))


def shelf_of(transfer: Import) -> str:
    return transfer.path.removesuffix(".file") + ".rows"


def places_of(transfer: Import) -> list[tuple[int, str]]:
    """(place of the column, field) of every mapped column, from left to right."""
    mapping: dict[str, str] = transfer.options["mapping"]
    headers: list[str] = transfer.reading["headers"]
    return [(place, mapping[heading]) for place, heading in enumerate(headers) if heading in mapping]


def cells_of(cells: Cells, places: Sequence[tuple[int, str]], constants: dict[str, str]) -> dict[str, str]:
    """Cells by field: of several columns the first that says something, tags of all of them; else the constant."""
    found: dict[str, str] = {}
    width = len(cells)
    for place, key in places:
        text = cells[place].strip() if place < width else ""
        if before := found.get(key):
            text = f"{before};{text}" if key == "tags" and text else before
        found[key] = text
    for key, text in constants.items():
        found[key] = found.get(key) or text
    return found


def take(transfer: Import, count: int) -> tuple[list[Row], list[Cells], int]:
    """The next rows from where the import stands: (rows by field, their cells as they were, the place after them)."""
    places, constants = places_of(transfer), dict(Options.of(transfer.options).constants)
    rows: list[Row] = []
    originals: list[Cells] = []
    with default_storage.open(shelf_of(transfer)) as shelf:
        shelf.seek(transfer.reading.get("place", 0))
        for number in range(transfer.handled + 1, transfer.handled + count + 1):
            line = shelf.readline()
            if not line:
                break
            repeated, *cells = orjson.loads(line)
            rows.append(Row(number, cells_of(cells, places, constants), repeated))
            originals.append(cells)
        return rows, originals, shelf.tell()


def first_rows(transfer: Import, count: int) -> list[dict[str, str]]:
    """The first rows by field, as they were understood."""
    with default_storage.open(shelf_of(transfer)) as shelf:
        lines = [orjson.loads(line) for line in islice(shelf, count)]
    places, constants = places_of(transfer), dict(Options.of(transfer.options).constants)
    return [cells_of(cells, places, constants) for _repeated, *cells in lines]


def drop_files(transfer: Import) -> None:
    """Remove what an import kept of its file."""
    unlink_after_commit([transfer.path, shelf_of(transfer)])


def unreadable(row: Row) -> dict[str, str]:
    """{field: code} of mapped cells with characters the encoding does not have."""
    return {key: "unreadable" for key, text in row.cells.items() if "\ufffd" in text}
