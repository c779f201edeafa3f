"""What a file kept beside a person may be, told by its content and not by its name. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

MEGABYTE = 1024 * 1024
SIZE_LIMIT = 20 * MEGABYTE
FILES_LIMIT = 100  # a person
HEAD = 4096
NAME_LIMIT = 120


@dataclass(frozen=True, slots=True)
class FileKind:
    """How a file is stored and sent."""

    extension: str
    content_type: str


_OFFICE = "application/vnd.openxmlformats-officedocument."
_STARTS = (
    (b"\x89PNG\r\n\x1a\n", FileKind("png", "image/png")),
    (b"\xff\xd8\xff", FileKind("jpg", "image/jpeg")),
    (b"GIF8", FileKind("gif", "image/gif")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileKind("doc", "application/x-ole-storage")),
)
_PARTS = (
    (b"word/", FileKind("docx", f"{_OFFICE}wordprocessingml.document")),
    (b"xl/", FileKind("xlsx", f"{_OFFICE}spreadsheetml.sheet")),
    (b"ppt/", FileKind("pptx", f"{_OFFICE}presentationml.presentation")),
)
_PDF = FileKind("pdf", "application/pdf")
_ZIP = FileKind("zip", "application/zip")
_TEXT = FileKind("txt", "text/plain; charset=utf-8")
_CSV = FileKind("csv", "text/csv")
_OLD_OFFICE = frozenset(("doc", "xls", "ppt", "msg"))
_MARKUP = re.compile(rb"<\s*(?:!doctype|html|svg|script|\?xml|body|iframe)", re.IGNORECASE)


def file_kind(head: bytes, name: str) -> FileKind | None:
    """The kind by the first bytes; the name only tells a table from a text. None for programs, pages and SVG."""
    if b"%PDF-" in head[:1024]:
        return _PDF
    if head.startswith(b"PK\x03\x04"):
        return next((kind for part, kind in _PARTS if part in head), _ZIP)
    for start, kind in _STARTS:
        if head.startswith(start):
            return _old_office(kind, name) if kind.extension == "doc" else kind
    return _text_kind(head, name)


def shown_name(name: str, kind: FileKind) -> str:
    """A file name people see: no path, no control characters, the extension of what it is."""
    base = name.replace("\\", "/").rpartition("/")[2]
    clean = "".join(char for char in base if char.isprintable() and char not in '"<>|:*?').strip(". ")[:NAME_LIMIT]
    stem = clean.rpartition(".")[0] or clean or "file"
    return f"{stem}.{kind.extension}"


def _extension(name: str) -> str:
    return name.rpartition(".")[2].casefold()


def _old_office(kind: FileKind, name: str) -> FileKind:
    extension = _extension(name)
    return FileKind(extension, kind.content_type) if extension in _OLD_OFFICE else kind


def _text_kind(head: bytes, name: str) -> FileKind | None:
    if not head or b"\0" in head or head.startswith((b"MZ", b"\x7fELF", b"#!")) or _MARKUP.search(head):
        return None
    if not any(_decodes(head, encoding) for encoding in ("utf-8", "cp932")):
        return None
    return _CSV if _extension(name) == "csv" else _TEXT if _decodes(head, "utf-8") else FileKind("txt", "text/plain")


def _decodes(head: bytes, encoding: str) -> bool:
    """Whether the beginning is text; the last letter may be cut in two."""
    for cut in range(4):
        try:
            head[: len(head) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
