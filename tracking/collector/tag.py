"""The public tag `/t.js`: one built file, the same for everybody, held in memory and read again when it changes."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from ma_platform.env import ROOT

PATH = ROOT / "static" / "dist" / "public" / "t.js"
MISSING = b"/* The tag is not built: run make build. */\n"


@dataclass(frozen=True, slots=True)
class TagFile:
    """Content, its gzipped twin, and its ETag."""

    plain: bytes
    zipped: bytes
    etag: str
    changed: float


class Tag:
    """Reads the file again only when its time changes."""

    def __init__(self, path: Path = PATH) -> None:
        self._path = path
        self._held: TagFile | None = None

    def read(self) -> TagFile:
        """The tag as it is now; a comment that says so when it has not been built."""
        try:
            changed = self._path.stat().st_mtime
        except OSError:
            return _packed(MISSING, 0.0)
        if self._held is None or self._held.changed != changed:
            self._held = _packed(self._path.read_bytes(), changed)
        return self._held


def _packed(content: bytes, changed: float) -> TagFile:
    digest = hashlib.sha256(content).hexdigest()[:20]
    return TagFile(content, gzip.compress(content, 9, mtime=0), f'"{digest}"', changed)
