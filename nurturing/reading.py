"""Reading a document strictly: every key is asked for once, and what nobody asked for is refused with its path."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

UNKNOWN_KEY: Final = "This key is not known here."
MISSING: Final = "This is required."
KEY: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True)
class Problem:
    """One bad part of a document. `message` is an English source string; `facts` fill its %(name)s places."""

    path: str
    message: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.path}: {self.message % self.facts if self.facts else self.message}"


class DocumentRefused(Exception):
    """The document has bad parts; `problems` names each with its path, in document order."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


def refuse(path: str, message: str, **facts: object) -> DocumentRefused:
    """The refusal of one part, to be raised."""
    return DocumentRefused(Problem(path, message, facts))


class Reader:
    """One JSON object at `path`. Call `close` last: keys never read are refused."""

    def __init__(self, raw: object, path: str) -> None:
        if not isinstance(raw, dict):
            raise refuse(path or "/", "An object is expected.")
        self.path = path
        self._raw: dict[str, object] = raw
        self._left = set(raw)

    def at(self, key: str) -> str:
        """The path of `key` inside this object."""
        return f"{self.path}/{key}"

    def has(self, key: str) -> bool:
        """Whether the key is present with something in it; an explicit null counts as absent."""
        return self._raw.get(key) is not None

    def find(self, key: str) -> object:
        """The raw value, or None."""
        self._left.discard(key)
        return self._raw.get(key)

    def take(self, key: str) -> object:
        """The raw value; refused when absent."""
        value = self.find(key)
        if value is None:
            raise refuse(self.at(key), MISSING)
        return value

    def text(self, key: str, *, most: int = 200) -> str:
        """A string of 1 to `most` characters, outer spaces removed."""
        value = self.take(key)
        if not isinstance(value, str) or not value.strip():
            raise refuse(self.at(key), "A text is expected.")
        if len(value) > most:
            raise refuse(self.at(key), "At most %(most)s characters.", most=most)
        return value.strip()

    def choice(self, key: str, choices: Sequence[str], *, default: str | None = None) -> str:
        """One of `choices`; `default` stands in for an absent key."""
        value = self.find(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or value not in choices:
            raise refuse(self.at(key), "Choose one of: %(choices)s.", choices=", ".join(choices))
        return value

    def number(self, key: str, *, least: int, most: int) -> int:
        """A whole number within the bounds, both included."""
        value = self.take(key)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise refuse(
                self.at(key),
                "A whole number from %(least)s to %(most)s.",
                least=least,
                most=most,
            )
        return value

    def key(self, key: str) -> str:
        """A name the author chose: lower-case letters, digits, `-` and `_`, at most 40."""
        value = self.take(key)
        if not isinstance(value, str) or not KEY.fullmatch(value):
            raise refuse(self.at(key), "Use lower-case letters, digits, - and _ (at most 40).")
        return value

    def within(self, key: str) -> Reader:
        """The object under `key`."""
        return Reader(self.take(key), self.at(key))

    def rows(self, key: str, *, most: int) -> Iterator[tuple[str, object]]:
        """(path, raw value) of each item of a list of 1 to `most` items."""
        value = self.take(key)
        if not isinstance(value, list) or not 1 <= len(value) <= most:
            raise refuse(self.at(key), "A list of 1 to %(most)s items is expected.", most=most)
        for index, raw in enumerate(value):
            yield f"{self.at(key)}/{index}", raw

    def close(self) -> None:
        """Refuse what was never read."""
        if self._left:
            raise DocumentRefused(*(Problem(self.at(key), UNKNOWN_KEY) for key in sorted(self._left)))


@dataclass(frozen=True)
class Name:
    """A name people see; one text may serve both languages."""

    ja: str
    en: str

    def text(self, language: str) -> str:
        """The text for a language code such as `ja` or `en-gb`."""
        return self.ja if language.startswith("ja") else self.en


def read_name(reader: Reader, key: str) -> Name:
    """`"標準"` or `{"ja": …, "en": …}`; a missing language takes the other's text."""
    if isinstance(reader.find(key), dict):
        inner = reader.within(key)
        texts = {language: inner.text(language) for language in ("ja", "en") if inner.has(language)}
        inner.close()
        if not texts:
            raise refuse(reader.at(key), MISSING)
        some = next(iter(texts.values()))
        return Name(ja=texts.get("ja", some), en=texts.get("en", some))
    text = reader.text(key)
    return Name(ja=text, en=text)
