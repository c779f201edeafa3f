"""Fields a workspace adds of its own: how a stated value becomes one of its kind, and how it reads. Pure.

A value is a text (also url), a number, "YYYY-MM-DD", the key of a choice, a list of keys, or a truth value; None: none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

Value = str | int | float | bool | list[str] | None

PREFIX = "attributes."
TEXT_LIMIT = 2000
LABEL_LIMIT = 100
CHOICES_LIMIT = 200
ATTRIBUTES_LIMIT = 100  # a subject
NUMBER_LIMIT = 10**15
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
CHOICE_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}\Z")
CHOOSING = frozenset({"choice", "multi_choice"})

_YES = frozenset(("1", "true", "yes", "y", "t", "on", "はい", "有", "あり", "○", "〇", "✓"))
_NO = frozenset(("0", "false", "no", "n", "f", "off", "いいえ", "無", "なし", "×", "✕"))
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]\d{2}:\d{2}(?::\d{2})?)?\Z")
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,10})?\Z", re.ASCII)
_ENDS = re.compile(r"[;,、；，|\n]+")


class ValueRefused(ValueError):
    """`code` says why: not_a_text, not_a_number, not_a_day, not_a_choice, not_a_truth, not_a_url, too_long."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Definition:
    """A field as values are held against it. `choices`: (key, label) in order."""

    key: str
    label: str
    kind: str
    choices: tuple[tuple[str, str], ...] = ()
    archived: bool = False

    @property
    def name(self) -> str:
        """What history, policies and changed fields call it."""
        return f"{PREFIX}{self.key}"


def read_value(definition: Definition, stated: object) -> Value:
    """What was said, in the shape of the kind; None for a blank. Texts as typed in a cell are understood.

    read_value(number, "１，２３４") == 1234; raises ValueRefused.
    """
    if stated is None or stated == [] or (isinstance(stated, str) and not _plain(stated)):
        return None
    return _READERS[definition.kind](definition, stated)


def read_stated(
    known: Mapping[str, Definition], stated: Mapping[str, object]
) -> tuple[dict[str, Value], dict[str, str]]:
    """{key: stated} as ({"attributes.key": value}, {"attributes.key": code}); a key nobody made is an error."""
    values: dict[str, Value] = {}
    errors: dict[str, str] = {}
    for key, said in stated.items():
        name = f"{PREFIX}{key}"
        if key not in known:
            errors[name] = "unknown_attribute"
            continue
        try:
            values[name] = read_value(known[key], said)
        except ValueRefused as refused:
            errors[name] = refused.code
    return values, errors


def shown_value(definition: Definition, value: object) -> str:
    """A value as people read it, choices by their labels; "" for none. Truth values are left to the page: "true"."""
    if value is None:
        return ""
    labels = dict(definition.choices)
    if isinstance(value, list):
        return "、".join(labels.get(str(one), str(one)) for one in value)
    if definition.kind == "choice":
        return labels.get(str(value), str(value))
    return kept_text(value)


def template_value(definition: Definition, value: object) -> object:
    """A value as a mail template gets it: choices by their labels (several as a list), days as dates, numbers and truth
    values as they are.
    """
    if isinstance(value, list):
        labels = dict(definition.choices)
        return [labels.get(str(one), str(one)) for one in value]
    if definition.kind == "date":
        return date.fromisoformat(str(value))
    return value if isinstance(value, bool | int | float) else shown_value(definition, value)


def kept_text(value: object) -> str:
    """A value as the history of a field keeps it: keys of several choices joined by ";"."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ";".join(map(str, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def from_kept(definition: Definition, text: str) -> str:
    """A value of the history as people read it: choices by their labels."""
    return shown_value(definition, text.split(";") if definition.kind == "multi_choice" and text else text or None)


def joined(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """Choices known and new ones behind them: joined(["a", "b"], ["b", "c"]) == ["a", "b", "c"]."""
    return list(dict.fromkeys((*old, *new)))


def values_of(kept: Mapping[str, Value]) -> dict[str, Value]:
    """{key: value} as {"attributes.key": value}."""
    return {f"{PREFIX}{key}": value for key, value in kept.items()}


def keyed(values: Mapping[str, Value]) -> dict[str, Value]:
    """{"attributes.key": value} among other columns as {key: value}; none is left out."""
    found = ((name, value) for name, value in values.items() if name.startswith(PREFIX))
    return {name.removeprefix(PREFIX): value for name, value in found if value is not None}


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _text(definition: Definition, stated: object) -> Value:
    if not isinstance(stated, str):
        raise ValueRefused("not_a_text")
    lines = unicodedata.normalize("NFC", stated).replace("\r\n", "\n").strip()
    clean = "".join(char for char in lines if char == "\n" or unicodedata.category(char) not in {"Cc", "Cs"})
    if len(clean) > TEXT_LIMIT:
        raise ValueRefused("too_long")
    return clean or None


def _number(definition: Definition, stated: object) -> Value:
    if isinstance(stated, str):
        plain = _plain(stated).replace(",", "").replace("−", "-")
        if not _NUMBER.match(plain):
            raise ValueRefused("not_a_number")
        stated = float(plain) if "." in plain else int(plain)
    if isinstance(stated, bool) or not isinstance(stated, int | float) or not abs(stated) < NUMBER_LIMIT:
        raise ValueRefused("not_a_number")
    return int(stated) if float(stated).is_integer() else float(stated)


def _date(definition: Definition, stated: object) -> Value:
    found = _DAY.match(_plain(stated)) if isinstance(stated, str) else None
    try:
        day = stated if isinstance(stated, date) else date(*map(int, found.groups())) if found else None
    except ValueError:
        day = None
    if day is None or day.year < 1900:
        raise ValueRefused("not_a_day")
    return f"{day:%Y-%m-%d}"


def _choice(definition: Definition, stated: object) -> Value:
    return _key_of(definition, stated)


def _choices(definition: Definition, stated: object) -> Value:
    parts: Iterable[object] = _ENDS.split(stated) if isinstance(stated, str) else stated  # type: ignore[assignment]  # looked at below
    if not isinstance(parts, list | tuple):
        raise ValueRefused("not_a_choice")
    keys = {_key_of(definition, part) for part in parts if part != ""}
    return [key for key, _label in definition.choices if key in keys] or None


def _key_of(definition: Definition, stated: object) -> str:
    """By key, else by label however it is typed."""
    if isinstance(stated, str):
        plain = _plain(stated).casefold()
        for key, label in definition.choices:
            if plain in (key.casefold(), _plain(label).casefold()):
                return key
    raise ValueRefused("not_a_choice")


def _boolean(definition: Definition, stated: object) -> Value:
    if isinstance(stated, bool):
        return stated
    plain = _plain(stated).casefold() if isinstance(stated, str) else ""
    if plain not in _YES | _NO:
        raise ValueRefused("not_a_truth")
    return plain in _YES


def _url(definition: Definition, stated: object) -> Value:
    plain = stated.strip() if isinstance(stated, str) else ""
    try:
        parts = urlsplit(plain)
    except ValueError:
        raise ValueRefused("not_a_url") from None
    odd = any(char.isspace() or not char.isprintable() or char in '"<>\\' for char in plain)
    if odd or parts.scheme not in ("http", "https") or not parts.hostname or len(plain) > TEXT_LIMIT:
        raise ValueRefused("not_a_url")
    return plain


_READERS = {
    "text": _text,
    "number": _number,
    "date": _date,
    "choice": _choice,
    "multi_choice": _choices,
    "boolean": _boolean,
    "url": _url,
}
