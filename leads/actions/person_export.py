"""One person handed out: a ZIP with everything that is kept about them as JSON, and as a CSV for each list."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from itertools import islice
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import IO, BinaryIO, cast
from zipfile import ZIP_DEFLATED, ZipFile

import orjson

from leads.actions.own_parts import OWN
from leads.actions.personal import PARTS, Json, Part, Person, person_of
from leads.actions.upsert import Actor
from leads.files import open_writer
from leads.models import Lead
from ma_platform import audit

IN_MEMORY = 1 << 20  # bytes of a list before it goes to the disk
AT_ONCE = 1_000  # rows
Lists = list[tuple[str, IO[bytes]]]


def parts() -> list[Part]:
    """Every list of the export: our own first, then those of the rooms above."""
    return [*OWN, *PARTS.values()]


def export_person(lead: Lead, into: IO[bytes], *, by: Actor, now: datetime) -> int:
    """Write `person.json` and `csv/*.csv` of everything `parts` tell, and note who took it. Returns the number of rows.

    Memory stays that of a stretch of rows, whatever the number of events.
    """
    person = person_of(lead, now=now)
    with ExitStack() as held, ZipFile(into, "w", ZIP_DEFLATED) as archive:
        lists: Lists = []
        with archive.open("person.json", "w", force_zip64=True) as document:
            rows = _write_document(document, person, held, lists)
        for name, table in lists:
            table.seek(0)
            with archive.open(f"csv/{name}.csv", "w", force_zip64=True) as out:
                copyfileobj(table, out)
    audit.record(by, "lead.exported", lead.public_id, at=now, rows=rows)
    return rows


def _write_document(document: IO[bytes], person: Person, held: ExitStack, lists: Lists) -> int:
    """The JSON as it is read; each list that has rows is kept beside it as CSV. Returns the number of rows."""
    rows = 0
    document.write(b'{"exported_at": ' + orjson.dumps(person.now))
    for part in parts():
        document.write(f',\n"{part.name}": ['.encode())
        rows += _write_part(document, part, person, held, lists)
        document.write(b"]")
    document.write(b"}\n")
    return rows


def _write_part(document: IO[bytes], part: Part, person: Person, held: ExitStack, lists: Lists) -> int:
    told, written = part.rows(person), 0
    while stretch := list(islice(told, AT_ONCE)):
        if not written:
            table = cast(BinaryIO, held.enter_context(SpooledTemporaryFile(IN_MEMORY)))  # noqa: SIM115 - `held` closes it
            lists.append((part.name, table))
            writer = open_writer(table, "csv")
            writer.write([list(stretch[0])])
        lead_in = b",\n " if written else b"\n "
        document.write(lead_in + b",\n ".join(map(orjson.dumps, stretch)))
        writer.write([_cells(row) for row in stretch])
        written += len(stretch)
    return written


def _cells(row: Json) -> list[str | int | float | None]:
    """A row of a spreadsheet: lists and objects as JSON."""
    return [_cell(value) for value in row.values()]


def _cell(value: object) -> str | int | float | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return orjson.dumps(value).decode()
