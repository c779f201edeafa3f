"""Whom a condition is asked of, people or browsers: what the database answers, and what the obvious reading does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck

from conditions import LEADS, VISITORS, Audience, Vocabulary, compile, explain, parse
from tests.conditions.random_trees import NOW, TOKYO
from tests.conditions.reference import World, holds
from tests.conditions.scratch import TENANT, found_among
from tests.conditions.visitor_reference import holds_for_visitor
from tests.conditions.words import VISITOR_WORDS, WORDS

SHARED: dict[str, Any] = {  # of every comparison with the reference
    "suppress_health_check": [HealthCheck.function_scoped_fixture],
    "deadline": None,
    "derandomize": True,
}


@dataclass(frozen=True)
class Subject:
    """`holds(document, one, world)` is the obvious reading."""

    alias: str
    audience: Audience
    words: Vocabulary
    holds: Callable[[Any, Any, World], bool]

    def answer(self, cursor: Any, document: Any, **params: object) -> set[int]:
        """Ids the database finds; with one array parameter, among those alone."""
        node, among = parse(document, vocabulary=self.words), next(iter(params), None)
        compiled = compile(node, vocabulary=self.words, now=NOW, tz=TOKYO, among=among)
        return found_among(cursor, self.alias, self.audience.rows, compiled, **params)

    def expected(self, document: Any, rows: Sequence[Any], world: World) -> set[int]:
        """Ids the obvious reading finds."""
        return {one.id for one in rows if _stands(one) and self.holds(document, one, world)}

    def told(self, cursor: Any, document: Any) -> list[Any]:
        """Every node's answer about number 1, as the database explains it: [result, [of a child, …], …]."""
        node = parse(document, vocabulary=self.words)
        explained = explain(node, vocabulary=self.words, now=NOW, tz=TOKYO)
        cursor.execute(
            f"SELECT {explained.select} FROM {self.audience.rows} WHERE {self.alias}.id = 1",
            {**explained.params, "tenant_id": TENANT},
        )
        row = dict(zip(explained.columns, cursor.fetchone(), strict=True))
        return _results(explained.verdict(row).as_json(locale="ja", vocabulary=self.words))

    def reading(self, document: dict[str, Any], one: Any, world: World) -> list[Any]:
        """Every node's answer about `one` by the obvious reading, in the shape of `told`."""
        below = document.get("all") or document.get("any") or ([document["not"]] if "not" in document else [])
        return [self.holds(document, one, world), *(self.reading(each, one, world) for each in below)]


def _stands(one: Any) -> bool:
    """A person merged into another is nobody; every browser is one."""
    return getattr(one, "merged_into_id", None) is None


def _results(told: dict[str, Any]) -> list[Any]:
    return [told["result"], *map(_results, told["children"])]


PEOPLE = Subject("lead", LEADS, WORDS, holds)
BROWSERS = Subject("visitor", VISITORS, VISITOR_WORDS, holds_for_visitor)
