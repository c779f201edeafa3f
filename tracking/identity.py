"""Whose browser is it? Pure rules: sources by strength, and what a new sign of a person does to a binding."""

from __future__ import annotations

from dataclasses import dataclass

from tracking.catalogue import Event

STRENGTH = {"identify": 4, "form": 3, "mail_click": 2, "import": 1}
MOVES = frozenset({"identify", "form"})  # strong enough to take a browser over from somebody else
# Facts that name their person themselves: cutting a browser's binding leaves them where they are.
STATED = [int(event) for event in Event if event.stated_by != "web"]


@dataclass(frozen=True, slots=True)
class Bound:
    """A browser before: whose it is, whether it is a shared device, how many others signed in on it within a day."""

    lead_id: int | None
    shared: bool = False
    others_today: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do. `bind` moves the browser; `attach_past` gives the person its anonymous events; `note` keeps a row."""

    bind: bool
    attach_past: bool = False
    conflict: bool = False
    shared: bool = False
    note: bool = True


def plan(before: Bound, lead_id: int, source: str) -> Plan:
    """plan(Bound(None), 7, "form") == Plan(bind=True, attach_past=True). Raises ValueError for an unknown source."""
    if source not in STRENGTH:
        raise ValueError(f"unknown source of a binding: {source!r}")
    if before.shared and source not in MOVES:
        return Plan(bind=False, conflict=before.lead_id not in (None, lead_id))
    if before.lead_id == lead_id:
        return Plan(bind=False, note=False)
    if before.lead_id is None:
        return Plan(bind=True, attach_past=not before.shared)
    if source in MOVES:
        return Plan(bind=True, conflict=True, shared=before.others_today > 0)
    return Plan(bind=False, conflict=True)
