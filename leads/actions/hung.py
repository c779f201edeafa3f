"""What hangs on a person, table by table, and what becomes of it when two people are joined.

Each room names its own tables; a test sees to it that none is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Hung:
    """A table with `lead_id`. moves: its rows get the survivor's id, unless the survivor has a row with the same values
    in `beside` already: such a row stays with the one who stands aside.
    watched: what a merge changes here is remembered, so that undoing it puts it back. judged: follows from other facts
    and is worked out again anyway. label: how a member calls these rows; without one the preview does not count them.
    """

    table: str
    beside: tuple[str, ...] = ()
    moves: bool = True
    watched: bool = True
    judged: bool = False
    label: str | _StrPromise = ""


@dataclass(frozen=True, slots=True)
class Joining:
    """One merge under way: `drop` stands aside for `keep`. address_moves: the survivor takes the other's address."""

    keep: int
    drop: int
    merge: str
    address_moves: bool
    had_address: bool
    now: datetime


Settle = Callable[[Joining], None]
Judge = Callable[[Sequence[int], datetime], None]
Warn = Callable[[int, int], list[str]]  # keep, drop: sentences
HUNG: dict[str, Hung] = {}
_settling: list[tuple[int, str, Settle]] = []
_judging: list[tuple[int, str, Judge]] = []
_warning: list[tuple[int, str, Warn]] = []


def hang(*tables: Hung) -> None:
    """Name tables of a room."""
    HUNG.update({one.table: one for one in tables})


def at_joining(order: int) -> Callable[[Settle], Settle]:
    """Run in the transaction of a merge, after rows have moved: what takes more than handing rows over.

    Whatever it changes in watched tables is put back by undoing the merge.
    """

    def register(settle: Settle) -> Settle:
        _settling.append((order, f"{settle.__module__}.{settle.__qualname__}", settle))
        return settle

    return register


def at_judging(order: int) -> Callable[[Judge], Judge]:
    """Run `judge(lead_ids, now)` after a merge and after its undoing: what follows from a person's facts, anew."""

    def register(judge: Judge) -> Judge:
        _judging.append((order, f"{judge.__module__}.{judge.__qualname__}", judge))
        return judge

    return register


def at_preview(order: int) -> Callable[[Warn], Warn]:
    """What a member should know of a room before joining two people."""

    def register(warn: Warn) -> Warn:
        _warning.append((order, f"{warn.__module__}.{warn.__qualname__}", warn))
        return warn

    return register


def warnings(keep: int, drop: int) -> list[str]:
    """Every room's sentences, lowest first."""
    return [line for _order, _name, warn in sorted(_warning, key=lambda one: one[:2]) for line in warn(keep, drop)]


def settle_joining(joining: Joining) -> None:
    """Every room's own part, lowest first."""
    for _order, _name, settle in sorted(_settling, key=lambda one: one[:2]):
        settle(joining)


def judge_again(lead_ids: Sequence[int], *, now: datetime) -> None:
    """Every room's judgements of these people, lowest first."""
    for _order, _name, judge in sorted(_judging, key=lambda one: one[:2]):
        judge(lead_ids, now)


hang(
    Hung("leads_leadidentifier", beside=("kind",), label=_("External IDs")),
    Hung("leads_leadtag", beside=("tag_id",), label=_("Tags")),
    Hung("leads_note", label=_("Notes about them")),
    Hung("leads_todo", label=_("To-dos about them")),
    Hung("leads_attachment", label=_("Files about them")),
    Hung("leads_consent", moves=False),  # `consents` decides line by line
    Hung("leads_fieldhistory", moves=False),  # the past of either row; what wins is written as a new value
    Hung("leads_segmentoverride", beside=("segment_id",)),
    Hung("leads_segmentmember", moves=False, judged=True),
    Hung("leads_segmentchange", moves=False, watched=False),
    Hung("leads_segmentmoment", moves=False, watched=False),
    Hung("leads_bulkitem", moves=False, watched=False),
)
