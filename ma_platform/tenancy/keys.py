"""How a machine's key is kept."""

from __future__ import annotations

import hashlib


def hash_key(secret: str) -> str:
    """Keys hold 256 random bits, so a plain SHA-256 is enough; no dictionary can be run against it."""
    return hashlib.sha256(secret.encode()).hexdigest()
