"""The public tag `/t.js`: one built file, the same for everybody, held in memory and read again when it changes.

`/t/<version>.js` is the same file under a name of its own, for pages that pin it with an integrity hash: such a page
gets this version or a 404, never another content.
"""

from __future__ import annotations

import gzip
import hashlib
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from ma_platform.env import ROOT

PATH = ROOT / "static" / "dist" / "public" / "t.js"
MISSING = b"/* The tag is not built: run make build. */\n"


@dataclass(frozen=True, slots=True)
class TagFile:
    """Content, its gzipped twin, its ETag, its version (16 hex digits) and its integrity hash ("sha384-…")."""

    plain: bytes
    zipped: bytes
    etag: str
    version: str
    integrity: str
    changed: float

    @property
    def path(self) -> str:
        """Where exactly this content is, for a year."""
        return f"/t/{self.version}.js"


class Tag:
    """Reads the file again only when its time changes."""

    def __init__(self, path: Path = PATH) -> None:
        self._path = path
        self._held: TagFile | None = None

    @property
    def integrity(self) -> str:
        """What a page writes into the script element's `integrity`, beside `src` = `read().path`."""
        return self.read().integrity

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
    digest = hashlib.sha256(content).hexdigest()
    integrity = "sha384-" + b64encode(hashlib.sha384(content).digest()).decode()
    return TagFile(
        content, gzip.compress(content, 9, mtime=0), f'"{digest[:20]}"', digest[:16], integrity, changed
    )  # fmt: skip
