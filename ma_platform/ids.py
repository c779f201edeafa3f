"""Public ids: a readable prefix and 128 random bits. Primary keys never leave the database."""

from __future__ import annotations

import secrets

CODE_LENGTH = 10
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new(prefix: str) -> str:
    """new("lead") == "lead_5f0c…" with 32 hex digits."""
    return f"{prefix}_{secrets.token_hex(16)}"


def code() -> str:
    """Ten characters without look-alikes: names a workspace in ids and keys that strangers present."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(CODE_LENGTH))


def door(prefix: str, workspace_code: str) -> str:
    """An id that is presented before a tenant is known: it names its workspace, then 128 random bits."""
    return f"{prefix}_{workspace_code}{secrets.token_hex(16)}"


def door_code(public_id: str) -> str | None:
    """The workspace code inside a door id, or None when the id cannot be one."""
    _, _, rest = public_id.partition("_")
    return rest[:CODE_LENGTH] if len(rest) == CODE_LENGTH + 32 and rest.isalnum() else None
