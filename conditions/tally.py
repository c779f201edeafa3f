"""How many rows every node of a tree holds for, in one pass over the audience."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from conditions import tree
from conditions.rolled import Days
from conditions.tree import Account, Did, Node, children, steps, walk
from conditions.vocabulary import WORDS, Vocabulary
from conditions.writer import Writer

COUNTED = "SELECT {counts} FROM (SELECT {leaves} FROM {rows} {joins} WHERE {standing} OFFSET 0) AS judged"


@dataclass(frozen=True)
class Tally:
    """`sql` gives one line with a number per node. The statement around it supplies `tenant_id`."""

    paths: tuple[str, ...]
    sql: str
    params: dict[str, Any]  # Any: whatever the driver adapts

    def counts(self, line: Mapping[str, int]) -> dict[str, int]:
        """Numbers by the node's path in the document, from the answered line."""
        return {path: line[_column(place)] for place, path in enumerate(self.paths)}


def tally(
    node: Node, *, now: datetime, tz: ZoneInfo, vocabulary: Vocabulary = WORDS, days: Days | None = None
) -> Tally:
    """Each leaf is judged once, groups from their leaves. Words, and ConditionRefused, as for `compile`."""
    # Joined: a set that is only asked about in a column is read by one core, whatever its size.
    writer = Writer(vocabulary=vocabulary, now=now, tz=tz, prefix="t", days=days, joins=[])
    nodes = list(walk(node))
    places = {path: place for place, (path, _) in enumerate(nodes)}
    leaves = [
        f"{writer.condition(one, fields=vocabulary)} AS {_leaf(place)}"
        for place, (_, one) in enumerate(nodes)
        if not children(one)
    ]
    counts = [f"count(*) FILTER (WHERE {_truth(one, path, places)}) AS {_column(places[path])}" for path, one in nodes]
    return Tally(tuple(places), _counted(writer, leaves, counts), writer.params)


def tally_inside(
    node: Node, *, now: datetime, tz: ZoneInfo, vocabulary: Vocabulary = WORDS, days: Days | None = None
) -> tuple[Tally, ...]:
    """The same for what is asked of events and of colleagues, a statement for each sort of row.

    A part of a did's filter counts those who did it at least once as that part alone says; a part about colleagues
    counts the people it holds for themselves.
    """
    found: dict[Vocabulary, dict[str, Node]] = {}
    for words, path, one in _inside(node, "", vocabulary):
        found.setdefault(words, {})[path] = one
    return tuple(_separately(parts, Writer(words, now, tz, "t", days=days, joins=[])) for words, parts in found.items())


def _inside(node: Node, path: str, words: Vocabulary) -> Iterator[tuple[Vocabulary, str, Node]]:
    for at, one in walk(node, path):
        if isinstance(one, Did):
            yield from ((words, place, part) for place, part in _filtered(one, at))
        elif isinstance(one, Account):
            below = f"{at}/account"
            yield from ((words.people, place, part) for place, part in walk(one.node, below))
            yield from _inside(one.node, below, words.people)


def _filtered(did: Did, path: str) -> Iterator[tuple[str, Node]]:
    if did.where:
        for place, part in walk(did.where, f"{path}/where"):
            yield place, Did(did.event, where=part, within=did.within)
    if did.order:
        yield from _filtered(did.order.did, f"{path}/{did.order.relation}")


def _separately(parts: Mapping[str, Node], writer: Writer) -> Tally:
    """Each as a condition of its own."""
    words = writer.vocabulary
    leaves = [f"{writer.condition(one, fields=words)} AS {_leaf(place)}" for place, one in enumerate(parts.values())]
    counts = [f"count(*) FILTER (WHERE {_leaf(place)}) AS {_column(place)}" for place in range(len(leaves))]
    return Tally(tuple(parts), _counted(writer, leaves, counts), writer.params)


def _counted(writer: Writer, leaves: list[str], counts: list[str]) -> str:
    who = writer.vocabulary.audience
    return COUNTED.format(
        counts=", ".join(counts),
        leaves=", ".join(leaves),
        rows=who.rows,
        joins=" ".join(writer.joins or ()),
        standing=who.everybody,
    )


def _truth(node: Node, path: str, places: Mapping[str, int]) -> str:
    below = [_truth(one, at, places) for at, one in steps(node, path)]
    match node:
        case tree.All():
            return "({})".format(" AND ".join(below))
        case tree.Any():
            return "({})".format(" OR ".join(below))
        case tree.Not():
            return f"(NOT {below[0]})"
        case _:
            return _leaf(places[path])


def _leaf(place: int) -> str:
    return f"leaf_{place}"


def _column(place: int) -> str:
    return f"node_{place}"
