"""A ZIP written as a stream: every entry is counted and summed while it passes, and none of it is held in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.db import connection
from psycopg2.sql import SQL, Composable

QUICK = 1  # of zlib's levels: text shrinks to a fifth, and the database is what one waits for
PACKED = ("pdf", "png", "jpg", "jpeg", "gif", "webp", "zip", "docx", "xlsx", "pptx", "mp4")
# A line of JSON holds no control character, so none of it is quoted or doubled.
AS_LINES = SQL("COPY ({}) TO STDOUT WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')")


@dataclass
class Entry:
    """One file of the archive while it is written."""

    out: IO[bytes]
    size: int = 0
    lines: int = 0
    digest: Any = field(default_factory=hashlib.sha256)  # Any: hashlib names no type

    def write(self, piece: bytes) -> int:
        """Take the next piece."""
        self.size += len(piece)
        self.lines += piece.count(b"\n")
        self.digest.update(piece)
        return self.out.write(piece)

    def told(self) -> dict[str, object]:
        """What the list of contents says of it."""
        return {"bytes": self.size, "sha256": self.digest.hexdigest()}


class Archive:
    """A ZIP onto `into`, which is written from front to back; `at`: what its files say that they are of."""

    def __init__(self, into: IO[bytes], *, at: datetime) -> None:
        self._at = at.timetuple()[:6]
        self._zip = ZipFile(into, "w", ZIP_DEFLATED, compresslevel=QUICK)

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    @contextmanager
    def entry(self, name: str) -> Iterator[Entry]:
        """The next file; one at a time."""
        info = ZipInfo(name, self._at)
        info.compress_type = ZIP_STORED if name.rpartition(".")[2].lower() in PACKED else ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        with self._zip.open(info, "w", force_zip64=True) as out:
            yield Entry(out)

    @contextmanager
    def later(self, name: str) -> Iterator[IO[bytes]]:
        """A file that is written while others are: it lies on the disk meanwhile, and follows them."""
        with TemporaryFile() as held:
            yield held
            held.seek(0)
            with self.entry(name) as entry:
                copyfileobj(held, entry)

    def copy_rows(self, name: str, statement: Composable) -> Entry:
        """The rows of `statement`, one JSON object a line, as Postgres writes them."""
        asked = SQL("SELECT row_to_json(row_of_table) FROM ({}) AS row_of_table").format(statement)
        with self.entry(name) as entry, connection.cursor() as cursor, connection.wrap_database_errors:
            cursor.cursor.copy_expert(AS_LINES.format(asked).as_string(cursor.cursor), entry)
        return entry
