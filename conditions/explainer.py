"""Why a lead is in or out: every node of the tree with its answer, what was found, and when time may change it.

All of it comes from the compiler that answers the condition itself: one boolean column per node, and per leaf the value
it looked at and the next moment at which it can change without any new fact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from conditions.finding import found_sql, found_value, wanted_value
from conditions.moments import Moments
from conditions.sentences import describe
from conditions.tree import Node, children, steps, walk
from conditions.vocabulary import WORDS, Vocabulary
from conditions.writer import Writer, named_array

SHOWN = "%Y-%m-%d %H:%M"
Row = Mapping[str, Any]  # Any: column types are the statement's business


@dataclass(frozen=True)
class Verdict:
    """One node, whether it holds for this lead, and the nodes below. A did's `where` has no verdict of its own.

    found: the value a leaf looked at, as text; a count or sum for events. None: no value, or a group.
    changes_at: until then time alone does not change the answer; None: it never does.
    """

    node: Node
    path: str
    result: bool
    found: str | None
    changes_at: datetime | None
    children: tuple[Verdict, ...]

    def as_json(self, *, locale: str, vocabulary: Vocabulary = WORDS, tz: tzinfo = UTC) -> dict[str, Any]:
        """`{"path", "sentence", "result", "found", "wanted", "changes_at", "children": […]}`, times in `tz`."""
        return {
            "path": self.path,
            "sentence": describe(self.node, locale=locale, vocabulary=vocabulary),
            "result": self.result,
            "found": found_value(self.node, self.found, locale=locale, vocabulary=vocabulary),
            "wanted": wanted_value(self.node, locale=locale, vocabulary=vocabulary),
            "changes_at": None if self.changes_at is None else self.changes_at.astimezone(tz).strftime(SHOWN),
            "children": [child.as_json(locale=locale, vocabulary=vocabulary, tz=tz) for child in self.children],
        }


@dataclass(frozen=True)
class Explained:
    """`SELECT lead.id, {select} FROM leads_lead AS lead …`: every column named in `columns`, in order.

    Over visitors: `SELECT visitor.id, {select} FROM ` and `VISITORS.rows`.
    """

    node: Node
    columns: tuple[str, ...]
    select: str
    params: dict[str, Any]  # Any: whatever the driver adapts
    prefix: str

    def verdict(self, row: Row) -> Verdict:
        """The tree with results, from one row by column name."""
        places = {path: place for place, (path, _) in enumerate(walk(self.node))}
        return _Reader(row, self.prefix, places).verdict(self.node, "")


def explain(  # same words as compile
    node: Node,
    *,
    now: datetime,
    tz: ZoneInfo,
    vocabulary: Vocabulary = WORDS,
    among: str | None = None,
    prefix: str = "c",
) -> Explained:
    """As `compile`, for each node of the tree. With `among` for a few: each leaf's value is looked up by itself."""
    writer = Writer(vocabulary=vocabulary, now=now, tz=tz, prefix=prefix, among=named_array(among))
    told: dict[str, str] = {}
    for place, (_, one) in enumerate(walk(node)):
        column = f"{prefix}_node_{place}"
        told[column] = writer.condition(one, fields=vocabulary)
        if not children(one):
            told[f"{column}_found"] = found_sql(one, writer)
            told[f"{column}_due"] = Moments(writer).of(one)
    select = ", ".join(f"{test} AS {column}" for column, test in told.items())
    return Explained(node, tuple(told), select, writer.params, prefix)


@dataclass(frozen=True)
class _Reader:
    row: Row
    prefix: str
    places: Mapping[str, int]

    def verdict(self, node: Node, path: str) -> Verdict:
        column = f"{self.prefix}_node_{self.places[path]}"
        below = tuple(self.verdict(one, at) for at, one in steps(node, path))
        dues = [child.changes_at for child in below if child.changes_at] if below else [self.row[f"{column}_due"]]
        return Verdict(
            node=node,
            path=path,
            result=bool(self.row[column]),
            found=None if below else self.row[f"{column}_found"],
            changes_at=min((due for due in dues if due), default=None),
            children=below,
        )
