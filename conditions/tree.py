"""The condition as a value: frozen, hashable, parsed. Says nothing of JSON or SQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from conditions.times import Duration, Period

Scalar = str | int | float | bool | date | datetime | Period | Duration
Value = Scalar | tuple[Scalar, ...] | None


@dataclass(frozen=True, slots=True)
class All:
    """True when every node is true. Never empty."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """True when at least one node is true. Never empty."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """True when the node is false: leaves are never unknown, so this is plain negation."""

    node: Node


@dataclass(frozen=True, slots=True)
class Test:
    """One field compared with a value. `unknown` (negative operators only) also takes rows without a value."""

    __test__: ClassVar[bool] = False  # pytest collects by name

    field: str
    op: str
    value: Value = None
    unknown: bool = False
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """How often, or how much when the did sums a property: `op` is eq, lt, lte, gt or gte."""

    op: str = "gte"
    value: int | float = 1


@dataclass(frozen=True, slots=True)
class Order:
    """after: later than some event of `did`; before: earlier than one; at the same instant is neither. around: at most
    `distance` from another one, either way. distance: how far from that event at most; None: however far.
    """

    relation: str
    did: Did
    distance: Duration | None = None


@dataclass(frozen=True, slots=True)
class Did:
    """Events of one name by the lead. `where`, `within` and `order` narrow one set of events, which `count` judges."""

    event: str
    where: Node | None = None
    count: Count = Count()
    within: Duration | None = None
    sum: str | None = None
    order: Order | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """The lead is in a segment (`state` is None), or stands in `state` of a flow.

    waiting_at names a `step`; ended may name the `reason` the latest run ended for.
    """

    of: str
    id: str
    state: str | None = None
    step: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody of the lead's company is so, the lead included. Of a lead without a company, nobody is.

    `node` is about people even where the tree around it is about browsers.
    """

    node: Node


Node = All | Any | Not | Test | Did | Member | Account


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below that are judged on the same row: not a did's `where`, nor what an account asks."""
    match node:
        case All(nodes) | Any(nodes):
            return nodes
        case Not(inner):
            return (inner,)
        case _:
            return ()


def steps(node: Node, path: str = "") -> Iterator[tuple[str, Node]]:
    """The nodes of `children` with their places in the document, `path` being the node's own."""
    name = {All: "/all/{}", Any: "/any/{}", Not: "/not"}.get(type(node), "")
    for place, child in enumerate(children(node)):
        yield path + name.format(place), child


def walk(node: Node, path: str = "") -> Iterator[tuple[str, Node]]:
    """Every node judged on the same row in reading order, with its place in the document (`/all/0/not`)."""
    yield path, node
    for place, child in steps(node, path):
        yield from walk(child, place)
