"""Two people becoming one: which value wins, field by field, and which permissions stay. Pure.

The survivor keeps what it has, its blanks are filled, and what a member chose comes from the other. Parts of one thing
travel together: both halves of a name, a title and its rank, an address and its keys.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leads.merging import COLUMNS
from leads.names import person_key

PREFIX = "attributes."
EVERY_TOPIC = "*"
Row = Mapping[str, Any]  # Any: a row of leads_lead as JSON

# What a member sees as one field, and its columns; the first one tells whether it is known.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "email": COLUMNS["email"],
    "name": ("last_name", "first_name"),
    "kana": ("last_name_kana", "first_name_kana"),
    "company": COLUMNS["company"],
    "department": COLUMNS["department"],
    "job_title": ("job_title", "job_rank"),
    "phone": COLUMNS["phone"],
    "prefecture": COLUMNS["prefecture"],
    "owner": COLUMNS["owner"],
}
# When and where a person came from; nobody edits these.
TRACES = ("created_at", "source_first", "source_last", "last_seen_at")


@dataclass(frozen=True, slots=True)
class Choice:
    """One field of both. `wins`: keep or drop; `why`: same, kept, filled, chosen or alone (only one is known)."""

    field: str
    wins: str
    why: str


@dataclass(frozen=True, slots=True)
class Joined:
    """`keep`, `drop`: {column: value} that changes on either row; attributes as "attributes.KEY" on keep."""

    choices: tuple[Choice, ...]
    keep: Mapping[str, Any]  # Any: JSON
    drop: Mapping[str, Any]  # Any: JSON


def fields_of(keep: Row, drop: Row) -> list[str]:
    """Every field that either of them knows, in the order of the form."""
    own = sorted({*keep["attributes"], *drop["attributes"]})
    known = [name for name in GROUPS if _known(value_of(keep, name)) or _known(value_of(drop, name))]
    return known + [f"{PREFIX}{key}" for key in own]


def value_of(row: Row, name: str) -> tuple[Any, ...]:  # Any: JSON
    """The values of a field's columns."""
    if name.startswith(PREFIX):
        return (row["attributes"].get(name.removeprefix(PREFIX)),)
    return tuple(row[column] for column in GROUPS[name])


def join(keep: Row, drop: Row, *, take: Collection[str] = ()) -> Joined:
    """What becomes of both rows. `take`: fields that come from `drop`, where it knows them."""
    choices = tuple(_choose(keep, drop, name, take) for name in fields_of(keep, drop))
    changes: dict[str, Any] = {}  # Any: JSON
    aside: dict[str, Any] = {}  # Any: JSON
    for choice in choices:
        if choice.wins == "drop":
            changes.update(zip(_columns(choice.field), value_of(drop, choice.field), strict=True))
    if "email_key" in changes:
        # One mailbox names one row: they change places, so either address still leads to the person.
        aside = {column: keep[column] for column in GROUPS["email"]}
    return Joined(choices, {**changes, **keys_after(keep, changes), **_traces(keep, drop)}, aside)


def keys_after(row: Row, changes: Row) -> dict[str, str]:
    """The folded search columns that follow from the names, when names change."""
    if not {*GROUPS["name"], *GROUPS["kana"]} & set(changes):
        return {}
    after = {**row, **changes}
    return {
        "name_key": person_key(after["last_name"], after["first_name"]),
        "kana_key": person_key(after["last_name_kana"], after["first_name_kana"]),
    }


def public_fields(columns: Iterable[str]) -> list[str]:
    """Changed columns as the field names that everybody else uses."""
    found = [name for name, parts in COLUMNS.items() if set(parts) & set(columns)]
    return found + sorted(column for column in columns if column.startswith(PREFIX))


def _columns(name: str) -> tuple[str, ...]:
    return (name,) if name.startswith(PREFIX) else GROUPS[name]


def _known(values: Sequence[Any]) -> bool:  # Any: JSON
    return any(value not in ("", None, []) for value in values)


def _choose(keep: Row, drop: Row, name: str, take: Collection[str]) -> Choice:
    mine, theirs = value_of(keep, name), value_of(drop, name)
    if mine == theirs or (name == "email" and keep["email_key"] == drop["email_key"]):
        return Choice(name, "keep", "same")
    if not _known(theirs):
        return Choice(name, "keep", "alone")
    if not _known(mine):
        return Choice(name, "drop", "filled")
    if name in take:
        return Choice(name, "drop", "chosen")
    if name in ("name", "kana") and _completes(mine, theirs):
        return Choice(name, "drop", "filled")
    return Choice(name, "keep", "kept")


def _completes(mine: Sequence[Any], theirs: Sequence[Any]) -> bool:  # Any: JSON
    """The same name, with a half that we do not know."""
    return all(own in ("", other) for own, other in zip(mine, theirs, strict=True))


def _traces(keep: Row, drop: Row) -> dict[str, Any]:  # Any: JSON
    earlier = (keep, drop) if keep["created_at"] <= drop["created_at"] else (drop, keep)
    first = earlier[0]["source_first"] or earlier[1]["source_first"]
    seen = [row for row in (keep, drop) if row["last_seen_at"]]
    later = max(seen, key=lambda row: str(row["last_seen_at"]), default=None)
    after = {
        "created_at": earlier[0]["created_at"],
        "source_first": first,
        "source_last": (later and later["source_last"]) or keep["source_last"] or drop["source_last"],
        "last_seen_at": later["last_seen_at"] if later else None,
    }
    return {name: value for name, value in after.items() if value != keep[name]}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the consent ledger."""

    id: int
    topic: str
    state: str
    basis: str | None
    at: datetime


def refused(lines: Iterable[Line]) -> set[str]:
    """Topics on which these lines end in a refusal (`*`: every topic); afterwards only a fresh consent counts."""
    ledger = list(lines)
    return {topic for topic in {line.topic for line in ledger} if _stands_refused(ledger, topic)}


def _stands_refused(lines: Sequence[Line], topic: str) -> bool:
    about = [line for line in lines if line.topic in (topic, EVERY_TOPIC)]
    noes = [line for line in about if line.state == "refused"]
    if not noes:
        return False
    last = max(noes, key=lambda line: (line.at, line.id))
    return not any(
        line.state == "granted" and line.basis == "consent" and (line.at, line.id) > (last.at, last.id)
        for line in about
    )
