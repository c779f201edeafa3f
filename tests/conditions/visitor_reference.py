"""The conditions judged over browsers, the slow and obvious way: a browser's own words, else its person's, if any."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.conditions.reference import (
    NEGATIVES,
    Document,
    World,
    combined,
    did,
    lead_value,
    of_company,
    present,
    tested,
)
from tests.conditions.scratch import Lead, Visitor


def holds_for_visitor(document: Document, visitor: Visitor, world: World) -> bool:
    if "event" in document:
        return did(document, doer(visitor), by_browser(world))
    if "account" in document:
        return visitor.lead is not None and of_company(document["account"], visitor.lead, world)
    if "segment" in document:
        return visitor.lead is not None and visitor.lead.id == 1
    if "field" in document:
        return judged(document, visitor, world)
    return combined(document, lambda each: holds_for_visitor(each, visitor, world), lambda key: None, world)


def judged(document: Document, visitor: Visitor, world: World) -> bool:
    key = document["field"]
    if key.startswith("visitor."):
        return tested(document, own_value(key.removeprefix("visitor."), visitor), world)
    if visitor.lead is not None:
        return tested(document, lead_value(key, visitor.lead), world)
    if document["op"] in NEGATIVES:
        return bool(document.get("unknown", False))
    return bool(document["op"] == "is_not_set")


def own_value(name: str, visitor: Visitor) -> Any:
    return visitor.lead is not None if name == "known" else present(getattr(visitor, name))


def doer(visitor: Visitor) -> Lead:
    """Whoever it is: what it did is looked up by the browser."""
    return Lead(id=visitor.id, created_at=visitor.first_seen_at)


def by_browser(world: World) -> World:
    return replace(world, events=[replace(event, lead_id=event.visitor_id) for event in world.events])
