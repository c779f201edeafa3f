"""What a condition depends on: whose change can change its answer."""

from __future__ import annotations

from dataclasses import dataclass, field

from conditions.operators import OPERATORS
from conditions.times import Period
from conditions.tree import Account, Did, Member, Node, Test, walk
from conditions.vocabulary import WORDS, Vocabulary


@dataclass(frozen=True)
class Refs:
    """Keys and ids named anywhere in the tree. clock: time alone can change the answer, without any new fact.

    account: colleagues are asked about, so what one does may change the answer of every other of the company.
    """

    fields: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    event_fields: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    flows: frozenset[str] = frozenset()
    clock: bool = False
    account: bool = False


@dataclass
class _Found:
    fields: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)
    event_fields: set[str] = field(default_factory=set)
    members: set[tuple[str, str]] = field(default_factory=set)
    clock: bool = False
    account: bool = False

    def of(self, kind: str) -> frozenset[str]:
        return frozenset(identity for of, identity in self.members if of == kind)


def refs(node: Node, *, vocabulary: Vocabulary = WORDS) -> Refs:
    """Everything a lead condition reads."""
    found = _Found()
    _read(node, found, found.fields)
    found.clock = found.clock or any(vocabulary.ticking(key) for key in found.fields)
    return Refs(
        fields=frozenset(found.fields),
        events=frozenset(found.events),
        event_fields=frozenset(found.event_fields),
        segments=found.of("segment"),
        flows=found.of("flow"),
        clock=found.clock,
        account=found.account,
    )


def _read(node: Node, found: _Found, names: set[str]) -> None:
    for _, each in walk(node):
        match each:
            case Test():
                names.add(each.field)
                found.clock = found.clock or OPERATORS[each.op].clock or isinstance(each.value, Period)
            case Did():
                _read_did(each, found)
            case Member():
                found.members.add((each.of, each.id))
            case Account(node):
                found.account = True
                _read(node, found, found.fields)


def _read_did(did: Did, found: _Found) -> None:
    found.events.add(did.event)
    found.clock = found.clock or did.within is not None
    if did.sum:
        found.event_fields.add(did.sum)
    if did.where:
        _read(did.where, found, found.event_fields)
    if did.order:
        _read_did(did.order.did, found)
