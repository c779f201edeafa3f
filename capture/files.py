"""What a file is, told by its content and not by its name. Pure."""

from dataclasses import dataclass

MEGABYTE = 1024 * 1024
SIZE_LIMIT = 50 * MEGABYTE
HEAD = 4096


@dataclass(frozen=True, slots=True)
class Kind:
    """How a file is stored and sent."""

    extension: str
    content_type: str


PDF = Kind("pdf", "application/pdf")
PNG = Kind("png", "image/png")
JPEG = Kind("jpg", "image/jpeg")
ZIP = Kind("zip", "application/zip")
_OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX = Kind("docx", f"{_OFFICE}wordprocessingml.document")
XLSX = Kind("xlsx", f"{_OFFICE}spreadsheetml.sheet")
PPTX = Kind("pptx", f"{_OFFICE}presentationml.presentation")
_PARTS = ((b"word/", DOCX), (b"xl/", XLSX), (b"ppt/", PPTX))


def kind_of(head: bytes) -> Kind | None:
    """The kind by the first bytes; None for anything that is not handed out (SVG, HTML, programs …)."""
    if b"%PDF-" in head[:1024]:
        return PDF
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"PK\x03\x04"):
        return next((kind for part, kind in _PARTS if part in head), ZIP)
    return None


def shown_name(name: str, kind: Kind) -> str:
    """A file name people see: no path, no control characters, the extension of what it is."""
    base = name.replace("\\", "/").rpartition("/")[2]
    clean = "".join(char for char in base if char.isprintable() and char not in '"<>|:*?').strip(". ")[:120]
    stem = clean.rpartition(".")[0] or clean or "document"
    return f"{stem}.{kind.extension}"
