"""Cells that a spreadsheet would run, made text on the way out and themselves again on the way in. Pure."""

import re

RUNS = frozenset("=+-@\t\r\n＝＋－＠")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?\Z", re.ASCII)


def defuse(text: str) -> str:
    """defuse("=1+1") == "'=1+1"; numbers stay numbers, and `restore` gives back what went in."""
    if not _runs(text) or _NUMBER.match(text):
        return text
    return f"'{text}"


def restore(text: str) -> str:
    """restore("'=1+1") == "=1+1"; any other text is itself."""
    return text[1:] if text.startswith("'") and _runs(text) else text


def _runs(text: str) -> bool:
    bare = text.lstrip("'")
    return bare[:1] in RUNS or bare.lstrip()[:1] in RUNS if bare else False
