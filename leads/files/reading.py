"""Rows of a file, one after the other, whatever its format; never more than a row in memory."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO

from leads.files.bounds import LIMITS, FileRefused, Limits
from leads.files.encodings import ENCODINGS, errors_of
from leads.files.sheets import sheet_rows
from ma_platform.defusing import restore

DELIMITERS = (",", "\t", ";", "|")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read. `skip`: rows above the header or the first row; `sheet` only for XLSX."""

    format: str = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    newline: str = "\n"
    header: bool = True
    skip: int = 0
    sheet: str = ""

    def as_json(self) -> dict[str, Any]:  # Any: JSON
        return asdict(self)

    @classmethod
    def of(cls, stated: Mapping[str, Any]) -> "Reading":  # Any: JSON
        """From stored JSON; raises ValueError for what no file can be."""
        own = {name: stated[name] for name in cls.__slots__ if name in stated}
        reading = cls(**own)
        if reading.encoding not in ENCODINGS or reading.delimiter not in DELIMITERS:
            raise ValueError(f"{reading.encoding} {reading.delimiter!r}")
        return reading


def read_rows(stream: BinaryIO, reading: Reading, *, limits: Limits = LIMITS) -> Iterator[list[str]]:
    """Every row that is not blank, header included, from the first after `skip`. Raises FileRefused on the way."""
    in_a_book = reading.format == "xlsx"
    rows = sheet_rows(stream, reading.sheet, limits) if in_a_book else csv_rows(stream, reading, limits)
    return filled_rows(rows, reading, limits)


def filled_rows(rows: Iterator[list[str]], reading: Reading, limits: Limits = LIMITS) -> Iterator[list[str]]:
    """Those of `rows`, as they stand in the file, that `read_rows` gives."""
    filled = 0
    for number, row in enumerate(rows):
        cells = [restore(cell) for cell in _trimmed(row)]
        if not cells or number < reading.skip:
            continue
        filled += 1
        _check(cells, filled, limits)
        yield cells


def csv_rows(stream: BinaryIO, reading: Reading, limits: Limits = LIMITS) -> Iterator[list[str]]:
    """Rows as they stand, blank ones included. Raises FileRefused for an endless line or an unclosed quote."""
    stream.seek(0)
    text = io.TextIOWrapper(stream, reading.encoding, errors_of(reading.encoding), newline="")
    reader = csv.reader(_lines(text, limits), delimiter=reading.delimiter)
    number = 0
    try:
        for row in reader:
            number += 1
            yield row
    except csv.Error as broken:
        raise FileRefused("cell_too_long", row=number + 1) from broken
    finally:
        text.detach()  # the stream is the caller's


def _lines(text: io.TextIOWrapper, limits: Limits) -> Iterator[str]:
    longest = limits.columns * limits.cell
    while line := text.readline(longest):
        if len(line) == longest and line[-1] not in "\r\n":
            raise FileRefused("line_too_long")
        yield line.replace("\0", "") if "\0" in line else line


def _trimmed(row: list[str]) -> list[str]:
    end = len(row)
    while end and not row[end - 1].strip():
        end -= 1
    return row[:end]


def _check(cells: list[str], number: int, limits: Limits) -> None:
    if number > limits.rows + 1:
        raise FileRefused("too_many_rows", row=number)
    if len(cells) > limits.columns:
        raise FileRefused("too_many_columns", row=number)
    if any(len(cell) * 4 > limits.cell and len(cell.encode()) > limits.cell for cell in cells):
        raise FileRefused("cell_too_long", row=number)
