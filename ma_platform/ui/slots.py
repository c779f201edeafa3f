"""Places on shared pages that upper apps fill, so that the page imports nobody.

    @LEAD_PANELS.fill(order=20, capability=Capability.VIEW_LEADS)
    def score_panel(request, lead) -> Panel | None: ...

Each app fills slots in its `panels.py`, which is imported at start.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.functional import Promise

    from ma_platform.tenancy.permissions import Capability

F = TypeVar("F", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class Filler(Generic[F]):
    """One app's function in a slot. `capability` None: everybody in the workspace sees it."""

    call: F
    order: int
    capability: Capability | None


class Slot(Generic[F]):
    """A named list of fillers, kept in order; ties are kept in the order of registration."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._fillers: list[Filler[F]] = []

    def fill(self, *, order: int, capability: Capability | None = None) -> Callable[[F], F]:
        """Decorator: put the function here. The same function twice counts once."""

        def register(call: F) -> F:
            if all(filler.call is not call for filler in self._fillers):
                self._fillers.append(Filler(call, order, capability))
                self._fillers.sort(key=lambda filler: filler.order)
            return call

        return register

    def fillers(self, can: Collection[Capability] | None = None) -> list[Filler[F]]:
        """In order, those `can` allows; None means all of them."""
        return [filler for filler in self._fillers if can is None or _allowed(filler, can)]


def _allowed(filler: Filler[Any], can: Collection[Capability]) -> bool:
    return filler.capability is None or filler.capability in can


@dataclass(frozen=True, slots=True)
class Panel:
    """A titled box: `template` is a fragment that sees only `context` (and the request)."""

    title: str | Promise
    template: str
    context: Mapping[str, object]
    tab: str = "overview"
    wide: bool = False
    href: str = ""


# Not frozen: that takes five times as long to make, and a page makes hundreds.
@dataclass(slots=True)
class Cell:
    """One value in the lead list. `href`, `tone` and `title` are optional dress; `value` is already readable.

    asks: of a company, the condition that those of its people meet whom the value is made of.
    """

    value: str
    href: str = ""
    tone: str = ""
    title: str = ""
    asks: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the lead or company list. `load` gets the ids of one page and answers with one query."""

    key: str
    label: str | Promise
    load: Callable[[Sequence[int]], Mapping[int, Cell]]
    sort: str | None = None
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the setup checklist; `done` is looked up, never ticked by hand."""

    key: str
    title: str | Promise
    done: bool
    url: str
    text: str | Promise = ""


@dataclass(frozen=True, slots=True)
class HealthRow:
    """One thing an administrator watches; `value` is readable, `text` says what to do when it is not ok."""

    key: str
    title: str | Promise
    state: Literal["ok", "warn", "bad"]
    value: str
    text: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Bell:
    """How many notifications wait, and the page that lists them."""

    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Checklist:
    """The steps of a workspace, ready for the home page."""

    steps: Sequence[Step] = field(default_factory=list)

    @property
    def done(self) -> int:
        return sum(step.done for step in self.steps)

    @property
    def complete(self) -> bool:
        return self.done == len(self.steps)


@dataclass(frozen=True, slots=True)
class Person:
    """A lead as rooms below leads may show it: a name, a company, a page."""

    name: str
    company: str
    href: str


@dataclass(frozen=True, slots=True)
class Use:
    """Something that asks about a thing: a rule, a segment, a scenario. `kind` says which of these, `href` its page."""

    kind: str | Promise
    name: str
    href: str


# `Any` is the lead, or the company: this room may not know the model above it.
LEAD_PANELS: Slot[Callable[[HttpRequest, Any], Panel | None]] = Slot("lead_panels")
LEAD_HEADER: Slot[Callable[[HttpRequest, Any], Panel | None]] = Slot("lead_header")
LEAD_COLUMNS: Slot[Callable[[], Column]] = Slot("lead_columns")
COMPANY_PANELS: Slot[Callable[[HttpRequest, Any], Panel | None]] = Slot("company_panels")
COMPANY_COLUMNS: Slot[Callable[[], Column]] = Slot("company_columns")
HOME_PANELS: Slot[Callable[[HttpRequest, datetime], Panel | None]] = Slot("home_panels")
CHECKLIST: Slot[Callable[[datetime], Step]] = Slot("checklist")
HEALTH_ROWS: Slot[Callable[[datetime], HealthRow]] = Slot("health_rows")
BELL: Slot[Callable[[HttpRequest, datetime], Bell]] = Slot("bell")
# `Any` is the visitor, a row of tracking.
VISITOR_PANELS: Slot[Callable[[HttpRequest, Any], Panel | None]] = Slot("visitor_panels")
PEOPLE: Slot[Callable[[Collection[int]], Mapping[int, Person]]] = Slot("people")
PERSON: Slot[Callable[[str], int | None]] = Slot("person")
# What asks about these events of the workspace's own, by number; the names by number are given.
EVENT_USES: Slot[Callable[[Mapping[int, str]], Mapping[int, Sequence[Use]]]] = Slot("event_uses")
# What asks about this segment, by its public id: all of it must be changed before the segment may go.
SEGMENT_USES: Slot[Callable[[str], Sequence[Use]]] = Slot("segment_uses")


def people(ids: Collection[int | None]) -> dict[int, Person]:
    """Who these leads are, for pages of rooms that do not know leads; a person who was deleted is missing."""
    wanted = sorted({number for number in ids if number is not None})
    found: dict[int, Person] = {}
    for filler in PEOPLE.fillers() if wanted else ():
        found |= filler.call(wanted)
    return found


def find_person(public_id: str) -> tuple[int, Person] | None:
    """The lead an address names, with its number, for the same pages; None for a missing or foreign one."""
    for filler in PERSON.fillers():
        number = filler.call(public_id)
        known = people([number])
        if number in known:
            return number, known[number]
    return None


def event_uses(names: Mapping[int, str], can: Collection[Capability]) -> dict[int, list[Use]]:
    """What asks about each of these events, as far as the reader may know; events nobody asks about are missing."""
    found: dict[int, list[Use]] = {}
    for filler in EVENT_USES.fillers(can) if names else ():
        for number, uses in filler.call(names).items():
            found.setdefault(number, []).extend(uses)
    return found


def segment_uses(public_id: str, can: Collection[Capability] | None = None) -> list[Use]:
    """What asks about a segment, as far as `can` may know; None: all of it."""
    return [use for filler in SEGMENT_USES.fillers(can) for use in filler.call(public_id)]


def panels(slot: Slot[Callable[[HttpRequest, Any], Panel | None]], request: HttpRequest, about: object) -> list[Panel]:
    """What each allowed filler shows about `about` (a lead, or `now` on the home page), in order, without the Nones."""
    can: Collection[Capability] = getattr(request, "can", frozenset())
    shown = (filler.call(request, about) for filler in slot.fillers(can))
    return [panel for panel in shown if panel is not None]


def checklist(*, now: datetime, can: Collection[Capability] | None = None) -> Checklist:
    """Every setup step the member may act on, each checked at `now`."""
    return Checklist([filler.call(now) for filler in CHECKLIST.fillers(can)])


def health(*, now: datetime) -> list[HealthRow]:
    """All health rows, each read at `now`."""
    return [filler.call(now) for filler in HEALTH_ROWS.fillers()]
