"""Rows of an XLSX: measured before it is opened, opened once, then read one row at a time."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any, BinaryIO

from defusedxml.common import DefusedXmlException
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from leads.files.bounds import LIMITS, FileRefused, Limits

# What a damaged workbook makes the library raise.
BROKEN = (
    zipfile.BadZipFile,
    InvalidFileException,
    DefusedXmlException,
    SyntaxError,  # of XML, whichever parser reads it
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    EOFError,
    RuntimeError,  # a zip that is encrypted, or packed in a way that is not supported
    OSError,
)
SIGNATURE = b"PK\x03\x04"
_ITEM, _TEXT, _RUN = (f"{{{SHEET_MAIN_NS}}}{name}" for name in ("si", "t", "r"))


def is_workbook(head: bytes) -> bool:
    """Whether bytes begin as an XLSX does (every XLSX is a zip)."""
    return head.startswith(SIGNATURE)


class Workbook:
    """An open workbook. `names`: of the sheets with cells, in their order."""

    def __init__(self, book: Any) -> None:  # Any: the library has no types
        self._book = book
        self.names: list[str] = [sheet.title for sheet in book.worksheets]

    def rows(self, sheet: str) -> Iterator[list[str]]:
        """Cells as text; formulas by the value they had when the file was saved. Raises FileRefused."""
        number = 0
        try:
            found = self._book[sheet] if sheet in self._book.sheetnames else self._book.worksheets[0]
            for row in found.iter_rows(values_only=True):
                number += 1
                yield [_text(value) for value in row]
        except FileRefused:
            raise
        except BROKEN as broken:
            raise FileRefused("broken_workbook", row=number) from broken


@contextmanager
def opened_workbook(stream: BinaryIO, limits: Limits = LIMITS) -> Iterator[Workbook]:
    """Open it for as long as it is read. Raises FileRefused."""
    book = _opened(stream, limits)
    try:
        yield Workbook(book)
    finally:
        book.close()


def sheet_rows(stream: BinaryIO, sheet: str, limits: Limits = LIMITS) -> Iterator[list[str]]:
    """The rows of one sheet of a workbook that nobody has opened yet. Raises FileRefused."""
    with opened_workbook(stream, limits) as book:
        yield from book.rows(sheet)


def _opened(stream: BinaryIO, limits: Limits) -> Any:  # Any: the library has no types
    stream.seek(0)
    try:
        _measure(stream, limits)
        reader = _Reader(stream, read_only=True, data_only=True, keep_links=False)
        reader.read()
    except BROKEN as broken:
        if isinstance(broken, FileRefused):
            raise
        raise FileRefused("broken_workbook") from broken
    return reader.wb


class _Reader(ExcelReader):  # type: ignore[misc]  # the library has no types
    """Leaves the texts all cells share where they are until a cell asks for one."""

    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)
        if part is not None:
            self.shared_strings = _SharedTexts(self.archive, part.PartName[1:])

    def read_worksheets(self) -> None:
        for sheet, part in self.parser.find_sheets():
            if part.target in self.valid_files and "chartsheet" in part.Type:
                self.read_chartsheet(sheet, part)
            elif part.target in self.valid_files:
                self.wb._sheets.append(_Sheet(self.wb, sheet.name, part.target, self.shared_strings))


class _Sheet(ReadOnlyWorksheet):  # type: ignore[misc]  # the library has no types
    """What a file says of its size is not believed, and where it says nothing, finding out would read all cells."""

    def _get_size(self) -> None:
        pass


class _SharedTexts:
    """Read as far as a cell has asked: to see the first rows of a million, not a minute's worth of texts is read."""

    def __init__(self, archive: zipfile.ZipFile, path: str) -> None:
        self._known: list[str] = []
        self._further = _shared_texts(archive, path)

    def __getitem__(self, place: int) -> str:
        while len(self._known) <= place:
            found = next(self._further, None)
            if found is None:
                raise IndexError(place)
            self._known.append(found)
        return self._known[place]


def _shared_texts(archive: zipfile.ZipFile, path: str) -> Iterator[str]:
    """Each text without its formats and without the reading that stands above it (furigana)."""
    with archive.open(path) as packed:
        events = iterparse(packed, events=("start", "end"))
        _start, table = next(events)
        for event, element in events:
            if event == "end" and element.tag == _ITEM:
                parts = [element.findtext(_TEXT), *(run.findtext(_TEXT) for run in element.iterfind(_RUN))]
                table.clear()
                yield "".join(part for part in parts if part).replace("x005F_", "")


def _measure(stream: BinaryIO, limits: Limits) -> None:
    """The sizes a zip states bind its reader, so they can be trusted as bounds."""
    with zipfile.ZipFile(stream) as packed:
        parts = packed.infolist()
    texts = sum(part.file_size for part in parts if part.filename.endswith("sharedStrings.xml"))
    unpacked, packed_size = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    bombs = unpacked > 10 * 1024 * 1024 and unpacked > packed_size * limits.ratio
    if len(parts) > limits.parts or unpacked > limits.unpacked or texts > limits.shared_texts or bombs:
        raise FileRefused("workbook_too_large")
    stream.seek(0)


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds")
        case date():
            return value.isoformat()
        case _:
            return str(value).replace("\0", "")
