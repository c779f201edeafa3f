"""Workbooks as Excel writes them: each text once, in a table that the cells point into."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import IO
from xml.sax.saxutils import escape

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

PART = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{SHARED_STRINGS}"/></Types>'.encode()
SHEET = "xl/worksheets/sheet1.xml"


def shared(rows: Sequence[Sequence[str]], *, ends: bytes = b"</sst>") -> io.BytesIO:
    """`ends`: what stands behind the texts of these rows. A text in tags is taken as it is."""
    held = io.BytesIO()
    write_shared(held, rows, ends=ends)
    return held


def write_shared(into: IO[bytes], rows: Sequence[Sequence[str]], *, ends: bytes = b"</sst>") -> None:
    held = io.BytesIO()
    openpyxl.Workbook().save(held)
    plain = zipfile.ZipFile(held)
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name in (one for one in plain.namelist() if one != SHEET):
            packed.writestr(name, plain.read(name).replace(b"</Types>", PART))
        with packed.open("xl/sharedStrings.xml", "w", force_zip64=True) as texts:
            texts.write(f'<sst xmlns="{SHEET_MAIN_NS}">'.encode())
            for row in rows:
                texts.write("".join(map(_text, row)).encode())
            texts.write(ends)
        with packed.open(SHEET, "w", force_zip64=True) as cells:
            cells.write(f'<worksheet xmlns="{SHEET_MAIN_NS}"><sheetData>'.encode())
            place = 0
            for number, row in enumerate(rows, 1):
                cells.write(_row(number, place, len(row)))
                place += len(row)
            cells.write(b"</sheetData></worksheet>")


def _text(text: str) -> str:
    return f"<si>{text if text.startswith('<') else f'<t>{escape(text)}</t>'}</si>"


def _row(number: int, place: int, width: int) -> bytes:
    pairs = ((get_column_letter(at + 1), place + at) for at in range(width))
    cells = "".join(f'<c r="{letter}{number}" t="s"><v>{text}</v></c>' for letter, text in pairs)
    return f'<row r="{number}">{cells}</row>'.encode()
