"""Which facts can change a score by a rulebook. Pure.

Most facts cannot: heartbeats of pages, our own judgements, mails sent. When a condition asks about something whose
changes we cannot name here, everything is heeded: slower, never wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from conditions import Node, refs
from scoring.document import Rulebook
from tracking.catalogue import BY_WIRE, Event

# What changes the person, the company or whose the events are: always heeded.
CHANGES = frozenset(
    {
        Event.LEAD_CREATED,
        Event.LEAD_UPDATED,
        Event.LEADS_MERGED,
        Event.VISITOR_BOUND,
        Event.IDENTIFIED,
        Event.GROUPED,
        Event.TAG_ADDED,
    }
)
# Fields that change with one of these facts and with nothing else.
STEADY = frozenset(
    f"lead.{name}"
    for name in (
        *("email", "email_domain", "email_kind", "last_name", "first_name", "last_name_kana", "first_name_kana"),
        *("department", "job_title", "job_rank", "phone", "prefecture", "tags", "owner", "created_at", "excluded_by"),
    )
)
# Every crossing would be scored again.
NEVER = frozenset({Event.SCORE_CROSSED, Event.BECAME_HOT})


def heeds(book: Rulebook, name: int) -> bool:
    """True when a fact of this name (a catalogue number or a custom one) may change somebody's score."""
    if name in NEVER:
        return False
    return name in CHANGES or name in book.events or _asked(_conditions(book), name)


def named_in(condition: Node, names: Mapping[int, str]) -> set[int]:
    """Numbers of those of the events that the condition asks about."""
    events = refs(condition).events
    return {number for number, name in names.items() if name in events}


def _conditions(book: Rulebook) -> list[Node]:
    return [*(rule.when for rule in book.fit_rules), *(row.when for row in book.exclude)]


def _asked(conditions: Iterable[Node], name: int) -> bool:
    for condition in conditions:
        read = refs(condition)
        if read.segments or read.flows or not all(map(_steady, read.fields)):
            return True
        if any(BY_WIRE.get(event, name) == name for event in read.events):
            return True
    return False


def _steady(field: str) -> bool:
    return field in STEADY or field.startswith("company.")
