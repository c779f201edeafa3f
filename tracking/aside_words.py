"""What the page of lines set aside shows: why, of what, and an excerpt without anything personal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from ma_platform.ui import strangers
from tracking.catalogue import BY_NUMBER
from tracking.models import Rejected
from tracking.queries import SetAside
from tracking.set_aside import excerpt, masked, read

Kind = Rejected.Kind
# Each kind in a few words, and what to do about it.
KINDS = {
    Kind.NAMES: (
        _("Too many event names of your own"),
        _("Free a name or have the limit raised, then put these back."),
    ),
    Kind.TIME: (_("A time no event can have"), _("Mend the clock or the format of the sender.")),
    Kind.VALUE: (_("A value its field cannot hold"), _("Mend the sender; the message says which field.")),
    Kind.DAMAGED: (_("A damaged line"), _("Nothing to mend in your site: tell whoever runs the service.")),
}
TOLD = 200  # characters of what the database said


@dataclass(frozen=True, slots=True)
class AsideRow:
    """A line ready to be shown; all of it is a stranger's text but `reason`."""

    public_id: str
    at: datetime
    reason: str
    told: str
    event: str
    source: str
    excerpt: str
    asked: bool
    tried_at: datetime | None


def aside_rows(lines: Sequence[SetAside]) -> list[AsideRow]:
    """In the order given."""
    return [_row(line) for line in lines]


def kind_choices(counts: Mapping[str, int]) -> list[tuple[str, str]]:
    """The kinds there are lines of, with how many."""
    return [(kind, f"{gettext(KINDS[kind][0])} ({counts[kind]})") for kind in KINDS if counts.get(kind)]


def kind_advice(kind: str) -> str:
    """What to do about a kind; "" for none."""
    return gettext(KINDS[Kind(kind)][1]) if kind in Kind.values else ""


def _row(line: SetAside) -> AsideRow:
    found = read(line.line)
    return AsideRow(
        line.public_id,
        line.at,
        gettext(KINDS[Kind(line.kind)][0]),
        "" if line.kind == Kind.NAMES else masked(line.reason)[:TOLD],
        _event(found),
        _source(found),
        strangers.HIDDEN.sub(lambda letter: f"\\u{ord(letter[0]):04x}", excerpt(line.line, found)),
        line.asked_at is not None,
        line.tried_at,
    )


def _event(found: Mapping[str, str | None] | None) -> str:
    if found is None:
        return ""
    name = found["name"] or ""
    known = BY_NUMBER.get(int(name)) if name.isdecimal() and len(name) < 6 else None
    return gettext(known.label) if known else masked(found["custom"] or "")


def _source(found: Mapping[str, str | None] | None) -> str:
    """The site, else the program that sent it."""
    return masked((found["host"] or found["agent"] or "")[:200]) if found else ""
