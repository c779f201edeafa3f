"""Wait until one of several things has happened or holds; the first wins, or the time runs out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

from nurturing.reading import Reader, refuse
from nurturing.steps.contract import (
    Caption,
    Condition,
    Decision,
    Exit,
    FirstHappened,
    Go,
    Happening,
    KeepWaiting,
    Language,
    Question,
    Stay,
    Step,
    Visit,
)
from nurturing.workdays import Duration, read_duration

MOST_ITEMS = 20
Since = Literal["step", "run"] | Duration


@dataclass(frozen=True)
class WaitForStep(Step):
    """`{"type": "wait_for", "any": […], "since": "step|run|{duration}", "timeout": {…}, "next": …, "on_timeout": …}`"""

    type = "wait_for"
    label = "Wait for"

    items: tuple[Happening | Condition, ...]
    since: Since
    timeout: Duration | None
    next: str
    on_timeout: str | None
    waiting_for: frozenset[int]

    @classmethod
    def parse(cls, reader: Reader, language: Language) -> Self:
        """Read the step; `timeout` and `on_timeout` come together or not at all."""
        items = {path: read_item(raw, path, language) for path, raw in reader.rows("any", most=MOST_ITEMS)}
        timeout = read_duration(reader.take("timeout"), reader.at("timeout")) if reader.has("timeout") else None
        on_timeout = reader.key("on_timeout") if timeout or reader.has("on_timeout") else None
        if on_timeout and not timeout:
            raise refuse(reader.at("timeout"), "on_timeout needs a timeout.")
        return cls(
            items=tuple(items.values()),
            since=read_since(reader),
            timeout=timeout,
            next=reader.key("next"),
            on_timeout=on_timeout,
            waiting_for=frozenset().union(*(wakers(item, path, language) for path, item in items.items())),
        )

    @property
    def only_later(self) -> bool:
        """Whether nothing can be true in the moment of arrival."""
        return self.since == "step" and all(isinstance(item, Happening) for item in self.items)

    def exits(self) -> tuple[Exit, ...]:
        """The wished way, then the way of time."""
        wished = Exit("next", self.next, takes_time=self.only_later)
        return (wished,) if self.on_timeout is None else (wished, Exit("on_timeout", self.on_timeout, takes_time=True))

    def question(self, visit: Visit) -> Question | None:
        """What has happened; not asked on arrival where nothing can have."""
        if visit.phase == "waiting":
            return FirstHappened(items=self.items, since=self.since)
        if self.only_later:
            return None
        return FirstHappened(items=self.items, since="now" if self.since == "step" else self.since)

    def decide(self, visit: Visit, answer: int | None) -> Decision:
        """What happened goes before the time that ran out, so a late tick loses no click."""
        if answer is not None:
            return Go(by="next", to=self.next, outcome="happened")
        if visit.phase == "arriving":
            until = self.timeout.after(visit.now, visit.calendar) if self.timeout else None
            return Stay(until=until, waiting_for=self.waiting_for)
        if visit.overdue and self.on_timeout is not None:
            return Go(by="on_timeout", to=self.on_timeout, outcome="timed_out")
        return KeepWaiting()

    def caption(self) -> Caption:
        """How many things are waited for."""
        return Caption("Any of %(count)s", {"count": len(self.items)})


def read_item(raw: object, path: str, language: Language) -> Happening | Condition:
    """`{"event": …, "where": …?}` counts from the horizon of the step; anything else is a condition as it stands."""
    if isinstance(raw, dict) and "event" in raw and set(raw) <= {"event", "where"}:
        reader = Reader(raw, path)
        event = language.event(reader.take("event"), reader.at("event"))
        where = language.where(reader.take("where"), reader.at("where")) if reader.has("where") else None
        return Happening(event=event, where=where)
    return language.condition(raw, path)


def wakers(item: Happening | Condition, path: str, language: Language) -> frozenset[int]:
    """The events after which the item must be looked at again."""
    return frozenset({item.event}) if isinstance(item, Happening) else language.wakers(item, path)


def read_since(reader: Reader) -> Since:
    """`step` (the default), `run`, or how far back."""
    raw = reader.find("since")
    if raw is None or raw == "step":
        return "step"
    return "run" if raw == "run" else read_duration(raw, reader.at("since"))
