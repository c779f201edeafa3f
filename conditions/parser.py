"""JSON to tree. Everything is checked here, once: keys, fields, operators, values, depth and size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from conditions.kinds import TEXTS, Kind
from conditions.operators import OPERATORS, Operator, Shape
from conditions.refused import ConditionRefused
from conditions.times import Duration
from conditions.tree import Account, All, Any, Count, Did, Member, Node, Not, Order, Test, Value
from conditions.values import Place, read_duration, read_number, read_text, read_value
from conditions.vocabulary import WORDS, Field, Fields, Vocabulary
from conditions.writer import COMPARE

MAX_DEPTH = 8
MAX_NODES = 100
MAX_COUNT = 1_000_000_000
MAX_KEY = 200
FLOW_STATES = ("in", "never", "ended", "waiting_at")
ORDERS = ("after", "before", "around")

Document = Mapping[str, object]


def parse(document: object, *, vocabulary: Vocabulary = WORDS, at: str = "") -> Node:
    """A condition over leads, from decoded JSON. `at` is its own path when it is a part of a bigger document.

    Raises ConditionRefused, whose `path` points at the bad part: `/all/1/value`.
    """
    return _Parser(vocabulary, vocabulary).node(document, at, 1)


def parse_where(document: object, *, vocabulary: Vocabulary = WORDS, at: str = "") -> Node:
    """A condition over one event (a did's `where`): fields of the event words, no did, no memberships."""
    return _Parser(vocabulary, vocabulary.events.fields, where=True).node(document, at, 1)


@dataclass
class _Parser:
    vocabulary: Vocabulary
    fields: Fields
    where: bool = False
    nodes: int = 0

    def node(self, raw: object, path: str, depth: int) -> Node:
        document = _object(raw, path)
        self.nodes += 1
        if depth > MAX_DEPTH:
            raise ConditionRefused("too_deep", path=path, limit=MAX_DEPTH)
        if self.nodes > MAX_NODES:
            raise ConditionRefused("too_many", path=path, limit=MAX_NODES)
        named = [key for key in READERS if key in document]
        if len(named) != 1:
            raise ConditionRefused("one_of", path=path)
        if self.where and named[0] in ("event", "segment", "flow", "account"):
            raise ConditionRefused("where_only", path=f"{path}/{named[0]}")
        return READERS[named[0]](self, document, path, depth)

    def all_of(self, document: Document, path: str, depth: int) -> Node:
        return All(self._nodes(document, "all", path, depth))

    def any_of(self, document: Document, path: str, depth: int) -> Node:
        return Any(self._nodes(document, "any", path, depth))

    def negated(self, document: Document, path: str, depth: int) -> Node:
        _only(document, path, "not")
        return Not(self.node(document["not"], f"{path}/not", depth + 1))

    def account(self, document: Document, path: str, depth: int) -> Node:
        """Colleagues are people, whoever the condition is about."""
        _only(document, path, "account")
        inner = _Parser(self.vocabulary.people, self.vocabulary.people, nodes=self.nodes)
        node = inner.node(document["account"], f"{path}/account", depth + 1)
        self.nodes = inner.nodes
        return Account(node)

    def _nodes(self, document: Document, key: str, path: str, depth: int) -> tuple[Node, ...]:
        _only(document, path, key)
        listed, path = document[key], f"{path}/{key}"
        if not isinstance(listed, list):
            raise ConditionRefused("shape", path=path, expected="a list")
        if not listed:
            raise ConditionRefused("empty", path=path)
        return tuple(self.node(each, f"{path}/{index}", depth + 1) for index, each in enumerate(listed))

    # Tests

    def test(self, document: Document, path: str, depth: int) -> Node:
        _only(document, path, "field", "op", "value", "unknown", "exact")
        key = read_text(document["field"], path=f"{path}/field", limit=MAX_KEY)
        one = self.fields.find(key)
        if one is None:
            raise ConditionRefused("unknown_field", path=f"{path}/field", key=key)
        row = _operator(document, path)
        if one.kind not in row.kinds:
            raise ConditionRefused("op_kind", path=f"{path}/op", op=row.key, field=key)
        value = _value(document, Place(one, row, f"{path}/value"), path)
        unknown, exact = (_flag(document, name, path) for name in ("unknown", "exact"))
        if unknown and not row.negative:
            raise ConditionRefused("unknown_place", path=f"{path}/unknown")
        if exact and not _is_text(one, value):
            raise ConditionRefused("exact_place", path=f"{path}/exact")
        return Test(key, row.key, value, unknown=unknown, exact=exact)

    # Events

    def did(self, document: Document, path: str, depth: int) -> Node:
        _only(document, path, "event", "where", "count", "within", "sum", *ORDERS)
        summed = self._sum(document, path)
        whole = summed is None or self.vocabulary.events.totals.find(summed) is not None
        return Did(
            event=self._event(document, path),
            where=self._where(document, path, depth),
            count=_count(document, path, whole=whole),
            within=_within(document, path),
            sum=summed,
            order=self._order(document, path, depth),
        )

    def _event(self, document: Document, path: str) -> str:
        key = read_text(document["event"], path=f"{path}/event", limit=MAX_KEY)
        if self.vocabulary.events.find(key) is None:
            raise ConditionRefused("unknown_event", path=f"{path}/event", key=key)
        return key

    def _where(self, document: Document, path: str, depth: int) -> Node | None:
        if "where" not in document:
            return None
        inner = _Parser(self.vocabulary, self.vocabulary.events.fields, where=True, nodes=self.nodes)
        node = inner.node(document["where"], f"{path}/where", depth + 1)
        self.nodes = inner.nodes
        return node

    def _sum(self, document: Document, path: str) -> str | None:
        if "sum" not in document:
            return None
        key = read_text(document["sum"], path=f"{path}/sum", limit=MAX_KEY)
        one = self.vocabulary.events.summed(key)
        if one is None:
            raise ConditionRefused("unknown_field", path=f"{path}/sum", key=key)
        if one.kind not in (Kind.NUMBER, Kind.ANY) or (one.through and not one.sum_sql):
            raise ConditionRefused("not_countable", path=f"{path}/sum", key=key)
        return key

    def _order(self, document: Document, path: str, depth: int) -> Order | None:
        named = [relation for relation in ORDERS if relation in document]
        if not named:
            return None
        if len(named) > 1:
            raise ConditionRefused("unknown_key", path=f"{path}/{named[1]}", key=named[1])
        relation, path = named[0], f"{path}/{named[0]}"
        inner = _object(document[relation], path)
        _only(inner, path, "event", "where", "within", "distance", *ORDERS)
        if relation == "around" and "distance" not in inner:
            raise ConditionRefused("missing_key", path=path, key="distance")
        distance = read_duration(inner["distance"], path=f"{path}/distance") if "distance" in inner else None
        other = {key: value for key, value in inner.items() if key != "distance"}
        return Order(relation, cast("Did", self.node(other, path, depth + 1)), distance)

    # Memberships

    def segment(self, document: Document, path: str, depth: int) -> Node:
        _only(document, path, "segment")
        return Member("segment", read_text(document["segment"], path=f"{path}/segment", limit=MAX_KEY))

    def flow(self, document: Document, path: str, depth: int) -> Node:
        _only(document, path, "flow", "state", "step", "reason")
        flow = read_text(document["flow"], path=f"{path}/flow", limit=MAX_KEY)
        state = document.get("state")
        if state not in FLOW_STATES:
            raise ConditionRefused("shape", path=f"{path}/state", expected=", ".join(FLOW_STATES))
        if (state == "waiting_at") != ("step" in document):
            raise ConditionRefused(
                "missing_key" if state == "waiting_at" else "unknown_key", path=f"{path}/step", key="step"
            )
        if state != "ended" and "reason" in document:
            raise ConditionRefused("unknown_key", path=f"{path}/reason", key="reason")
        named = {
            key: read_text(document[key], path=f"{path}/{key}", limit=MAX_KEY)
            for key in ("step", "reason")
            if key in document
        }
        return Member("flow", flow, state=state, **named)


READERS: Mapping[str, Callable[[_Parser, Document, str, int], Node]] = {
    "all": _Parser.all_of,
    "any": _Parser.any_of,
    "not": _Parser.negated,
    "field": _Parser.test,
    "event": _Parser.did,
    "segment": _Parser.segment,
    "flow": _Parser.flow,
    "account": _Parser.account,
}


def _object(raw: object, path: str) -> Document:
    if not isinstance(raw, dict):
        raise ConditionRefused("shape", path=path, expected="an object")
    return raw


def _only(document: Document, path: str, *keys: str) -> None:
    for key in document:
        if key not in keys:
            raise ConditionRefused("unknown_key", path=f"{path}/{key}", key=key)


def _operator(document: Document, path: str) -> Operator:
    if "op" not in document:
        raise ConditionRefused("missing_key", path=path, key="op")
    key = read_text(document["op"], path=f"{path}/op", limit=MAX_KEY)
    if key not in OPERATORS:
        raise ConditionRefused("unknown_op", path=f"{path}/op", key=key)
    return OPERATORS[key]


def _value(document: Document, place: Place, path: str) -> Value:
    if place.row.shape is Shape.NONE:
        if "value" in document:
            raise place.refuse("unknown_key", key="value")
        return None
    if "value" not in document:
        raise ConditionRefused("missing_key", path=path, key="value")
    return read_value(document["value"], place)


def _flag(document: Document, name: str, path: str) -> bool:
    flag = document.get(name, False)
    if not isinstance(flag, bool):
        raise ConditionRefused("shape", path=f"{path}/{name}", expected="true or false")
    return flag


def _is_text(one: Field, value: Value) -> bool:
    sample = value[0] if isinstance(value, tuple) else value
    return one.kind in TEXTS | {Kind.SET, Kind.ANY} and isinstance(sample, str)


def _within(document: Document, path: str) -> Duration | None:
    return read_duration(document["within"], path=f"{path}/within") if "within" in document else None


def _count(document: Document, path: str, *, whole: bool) -> Count:
    """How many, from 0; or, of a sum, how much."""
    if "count" not in document:
        return Count()
    path = f"{path}/count"
    count = _object(document["count"], path)
    _only(count, path, "op", "value")
    for key in ("op", "value"):
        if key not in count:
            raise ConditionRefused("missing_key", path=path, key=key)
    op = read_text(count["op"], path=f"{path}/op", limit=MAX_KEY)
    if op not in COMPARE:
        raise ConditionRefused("shape", path=f"{path}/op", expected=", ".join(COMPARE))
    value = read_number(count["value"], path=f"{path}/value")
    if whole and (isinstance(value, float) or not 0 <= value <= MAX_COUNT):
        raise ConditionRefused("shape", path=f"{path}/value", expected="a whole number from 0")
    return Count(op, value)
