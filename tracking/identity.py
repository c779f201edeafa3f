"""Whose browser is it? Pure rules: sources by strength, and what a new sign of a person does to a browser.

What an event belongs to follows from the bindings in force alone (`actions/links`), so that undoing one leaves
everything as if it had never been made.
"""

from __future__ import annotations

from dataclasses import dataclass

STRENGTH = {"hand": 5, "identify": 4, "form": 3, "mail_click": 2, "import": 1}
# A person who says who they are, or a member who decided: these take a browser over, whatever bound it before.
MOVES = frozenset({"hand", "identify", "form"})
WEAK = frozenset(STRENGTH) - MOVES  # good for a browser of nobody alone, and not for a shared one
LOGINS = frozenset({"identify"})
ACCOUNT = "user:"  # the key of a "browser" that is an account on the customer's server
CLAIMED = "claimed:"  # the same, said by somebody who cannot prove it


@dataclass(frozen=True, slots=True)
class Bound:
    """A browser before a sign: whose it was at that moment, and what is known of it.

    `others_today`: how many other people logged in on it within a day. `refused`: a member cut this person's binding.
    """

    lead_id: int | None
    shared: bool = False
    others_today: int = 0
    refused: bool = False
    account: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do. `bind` gives the person the browser from now on, `note` keeps a row of the sign.

    `attach_past`: with nobody before them the browser's anonymous past is theirs too. `shared`: this sign shows that
    several people use the browser. `conflict`: somebody should look at it.
    """

    bind: bool
    attach_past: bool = False
    conflict: bool = False
    shared: bool = False
    note: bool = True


NOTHING = Plan(bind=False, note=False)


def plan(before: Bound, lead_id: int, source: str) -> Plan:
    """plan(Bound(None), 7, "form") == Plan(bind=True, attach_past=True). Raises ValueError for an unknown source."""
    if source not in STRENGTH:
        raise ValueError(f"unknown source of a binding: {source!r}")
    if before.lead_id == lead_id:
        return NOTHING
    if before.account:
        return Plan(bind=True, attach_past=before.lead_id is None) if source in LOGINS else NOTHING
    if source not in MOVES:
        return _weak(before)
    shared = source in LOGINS and before.others_today > 0
    past = not (before.shared or shared)
    return Plan(bind=True, attach_past=past, conflict=before.lead_id is not None and source != "hand", shared=shared)


def _weak(before: Bound) -> Plan:
    """A mail click or an import: good for a browser of nobody; never for another's, a shared or a refused one."""
    if before.refused:
        return NOTHING
    if before.lead_id is None and not before.shared:
        return Plan(bind=True, attach_past=True)
    return Plan(bind=False, conflict=before.lead_id is not None)
