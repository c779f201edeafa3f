"""Where score documents meet the condition language: words read into trees, trees written as SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from conditions import WORDS, Compiled, EventWord, compile, compile_event, parse, parse_where, refs
from conditions import Node as Condition
from leads.queries.segments import segments_by_ids
from scoring import problems
from scoring.parts import Part

__all__ = [
    "Condition",
    "EventWord",
    "Place",
    "event_clause",
    "event_condition",
    "event_word",
    "lead_clause",
    "lead_condition",
]


@dataclass(frozen=True)
class Place:
    """When and where a clause is judged, and the prefix of its parameters' names."""

    now: datetime
    zone: ZoneInfo
    prefix: str


def lead_condition(part: Part) -> Condition:
    """A condition over leads. Raises Refused with the path inside the whole document.

    Nobody is scored again by what a colleague does, so a rule cannot ask about colleagues.
    """
    condition = parse(part.value, at=part.path)
    read = refs(condition)
    if read.account or "company.score" in read.fields:
        raise part.refuse(problems.COLLEAGUES)
    known = segments_by_ids(sorted(read.segments)) if read.segments else {}
    for segment in sorted(read.segments - known.keys()):
        raise part.refuse(problems.NOT_KNOWN_SEGMENT % {"segment": segment})
    return condition


def event_condition(part: Part | None) -> Condition | None:
    """A filter over the properties of one event; None takes every event of the name."""
    return None if part is None else parse_where(part.value, at=part.path)


def event_word(part: Part) -> EventWord:
    """The event a name stands for in this workspace."""
    word = WORDS.events.find(part.text())
    if word is None:
        raise part.refuse(problems.NOT_KNOWN_EVENT)
    return word


def lead_clause(when: Condition, *, at: Place, among: str) -> Compiled:
    """SQL over alias `lead`; `among` names the parameter with the leads in question."""
    return compile(when, now=at.now, tz=at.zone, prefix=at.prefix, among=among)


def event_clause(word: EventWord, where: Condition | None, *, at: Place) -> Compiled:
    """SQL over aliases `event` and `subject`."""
    params: dict[str, object] = {f"{at.prefix}_code": word.code}
    tests = [f"event.name = %({at.prefix}_code)s::smallint"]
    if word.sql:
        named = word.sql
        for name, value in word.params.items():
            named = named.replace(f"%({name})s", f"%({at.prefix}_{name})s")
            params[f"{at.prefix}_{name}"] = value
        tests.append(f"(({named}) IS TRUE)")
    if where is not None:
        clause = compile_event(where, now=at.now, tz=at.zone, prefix=at.prefix)
        tests.append(clause.sql)
        params.update(clause.params)
    return Compiled(" AND ".join(tests), params)
