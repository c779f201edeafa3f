"""What every step type is made of: what it asks, what it decides, and where it leads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal, Protocol, Self

from ma_platform.workdays import Calendar
from nurturing.reading import Reader, refuse
from nurturing.workdays import Duration

Phase = Literal["arriving", "waiting"]


class Condition(Protocol):
    """A parsed condition of the condition language; opaque here."""


class Language(Protocol):
    """The words a flow may use, given by the caller so that the graph knows no database."""

    def condition(self, raw: object, path: str) -> Condition:
        """Parse a condition over leads; raises DocumentRefused with the path of the bad part."""

    def event(self, raw: object, path: str) -> int:
        """The number of an event name; raises DocumentRefused."""

    def where(self, raw: object, path: str) -> Condition:
        """Parse a condition over the properties of an event; raises DocumentRefused."""

    def wakers(self, condition: Condition, path: str) -> frozenset[int]:
        """Events after which the condition may have become true."""


@dataclass(frozen=True)
class Happening:
    """An event, optionally with properties."""

    event: int
    where: Condition | None = None


@dataclass(frozen=True)
class FirstTrue:
    """Which of these holds first for the lead, in order? The answer is its index, or None."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class FirstHappened:
    """Which of these has happened or holds? Events count since now, the step, the run, or for a duration back."""

    items: tuple[Happening | Condition, ...]
    since: Literal["now", "step", "run"] | Duration


Question = FirstTrue | FirstHappened


@dataclass(frozen=True)
class Go:
    """Leave by the exit named `by`, with what it made (an effect to apply, or nothing)."""

    by: str
    to: str
    outcome: str
    effect: object | None = None


@dataclass(frozen=True)
class Stay:
    """Stay here. `until` ends the stay (None: nothing but an event does); events in `waiting_for` wake the run."""

    until: datetime | None
    waiting_for: frozenset[int] = frozenset()


@dataclass(frozen=True)
class KeepWaiting:
    """Woken for nothing: the deadline and the events waited for remain as they are."""


@dataclass(frozen=True)
class Finish:
    """The run is over."""

    reason: str


Decision = Go | Stay | KeepWaiting | Finish


@dataclass(frozen=True)
class Visit:
    """A step being visited: on arrival, or woken while waiting (`overdue`: the stay has ended)."""

    phase: Phase
    now: datetime
    calendar: Calendar
    overdue: bool = False


@dataclass(frozen=True)
class Exit:
    """A way out. `takes_time` is false where a run may leave in the moment it arrived."""

    key: str
    to: str
    takes_time: bool = False


@dataclass(frozen=True)
class Reference:
    """Something outside the flow that must exist, such as an e-mail."""

    kind: str
    id: str
    key: str


@dataclass(frozen=True)
class Caption:
    """A short text for the canvas: an English source string and what fills it."""

    message: str
    facts: Mapping[str, object] = field(default_factory=dict)


class Step(ABC):
    """One node. Frozen dataclasses only; `type` is the word in the document, `label` an English source string."""

    type: ClassVar[str]
    label: ClassVar[str]

    @classmethod
    @abstractmethod
    def parse(cls, reader: Reader, language: Language) -> Self:
        """Read the step's own keys; raises DocumentRefused with paths. The caller closes the reader."""

    @abstractmethod
    def exits(self) -> tuple[Exit, ...]:
        """Every way out, in the order the canvas shows them."""

    @abstractmethod
    def decide(self, visit: Visit, answer: int | None) -> Decision:
        """What happens now. `answer` belongs to `question`, and is None where nothing was asked."""

    @abstractmethod
    def caption(self) -> Caption:
        """What the canvas writes under the label."""

    def question(self, visit: Visit) -> Question | None:
        """What must be known before `decide`; None when nothing."""
        del visit
        return None

    def references(self) -> tuple[Reference, ...]:
        """What must exist before the flow may be published."""
        return ()


def read_id(reader: Reader, key: str, prefix: str) -> str:
    """A public id such as `eml_…`."""
    value = reader.text(key, most=80)
    if not value.startswith(f"{prefix}_"):
        raise refuse(
            reader.at(key),
            "An id beginning with %(prefix)s_ is expected.",
            prefix=prefix,
        )
    return value
