"""The words of flows: the platform's condition language and event names, spoken to the pure graph."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext

from conditions.parser import parse, parse_where
from conditions.references import refs
from conditions.refused import ConditionRefused
from conditions.tree import Node
from conditions.vocabulary import WORDS
from leads.queries.segments import segments_by_ids
from ma_platform.errors import Refused
from nurturing import graph
from nurturing.graph import Graph
from nurturing.reading import DocumentRefused, Problem, refuse
from nurturing.steps.contract import Condition
from tracking.catalogue import Event

# After these a condition over the lead itself may have become true.
CHANGES: Final = frozenset(
    int(event)
    for event in (
        Event.LEAD_UPDATED,
        Event.TAG_ADDED,
        Event.STAGE_CHANGED,
        Event.SCORE_CROSSED,
        Event.BECAME_HOT,
        Event.SEGMENT_ENTERED,
        Event.SEGMENT_LEFT,
        Event.SUBSCRIBED,
        Event.UNSUBSCRIBED,
        Event.DEAL_OPENED,
        Event.DEAL_WON,
        Event.DEAL_LOST,
    )
)


class FlowRefused(Refused):
    """The flow document has bad parts: `problems` is every one of them, with its path; `path` is the first's."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(path=problems[0].path, reason=said(problems[0]))
        self.problems = problems

    @property
    def errors(self) -> dict[str, list[str]]:
        """Every problem by its path, for the API."""
        return {problem.path: [said(problem)] for problem in self.problems}

    @property
    def listed(self) -> list[dict[str, str]]:
        """Every problem in document order, for a page."""
        return [{"path": problem.path, "message": said(problem)} for problem in self.problems]


def said(problem: Problem) -> str:
    """The problem in the active language."""
    facts = {name: str(fact) for name, fact in problem.facts.items()}
    return gettext(problem.message) % facts if facts else gettext(problem.message)


class PlatformLanguage:
    """Parses with the vocabulary all rooms have registered."""

    def condition(self, raw: object, path: str) -> Condition:
        """A condition over leads. A segment that never was is refused; one that is archived has nobody."""
        try:
            tree = parse(raw, at=path)
        except ConditionRefused as refusal:
            raise refuse(refusal.path, "%(reason)s", reason=refusal.reason) from None
        named = sorted(refs(tree).segments)
        known = segments_by_ids(named) if named else {}
        for segment in named:
            if segment not in known:
                raise refuse(path, "There is no segment %(segment)s.", segment=segment)
        return tree

    def event(self, raw: object, path: str) -> int:
        """The number of an event, customers' own names included."""
        word = WORDS.events.find(raw) if isinstance(raw, str) else None
        if word is None:
            raise refuse(path, "There is no event %(event)s.", event=raw)
        return word.code

    def where(self, raw: object, path: str) -> Condition:
        """A condition over the properties of one event."""
        try:
            return parse_where(raw, at=path)
        except ConditionRefused as refusal:
            raise refuse(refusal.path, "%(reason)s", reason=refusal.reason) from None

    def wakers(self, condition: Condition, path: str) -> frozenset[int]:
        """The events it counts, and every change of the lead if it asks about the lead.

        Nobody's run is woken by what a colleague does, so that cannot be waited for.
        """
        read = refs(node(condition))
        if read.account or "company.score" in read.fields:
            raise refuse(path, "Colleagues cannot be waited for here. Wait for a segment that asks about them.")
        words = [WORDS.events.find(name) for name in read.events]
        counted = frozenset(word.code for word in words if word)
        return counted | CHANGES if read.fields or read.segments or read.flows else counted


def node(condition: Condition) -> Node:
    """The tree behind what the graph carries as opaque."""
    return condition  # type: ignore[return-value]  # only PlatformLanguage makes conditions here


def read_flow(document: object) -> Graph:
    """The graph of a document in the platform's words. Raises FlowRefused with every problem."""
    try:
        return graph.parse(document, PlatformLanguage())
    except DocumentRefused as refusal:
        raise FlowRefused(refusal.problems) from None
