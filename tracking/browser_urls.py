"""Browsers' keys in addresses: strangers choose them, and `../../etc/passwd` in a path leads elsewhere."""

from __future__ import annotations

import base64
import re

SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:@-]*")  # as they are: the tag's own, user:<id>
PACKED = "~"


class BrowserKey:
    """`<browser:key>`: a safe key as it is, any other packed: to_url("../x") == "~Li4veA"."""

    regex = ".+"

    def to_python(self, value: str) -> str:
        """The key; ValueError (a missing page) for what is no packed key or none the database can hold."""
        packed = value[1:] + "=" * (-len(value[1:]) % 4)
        key = base64.urlsafe_b64decode(packed).decode() if value.startswith(PACKED) else value
        if "\x00" in key:
            raise ValueError("no key holds NUL")
        return key

    def to_url(self, value: str) -> str:
        if SAFE.fullmatch(value):
            return value
        return PACKED + base64.urlsafe_b64encode(value.encode()).decode().rstrip("=")
