"""Rows of an XLSX: measured before it is opened, then read one row at a time."""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import BinaryIO
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml.common import DefusedXmlException
from openpyxl.utils.exceptions import InvalidFileException

from leads.files.bounds import LIMITS, FileRefused, Limits

# What a damaged workbook makes the library raise.
BROKEN = (
    zipfile.BadZipFile,
    InvalidFileException,
    DefusedXmlException,
    ParseError,
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


def is_workbook(head: bytes) -> bool:
    """Whether bytes begin as an XLSX does (every XLSX is a zip)."""
    return head.startswith(SIGNATURE)


def sheet_names(stream: BinaryIO, limits: Limits = LIMITS) -> list[str]:
    """Names of the sheets with cells, in their order. Raises FileRefused."""
    book = _opened(stream, limits)
    try:
        return [sheet.title for sheet in book.worksheets]
    finally:
        book.close()


def sheet_rows(stream: BinaryIO, sheet: str, limits: Limits = LIMITS) -> Iterator[list[str]]:
    """Cells as text; formulas by the value they had when the file was saved. Raises FileRefused."""
    book = _opened(stream, limits)
    number = 0
    try:
        found = book[sheet] if sheet in book.sheetnames else book.worksheets[0]
        found.reset_dimensions()  # what the file says about its size is not believed
        for row in found.iter_rows(values_only=True):
            number += 1
            yield [_text(value) for value in row]
    except FileRefused:
        raise
    except BROKEN as broken:
        raise FileRefused("broken_workbook", row=number) from broken
    finally:
        book.close()


def _opened(stream: BinaryIO, limits: Limits) -> openpyxl.Workbook:
    stream.seek(0)
    try:
        _measure(stream, limits)
        return openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    except BROKEN as broken:
        if isinstance(broken, FileRefused):
            raise
        raise FileRefused("broken_workbook") from broken


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
