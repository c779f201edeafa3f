"""How large a file may be in every direction, and the refusal of one that is larger or broken."""

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """`bytes` of the upload; `unpacked` of what an XLSX opens to; `cell` in UTF-8 bytes; `parts` of an XLSX."""

    bytes: int = 200 * MEGABYTE
    rows: int = 1_000_000
    columns: int = 200
    cell: int = 64 * 1024
    unpacked: int = 2048 * MEGABYTE
    shared_texts: int = 256 * MEGABYTE
    ratio: int = 200
    parts: int = 2_000


LIMITS = Limits()


class FileRefused(ValueError):
    """The file cannot be read to its end: `code` says why, `row` (from 1, 0 = the file itself) says where."""

    def __init__(self, code: str, *, row: int = 0) -> None:
        super().__init__(code, row)
        self.code, self.row = code, row
