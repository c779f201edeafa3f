"""How many rows every node of a tree holds for, in one pass over the audience."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from conditions import tree
from conditions.rolled import Days
from conditions.tree import Node, children, steps, walk
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
    joins: list[str] = []  # a set that is only asked about in a column is read by one core, whatever its size
    writer = Writer(vocabulary=vocabulary, now=now, tz=tz, prefix="t", days=days, joins=joins)
    nodes = list(walk(node))
    places = {path: place for place, (path, _) in enumerate(nodes)}
    leaves = [
        f"{writer.condition(one, fields=vocabulary)} AS {_leaf(place)}"
        for place, (_, one) in enumerate(nodes)
        if not children(one)
    ]
    counts = [f"count(*) FILTER (WHERE {_truth(one, path, places)}) AS {_column(places[path])}" for path, one in nodes]
    sql = COUNTED.format(
        counts=", ".join(counts),
        leaves=", ".join(leaves),
        rows=vocabulary.audience.rows,
        joins=" ".join(joins),
        standing=vocabulary.audience.everybody,
    )
    return Tally(tuple(places), sql, writer.params)


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
