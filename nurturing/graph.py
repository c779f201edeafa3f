"""The flow document as a graph: parsed into frozen dataclasses, every bad part refused with its path."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from nurturing.reading import (
    KEY,
    DocumentRefused,
    Name,
    Problem,
    Reader,
    read_name,
    refuse,
)
from nurturing.steps import STEP_TYPES
from nurturing.steps.contract import Condition, Happening, Language, Reference, Step, read_id

VERSION: Final = 1
MOST_STEPS: Final = 200
PROPERTY: Final = "properties."
SEGMENT_TRIGGERS: Final = ("segment_entered", "segment_left")
DOOR_KEYS: Final = ("v", "name", "trigger", "entry", "reentry", "key", "start", "steps")


@dataclass(frozen=True)
class Reentry:
    """Whether a lead whose run has ended may come again. `days` are days of 24 hours after the end."""

    mode: Literal["never", "after_end", "after_days"] = "never"
    days: int = 0


@dataclass(frozen=True)
class Graph:
    """A flow that can run. `trigger` is None where leads enter by hand or by API only; `key` is an event property.

    segment: the segment that entering or leaving starts it, if that is the trigger.
    """

    name: Name
    trigger: Happening | None
    entry: Condition | None
    reentry: Reentry
    key: str | None
    start: str
    steps: Mapping[str, Step]
    warnings: tuple[Problem, ...] = ()
    segment: str = ""

    def references(self) -> Iterator[tuple[str, Reference]]:
        """(path, reference) of everything outside the flow that must exist."""
        for key, step in self.steps.items():
            for reference in step.references():
                yield f"/steps/{key}/{reference.key}", reference


def parse(document: object, language: Language) -> Graph:
    """The graph of a document. Raises DocumentRefused with every problem found, in document order."""
    reader = Reader(document, "")
    problems: list[Problem] = []
    steps = read_steps(reader, language, problems)
    head = read_head(reader, language, problems)
    problems += unread(reader)
    if not problems and head is not None:
        problems += broken_ways(head.start, steps)
        problems += [] if problems else endless_circles(steps)
    if problems or head is None:
        raise DocumentRefused(*problems)
    return Graph(
        name=head.name,
        trigger=head.trigger,
        entry=head.entry,
        reentry=head.reentry,
        key=head.key,
        start=head.start,
        steps=MappingProxyType(steps),
        warnings=tuple(lonely_steps(head.start, steps)),
        segment=head.segment,
    )


@dataclass(frozen=True)
class Head:
    """The document without its steps."""

    name: Name
    trigger: Happening | None
    entry: Condition | None
    reentry: Reentry
    key: str | None
    start: str
    segment: str


def read_head(reader: Reader, language: Language, problems: list[Problem]) -> Head | None:
    """Everything but the steps; a problem is noted and gives None."""
    try:
        if reader.number("v", least=1, most=VERSION) != VERSION:
            raise refuse("/v", "This version is not known.")
        trigger, segment = read_trigger(reader.within("trigger"), language)
        return Head(
            name=read_name(reader, "name"),
            trigger=trigger,
            entry=language.condition(reader.take("entry"), "/entry") if reader.has("entry") else None,
            reentry=read_reentry(reader.within("reentry")) if reader.has("reentry") else Reentry(),
            key=read_key(reader, trigger),
            start=reader.key("start"),
            segment=segment,
        )
    except DocumentRefused as refusal:
        problems[:0] = refusal.problems
        return None


def unread(reader: Reader) -> tuple[Problem, ...]:
    """Keys a flow does not have; known ones that were not reached because of an earlier problem are let pass."""
    for key in DOOR_KEYS:
        reader.find(key)
    try:
        reader.close()
    except DocumentRefused as refusal:
        return refusal.problems
    return ()


def read_trigger(reader: Reader, language: Language) -> tuple[Happening | None, str]:
    """What starts it, and the segment it is about ("": none).

    `{"type": "event", "event": …, "where": …?}`, `{"type": "segment_entered|segment_left", "segment": "seg_…"}` or
    `{"type": "manual"}`.
    """
    trigger, segment = None, ""
    kind = reader.choice("type", ("event", *SEGMENT_TRIGGERS, "manual"))
    if kind == "event":
        event = language.event(reader.take("event"), reader.at("event"))
        where = language.where(reader.take("where"), reader.at("where")) if reader.has("where") else None
        trigger = Happening(event=event, where=where)
    elif kind in SEGMENT_TRIGGERS:
        segment = read_id(reader, "segment", "seg")
        about = {"field": "segment", "op": "eq", "value": segment}
        where = language.where(about, reader.at("segment"))
        trigger = Happening(event=language.event(kind, reader.at("type")), where=where)
    reader.close()
    return trigger, segment


def read_reentry(reader: Reader) -> Reentry:
    """`{"mode": "never|after_end|after_days", "days": 30}`; days belong to after_days alone."""
    mode = reader.choice("mode", ("never", "after_end", "after_days"))
    if mode == "after_days":
        reentry = Reentry("after_days", reader.number("days", least=1, most=3650))
    else:
        reentry = Reentry("after_end") if mode == "after_end" else Reentry()
    reader.close()
    return reentry


def read_key(reader: Reader, trigger: Happening | None) -> str | None:
    """`properties.deal_id` → `deal_id`: the property of the trigger's event that keys the run."""
    if not reader.has("key"):
        return None
    path = reader.text("key", most=120)
    if trigger is None or not path.startswith(PROPERTY):
        raise refuse(
            "/key",
            "A key is a property of the trigger's event, such as properties.deal_id.",
        )
    return path.removeprefix(PROPERTY)


def read_steps(reader: Reader, language: Language, problems: list[Problem]) -> dict[str, Step]:
    """Every step that can be read; the problems of the others are noted, one refusal a step."""
    raws = reader.find("steps")
    if not isinstance(raws, dict) or not 1 <= len(raws) <= MOST_STEPS:
        problems.append(
            Problem(
                "/steps",
                "An object of 1 to %(most)s steps is expected.",
                {"most": MOST_STEPS},
            )
        )
        return {}
    steps: dict[str, Step] = {}
    for key, raw in raws.items():
        try:
            steps[key] = read_step(key, raw, language)
        except DocumentRefused as refusal:
            problems.extend(refusal.problems)
    return steps


def read_step(key: str, raw: object, language: Language) -> Step:
    """One step at `/steps/<key>`."""
    path = f"/steps/{key}"
    if not KEY.fullmatch(key):
        raise refuse(path, "Use lower-case letters, digits, - and _ (at most 40).")
    reader = Reader(raw, path)
    kind = reader.choice("type", tuple(STEP_TYPES))
    step = STEP_TYPES[kind].parse(reader, language)
    reader.close()
    return step


def broken_ways(start: str, steps: Mapping[str, Step]) -> Iterator[Problem]:
    """Ways that lead to a step that is not there."""
    if start not in steps:
        yield Problem("/start", "There is no step %(step)s.", {"step": start})
    for key, step in steps.items():
        for way in step.exits():
            if way.to not in steps:
                yield Problem(
                    f"/steps/{key}/{way.key}",
                    "There is no step %(step)s.",
                    {"step": way.to},
                )


def endless_circles(steps: Mapping[str, Step]) -> Iterator[Problem]:
    """Circles a run could walk without time passing, each named once at the way that closes it."""
    done: set[str] = set()
    for root in steps:
        yield from circles_from(root, steps, done)


def circles_from(root: str, steps: Mapping[str, Step], done: set[str]) -> Iterator[Problem]:
    """Depth first from `root` over the ways that take no time; iterative, so 200 steps in a row are no trouble."""
    if root in done:
        return
    trail = [root]
    pending = [instant_ways(steps[root])]
    while pending:
        way = next(pending[-1], None)
        if way is None:
            pending.pop()
            done.add(trail.pop())
        elif way[1] in trail:
            yield Problem(
                f"/steps/{trail[-1]}/{way[0]}",
                "This way goes round in a circle without any wait.",
            )
        elif way[1] not in done:
            trail.append(way[1])
            pending.append(instant_ways(steps[way[1]]))


def instant_ways(step: Step) -> Iterator[tuple[str, str]]:
    """(exit key, target) of the ways that may be left in the moment of arrival."""
    return iter([(way.key, way.to) for way in step.exits() if not way.takes_time])


def lonely_steps(start: str, steps: Mapping[str, Step]) -> Iterator[Problem]:
    """Steps nobody can come to: a warning, since a builder leaves such steps lying about while working."""
    reached = {start}
    queue = deque([start])
    while queue:
        found = {way.to for way in steps[queue.popleft()].exits()} - reached
        reached |= found
        queue.extend(sorted(found))
    for key in steps:
        if key not in reached:
            yield Problem(f"/steps/{key}", "No way leads to this step.")


def walking_order(graph: Graph) -> list[str]:
    """Step keys as a lead walks them: a step after all that lead to it, first ways first, unreached steps last."""
    left: list[str] = []
    seen = {graph.start}
    trail = [(graph.start, _backwards(graph, graph.start))]
    while trail:
        _key, ways = trail[-1]
        onward = next((way for way in ways if way not in seen and way in graph.steps), None)
        if onward is None:
            left.append(trail.pop()[0])
        else:
            seen.add(onward)
            trail.append((onward, _backwards(graph, onward)))
    return [*reversed(left), *(key for key in graph.steps if key not in seen)]


def _backwards(graph: Graph, key: str) -> Iterator[str]:
    return reversed([way.to for way in graph.steps[key].exits()])
