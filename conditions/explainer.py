"""Why a lead is in or out: every node of the tree as a boolean column, from the same compiler."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from conditions.sentences import describe
from conditions.tree import Node, children
from conditions.vocabulary import WORDS, Vocabulary
from conditions.writer import Writer


@dataclass(frozen=True)
class Verdict:
    """One node, whether it holds for this lead, and the nodes below. A did's `where` has no verdict of its own."""

    node: Node
    result: bool
    children: tuple[Verdict, ...]

    def as_json(self, *, locale: str, vocabulary: Vocabulary = WORDS) -> dict[str, Any]:
        """`{"sentence", "result", "children": […]}`."""
        return {
            "sentence": describe(self.node, locale=locale, vocabulary=vocabulary),
            "result": self.result,
            "children": [child.as_json(locale=locale, vocabulary=vocabulary) for child in self.children],
        }


@dataclass(frozen=True)
class Explained:
    """`SELECT lead.id, {select} FROM leads_lead AS lead …`, one boolean column per node in reading order.

    Over visitors: `SELECT visitor.id, {select} FROM ` and `VISITORS.rows`.
    """

    node: Node
    columns: tuple[str, ...]
    select: str
    params: dict[str, Any]  # Any: whatever the driver adapts

    def verdict(self, row: Mapping[str, Any]) -> Verdict:
        """The tree with results, from one row by column name."""
        results = iter([bool(row[column]) for column in self.columns])
        return _verdict(self.node, results)


def explain(  # same words as compile
    node: Node,
    *,
    now: datetime,
    tz: ZoneInfo,
    vocabulary: Vocabulary = WORDS,
    among: str | None = None,
    prefix: str = "c",
) -> Explained:
    """As `compile`, for each node of the tree."""
    writer = Writer(vocabulary=vocabulary, now=now, tz=tz, prefix=prefix, among=among)
    tests = [writer.condition(each, fields=vocabulary) for each in _walk(node)]
    columns = tuple(f"{prefix}_node_{place}" for place in range(len(tests)))
    select = ", ".join(f"{test} AS {column}" for test, column in zip(tests, columns, strict=True))
    return Explained(node, columns, select, writer.params)


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in children(node):
        yield from _walk(child)


def _verdict(node: Node, results: Iterator[bool]) -> Verdict:
    result = next(results)
    return Verdict(node, result, tuple(_verdict(child, results) for child in children(node)))
