"""What a file can hold: one kind is its fields, how a chunk of rows is written, and how that is taken back.

Rooms above register kinds of their own; the kind's key is the `kind` of the API and of the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise

from leads.files import Target
from leads.merging import Rules
from ma_platform.tenancy.models import User
from ma_platform.tenancy.permissions import Capability

Text = str | Promise
CREATED, UPDATED, SAME, DUPLICATE, REJECTED = "created", "updated", "same", "duplicate", "rejected"


@dataclass(frozen=True, slots=True)
class ImportField:
    """A field a column can go to. `words`: headings it is known by. `policies`: what may be chosen for it."""

    key: str
    label: Text
    words: tuple[str, ...] = ()
    policies: tuple[str, ...] = ("overwrite", "fill", "never")

    @property
    def target(self) -> Target:
        return Target(self.key, (*self.words, str(self.label)))


@dataclass(frozen=True, slots=True)
class Row:
    """A data row: its number from 1, its cells by field, and whether an earlier row of the file is about the same."""

    number: int
    cells: Mapping[str, str]
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for, with every chunk of rows.

    `source` marks what it wrote ("import:imp_…"); `dry`: say what would become of the rows, and write nothing.
    `list`: the public id of the list its people go onto, "" for none.
    """

    source: str
    rules: Rules
    by: User | None
    now: datetime
    zone: ZoneInfo
    basis: str = ""
    topic: str = ""
    evidence: Mapping[str, object] = field(default_factory=dict)
    dry: bool = False
    list: str = ""


@dataclass(slots=True)
class Outcome:
    """What became of a row. `before`: what undo needs; `reasons`: {field: code}; `notes`: counted in the report."""

    number: int
    outcome: str
    subject: str = ""
    fields: tuple[str, ...] = ()
    before: dict[str, Any] | None = None  # Any: JSON of the kind
    reasons: dict[str, str] | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """A row to take back, and what it had changed."""

    number: int
    outcome: str
    subject: str
    before: dict[str, Any]  # Any: JSON of the kind


@dataclass(frozen=True, slots=True)
class Kept:
    """What undo leaves alone because it was changed since; no fields: the whole thing."""

    number: int
    subject: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportKind:
    """`needs`: groups of fields of which one each must be mapped. `same`: cells that say whom a row is about.

    `write` answers one Outcome a row. `linked`: {subject: (name, address)} of those that are still there, and may be
    seen. `undo` takes rows back, last first; None when what a file said cannot be unsaid.
    """

    key: str
    label: Text
    capability: Capability
    fields: Callable[[], Sequence[ImportField]]
    needs: Sequence[tuple[str, ...]]
    same: Callable[[Mapping[str, str]], str]
    write: Callable[[Sequence[Row], Order], list[Outcome]]
    linked: Callable[[Sequence[str]], Mapping[str, tuple[str, str]]]
    undo: Callable[[Sequence[Done], Order], list[Kept]] | None = None
    asks_basis: bool = False
    order: int = 50


KINDS: dict[str, ImportKind] = {}


def register(kind: ImportKind) -> None:
    """Offer one more kind of file; pages list them by `order`."""
    KINDS[kind.key] = kind
    for one in sorted(KINDS.values(), key=lambda known: known.order):
        KINDS[one.key] = KINDS.pop(one.key)
