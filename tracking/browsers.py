"""Bindings and conflicts in plain words, with the people they are about; templates get them ready."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from ma_platform.ui.slots import Person, people
from tracking.identity import ACCOUNT, CLAIMED, WEAK
from tracking.queries import BindingRow, ConflictRow, VisitorRow

SOURCES = {
    "hand": _("Decided by a member"),
    "identify": _("Signed in on your site"),
    "form": _("Sent a form"),
    "mail_click": _("Clicked a link in a mail"),
    "import": _("Imported"),
}
KINDS = {
    "shared": (_("Shared device"), "warn"),
    "takeover": (_("Changed hands"), "info"),
    "mail": (_("Forwarded mail?"), "neutral"),
}
STORIES = {
    "shared": _("%(person)s signed in within a day of %(other)s. Several people seem to use this browser."),
    "takeover": _(
        "%(person)s gave their own name on %(other)s's browser. Since then its visits belong to %(person)s;"
        " the earlier ones stay with %(other)s."
    ),
    "mail": _(
        "A link in %(person)s's mail was opened on %(other)s's browser. Perhaps the mail was forwarded."
        " The browser stays %(other)s's."
    ),
    "import": _("An import says that %(other)s's browser is %(person)s's. The browser stays %(other)s's."),
}


@dataclass(frozen=True, slots=True)
class Conflict:
    """A conflict as its card shows it; `person` or `other` None: deleted meanwhile."""

    row: ConflictRow
    label: str
    tone: str
    story: str
    person: Person | None
    other: Person | None
    person_name: str
    other_name: str


@dataclass(frozen=True, slots=True)
class Tie:
    """A binding as a list shows it. `state`: current, past, cut or noted."""

    row: BindingRow
    source: str
    state: str
    person: Person | None
    person_name: str
    heir_name: str


@dataclass(frozen=True, slots=True)
class Sharing:
    """Whether several people use a browser, and what a member's word on it would change. `may_be`: an account cannot.

    `weak`, `weak_events`: bindings by mail clicks and imports, and their events; `undone`: those the mark undid.
    """

    may_be: bool
    shared: bool
    marked: bool
    weak: int
    weak_events: int
    undone: int


def sharing_of(visitor: VisitorRow, rows: Sequence[BindingRow]) -> Sharing:
    """`rows`: the browser's bindings, those that were undone included."""
    weak = [row for row in rows if row.in_force and row.source in WEAK]
    undone = [row for row in rows if row.took and row.undone_at and row.undone_at == visitor.marked_at]
    return Sharing(
        not visitor.key.startswith((ACCOUNT, CLAIMED)),
        visitor.shared,
        visitor.marked_at is not None,
        len(weak),
        sum(row.events for row in weak),
        len(undone),
    )


def conflict_cards(rows: Sequence[ConflictRow]) -> list[Conflict]:
    """Conflicts with both people, in the reader's language. One query for the names."""
    known = people({number for row in rows for number in (row.lead_id, row.other_lead_id)})
    return [_card(row, known) for row in rows]


def _card(row: ConflictRow, known: dict[int, Person]) -> Conflict:
    kind = "shared" if row.shares else "takeover" if row.took else "mail"
    label, tone = KINDS[kind]
    person, other = known.get(row.lead_id), known.get(row.other_lead_id or 0)
    names = {"person": name_of(person), "other": name_of(other)}
    story = STORIES["import" if row.source == "import" else kind]
    return Conflict(
        row,
        gettext(label),
        tone,
        gettext(story) % names,
        person,
        other,
        names["person"],
        names["other"],
    )


def ties(rows: Sequence[BindingRow]) -> list[Tie]:
    """Bindings with their people, in the reader's language. One query for the names."""
    known = people({number for row in rows for number in (row.lead_id, row.heir)})
    return [
        Tie(
            row,
            source_label(row.source),
            _state(row),
            known.get(row.lead_id),
            name_of(known.get(row.lead_id)),
            name_of(known.get(row.heir)) if row.heir else "",
        )
        for row in rows
    ]


def _state(row: BindingRow) -> str:
    if row.undone_at is not None:
        return "cut"
    return "current" if row.took else "noted"


def source_label(source: str) -> str:
    """source_label("form") == "Sent a form" in English."""
    return gettext(SOURCES[source]) if source in SOURCES else source


def name_of(person: Person | None) -> str:
    return person.name if person else gettext("a deleted person")
