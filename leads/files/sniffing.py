"""How a file is to be read, told by looking at its beginning: format, delimiter, line ends, header."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import BinaryIO

from leads.files.bounds import LIMITS, FileRefused
from leads.files.encodings import detect_encoding, errors_of
from leads.files.headers import unique_headers
from leads.files.reading import DELIMITERS, Reading, csv_rows, filled_rows, read_rows
from leads.files.sheets import Workbook, is_workbook, opened_workbook

SAMPLE_BYTES = 256 * 1024
SAMPLE_ROWS = 50
SHOWN_ROWS = 8
_DATA = re.compile(r"@|\A[\d\s\-+()/.:]{4,}\Z")


@dataclass(frozen=True, slots=True)
class Preview:
    """How the file is read, its column names (made up without a header) and its first rows, decoded."""

    reading: Reading
    headers: list[str]
    rows: list[list[str]]
    sheets: list[str]


def preview(stream: BinaryIO, reading: Reading | None = None) -> Preview:
    """Look at a file, or at it as `reading` says. Raises FileRefused for one that is empty or broken."""
    if not is_workbook(_head(stream, 4)):
        found = reading or _csv_reading(stream)
        return _seen(found, read_rows(stream, found), [])
    with opened_workbook(stream) as book:
        if not book.names:
            raise FileRefused("empty")
        found = reading or _sheet_reading(book)
        return _seen(found, filled_rows(book.rows(found.sheet), found), book.names)


def _seen(found: Reading, filled: Iterator[list[str]], sheets: list[str]) -> Preview:
    rows = list(islice(filled, SHOWN_ROWS + 1))
    if not rows:
        raise FileRefused("empty")
    width = min(max(map(len, rows)), LIMITS.columns)
    titles = rows[0] if found.header else []
    shown = rows[1:] if found.header else rows[:SHOWN_ROWS]
    padded = [row + [""] * (width - len(row)) for row in shown]
    return Preview(found, unique_headers(titles + [""] * (width - len(titles))), padded, sheets)


def _head(stream: BinaryIO, size: int) -> bytes:
    stream.seek(0)
    head = stream.read(size)
    stream.seek(0)
    return head


def _sheet_reading(book: Workbook) -> Reading:
    skip, header = _beginning(list(islice(book.rows(book.names[0]), SAMPLE_ROWS)))
    return Reading(format="xlsx", sheet=book.names[0], skip=skip, header=header)


def _csv_reading(stream: BinaryIO) -> Reading:
    encoding = detect_encoding(stream)
    text = _head(stream, SAMPLE_BYTES).decode(encoding, errors_of(encoding))
    text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1] or text
    reading = Reading(encoding=encoding, delimiter=_delimiter(text), newline=_newline(text))
    skip, header = _beginning(list(islice(csv_rows(stream, reading), SAMPLE_ROWS)))
    return replace(reading, skip=skip, header=header)


def _newline(text: str) -> str:
    """The commonest line end: "\\r\\n", "\\n" or "\\r"."""
    both = text.count("\r\n")
    counts = {"\r\n": both, "\n": text.count("\n") - both, "\r": text.count("\r") - both}
    return max(counts, key=lambda name: counts[name]) if any(counts.values()) else "\n"


def _delimiter(text: str) -> str:
    """The sign that cuts most rows into the same number of cells, more than one."""
    stated = re.match(r"sep=([,;|\t])[\r\n]", text)
    if stated:
        return stated[1]
    return max(DELIMITERS, key=lambda sign: _evenness(text, sign))


def _evenness(text: str, sign: str) -> tuple[float, int]:
    widths: list[int] = []
    with suppress(csv.Error):  # a quotation mark that is never closed: what stands before it counts
        for row in islice(csv.reader(io.StringIO(text, newline=""), delimiter=sign), SAMPLE_ROWS):
            widths += [len(row)] if any(row) else []
    if not widths:
        return 0.0, 0
    (width, times), *_rest = Counter(widths).most_common(1)
    return (times / len(widths) if width > 1 else 0.0), width


def _beginning(sample: Sequence[Sequence[str]]) -> tuple[int, bool]:
    """(rows above the table, whether its first row names the columns)."""
    filled = [sum(bool(cell.strip()) for cell in row) for row in sample]
    usual = Counter(count for count in filled if count).most_common(1)
    if not usual:
        return 0, True
    enough = max(1, (usual[0][0] + 1) // 2) if usual[0][0] > 2 else 1
    first = next(index for index, count in enumerate(filled) if count >= enough)
    cells = [cell.strip() for cell in sample[first] if cell.strip()]
    named = not any(_DATA.search(cell) for cell in cells) and len(set(cells)) == len(cells)
    return first, named
