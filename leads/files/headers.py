"""Which column is which field, guessed from its heading in Japanese or English."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_NOISE = re.compile(r"[\s_\-‐–—・./\\()\[\]{}<>「」『』【】:;*#'\"`?!,、。]+")


@dataclass(frozen=True, slots=True)
class Target:
    """A field a column can go to, and the headings it is known by (any width, case and spacing)."""

    key: str
    words: tuple[str, ...]


def plain(heading: str) -> str:
    """A heading without width, case, spaces and signs: plain("E-Mail（会社）") == "email会社"."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", heading).casefold())


def unique_headers(titles: Sequence[str]) -> list[str]:
    """Column names that name one column each: repeated ones are numbered, blank ones lettered like a spreadsheet."""
    seen: dict[str, int] = {}
    names = []
    for index, title in enumerate(titles):
        name = " ".join(title.split())[:200] or f"#{letters(index)}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def letters(index: int) -> str:
    """letters(0) == "A", letters(26) == "AA"."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text


def suggest_mapping(headers: Sequence[str], targets: Sequence[Target]) -> dict[str, str]:
    """{heading: field key} for headings that are understood; a field is given to its best column only.

    An exact heading wins over one that merely contains the word; among equals the one further left.
    """
    exact = {plain(word): target.key for target in reversed(targets) for word in (*target.words, target.key)}
    found = {heading: exact[plain(heading)] for heading in reversed(headers) if plain(heading) in exact}
    once = {key: heading for heading, key in found.items()}
    mapping = {heading: key for key, heading in once.items()}
    for heading in headers:
        key = None if heading in found else _contained(plain(heading), targets)
        if key and key not in mapping.values():
            mapping[heading] = key
    return {heading: mapping[heading] for heading in headers if heading in mapping}


def _contained(heading: str, targets: Sequence[Target]) -> str | None:
    """The field whose longest word stands at the beginning or end of the heading; short words prove nothing."""
    hits = [
        (len(word), target.key)
        for target in targets
        for word in map(plain, target.words)
        if len(word) >= (3 if word.isascii() else 2) and (heading.startswith(word) or heading.endswith(word))
    ]
    longest = max((length for length, _key in hits), default=0)
    return next((key for length, key in hits if length == longest), None)


def translated(headers: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """A mapping kept for files of the same make, on the headings of this file, whatever their width and case."""
    known = {plain(heading): key for heading, key in mapping.items()}
    return {heading: known[plain(heading)] for heading in headers if plain(heading) in known}
