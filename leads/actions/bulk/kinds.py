"""What can be done to many people at once: one entry per kind, also of rooms above.

@bulk.register
ADD_TAG = BulkKind(key="add_tag", label=_("Add a tag"), capability=Capability.EDIT_LEADS, apply=..., ...)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from psycopg2.sql import Composable

from ma_platform.errors import DomainError
from ma_platform.tenancy.models import User
from ma_platform.tenancy.permissions import Capability

Json = dict[str, Any]  # Any: JSON
Text = str | Promise
Choices = Sequence[tuple[str, str]]


class BulkRefused(DomainError):
    """A job cannot be started, or taken back, like this."""

    code = "bulk_refused"
    message = _("%(reason)s")


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one person. before: what undo needs; None where there is nothing to put back."""

    outcome: Literal["changed", "same", "refused"]
    before: Json | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """People to do it to, locked and still there. befores: on the way back, what was remembered of each."""

    lead_ids: Sequence[int]
    params: Json
    by: User | None
    now: datetime
    befores: Mapping[int, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BulkField:
    """Something the member says first. choices: None for a text."""

    name: str
    label: Text
    choices: Choices | None = None
    required: bool = True
    help: Text = ""


@dataclass(frozen=True, slots=True)
class BulkKind:
    """A deed. `apply` answers for each person it was given; who is missing stays as they were.

    read: what the member said as parameters, raising BulkRefused. told: the deed as a sentence. unchanged: SQL over
    `lead` for people it would not change, with its parameters. undo: puts the batch back and returns whom; people
    somebody else changed since are left alone. typed: the member types how many people it is about. chosen: a member
    chooses it for a list of people; others follow from something else a member did, and cannot be left off half-way.
    """

    key: str
    label: Text
    capability: Capability
    apply: Callable[[Batch], Mapping[int, Done]]
    read: Callable[[Mapping[str, str]], Json]
    told: Callable[[Json], str]
    fields: Callable[[], Sequence[BulkField]] = tuple
    unchanged: Callable[[Json], tuple[Composable, Json]] | None = None
    undo: Callable[[Batch], Collection[int]] | None = None
    chunk: int = 1_000
    typed: bool = False
    order: int = 50
    chosen: bool = True

    @property
    def undoable(self) -> bool:
        return self.undo is not None


_kinds: dict[str, BulkKind] = {}


def register(kind: BulkKind) -> BulkKind:
    """Offer a kind of job. The same key twice is the later one."""
    _kinds[kind.key] = kind
    return kind


def kind_of(key: str) -> BulkKind:
    """Raises BulkRefused for a kind nobody offers."""
    if key not in _kinds:
        raise BulkRefused(reason=_("Choose what to do."))
    return _kinds[key]


def offered(can: Collection[Capability]) -> list[BulkKind]:
    """The kinds this member may start."""
    found = [kind for kind in _kinds.values() if kind.chosen and kind.capability in can]
    return sorted(found, key=lambda kind: kind.order)


def same(lead_ids: Collection[int]) -> dict[int, Done]:
    return {lead_id: Done("same") for lead_id in lead_ids}


def is_of_job(before: Json, at: datetime) -> bool:
    """Whether what stands since `at` is what the job made: jobs of before that was remembered are believed."""
    made = before.get("at")
    return made is None or datetime.fromisoformat(made) == at
