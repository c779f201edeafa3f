"""Rows written as files people open in Excel: defused, streamed, in an encoding they ask for."""

import codecs
import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Protocol

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from leads.files.encodings import to_cp932
from ma_platform.defusing import defuse

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class OutFormat:
    """A kind of file we write."""

    key: str
    extension: str
    content_type: str


FORMATS = {
    one.key: one
    for one in (
        OutFormat("csv", "csv", "text/csv; charset=utf-8"),
        OutFormat("csv_cp932", "csv", "text/csv; charset=shift_jis"),
        OutFormat("xlsx", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    )
}


class RowWriter(Protocol):
    """Takes rows, and says at the end how many characters the encoding could not hold."""

    def write(self, rows: Iterable[Sequence[Cell]]) -> None: ...

    def close(self) -> int: ...


def open_writer(stream: BinaryIO, form: str) -> RowWriter:
    """A writer of FORMATS onto `stream`, which stays the caller's."""
    return _Workbook(stream) if form == "xlsx" else _Csv(stream, form)


class _Csv:
    """UTF-8 with a mark, or cp932; lines end with CRLF as Excel's own do."""

    def __init__(self, stream: BinaryIO, form: str) -> None:
        self._stream, self._cp932, self._lost = stream, form == "csv_cp932", 0
        if not self._cp932:
            stream.write(codecs.BOM_UTF8)

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows([_shown(cell) for cell in row] for row in rows)
        if not self._cp932:
            self._stream.write(text.getvalue().encode())
            return
        written, lost = to_cp932(text.getvalue())
        self._lost += lost
        self._stream.write(written)

    def close(self) -> int:
        return self._lost


class _Workbook:
    """One sheet; the library keeps its rows in a temporary file, not in memory."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._book = stream, openpyxl.Workbook(write_only=True)
        self._sheet = self._book.create_sheet()

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        for row in rows:
            self._sheet.append([_shown(ILLEGAL_CHARACTERS_RE.sub("", c) if isinstance(c, str) else c) for c in row])

    def close(self) -> int:
        self._book.save(self._stream)
        return 0


def _shown(cell: Cell) -> Cell:
    return defuse(cell) if isinstance(cell, str) else cell
