"""Files as people have them, and an import driven from upload to end without a worker."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import openpyxl

from leads.actions.imports import Options, Upload, advance, ask_check, ask_run, ask_undo, upload_file
from leads.files.encodings import _shift
from leads.models import Import
from ma_platform.tenancy.models import User

CARDS = [
    ["会社名", "部署名", "役職", "姓", "名", "メールアドレス", "電話番号", "タグ"],
    ["㈱髙﨑商会", "営業①課", "課長", "髙﨑", "花子", "hanako@takasaki.example", "03-1234-5678", "展示会2026"],
    ["株式会社山田", "開発部", "部長", "山田", "太郎", "taro@yamada.example", "06-1234-5678", "展示会2026;重要"],
    ["株式会社\n鈴木", "総務,人事", "主任", "鈴木", 'ゴロー"五郎"', "goro@suzuki.example", "", ""],
]


def text_of(
    rows: Sequence[Sequence[str]], *, newline: str = "\r\n", delimiter: str = ",", quote_all: bool = False
) -> str:
    """Rows as CSV."""
    text = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    csv.writer(text, lineterminator=newline, delimiter=delimiter, quoting=quoting).writerows(rows)
    return text.getvalue()


def in_euc(text: str) -> bytes:
    """EUC-JP as Windows writes it, with the signs of vendors."""
    return b"".join(map(_euc_char, text))


def _euc_char(char: str) -> bytes:
    try:
        return char.encode("euc_jp")
    except UnicodeEncodeError:
        wanted = char
        pairs = ((first, second) for first in range(0xA1, 0xFF) for second in range(0xA1, 0xFF))
        return next(bytes(pair) for pair in pairs if _shift(*pair).decode("cp932", "ignore") == wanted)


def workbook(rows: Sequence[Sequence[object]]) -> bytes:
    """Rows as XLSX."""
    book, held = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(list(row))
    book.save(held)
    return held.getvalue()


def uploaded(content: bytes, *, by: User, now: datetime, kind: str = "leads", name: str = "cards.csv") -> Import:
    return upload_file(Upload(name, len(content), io.BytesIO(content)), kind, by=by, now=now)


def checked(transfer: Import, *, now: datetime, **changes: Any) -> Import:
    """The dry run of a file, with the options it was guessed to have and these."""
    ask_check(transfer.public_id, Options.of({**transfer.options, **changes}), now=now)
    return finished(transfer, now=now)


def finished(transfer: Import, *, now: datetime) -> Import:
    """Step after step until there is none."""
    while advance(transfer.pk, now=now):
        pass
    transfer.refresh_from_db()
    return transfer


def imported(content: bytes, *, by: User, now: datetime, kind: str = "leads", **options: Any) -> Import:
    """A file from upload to its last row."""
    transfer = checked(uploaded(content, by=by, now=now, kind=kind), now=now, **options)
    assert transfer.state == "checked", transfer.problem
    ask_run(transfer.public_id, by=by, now=now)
    return finished(transfer, now=now)


def undone(transfer: Import, *, by: User, now: datetime) -> Import:
    ask_undo(transfer.public_id, by=by, now=now)
    return finished(transfer, now=now)


def counts(report: Mapping[str, Any]) -> tuple[int, int, int, int, int]:
    """(new, update, same, duplicates, rejected)"""
    return tuple(report.get(name, 0) for name in ("new", "update", "same", "duplicates", "rejected"))  # type: ignore[return-value]
