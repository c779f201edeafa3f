"""Lines of the audit log as people read them: who, what, about what, with the facts in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from ma_platform.audit import sentences
from ma_platform.audit.models import AuditEntry
from ma_platform.audit.naming import Named, kind_of, named, word_of
from ma_platform.tenancy.models import ApiKey
from ma_platform.tenancy.queries import members

LONGEST = 800  # characters of one fact: a key may be granted everything


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One line. who: a member's name, a key's, or the product; about: the thing, "" for none; gone: it is no more."""

    entry: AuditEntry
    who: str
    what: str
    kind: str
    about: Named
    gone: bool
    details: list[tuple[str, str]]


def read_lines(entries: Sequence[AuditEntry], people: Mapping[str, str]) -> list[ReadLine]:
    """Ready for a page: one query for each kind of thing on it. people: `actors()`."""
    things = (one for entry in entries for one in (entry.subject, *_referred(entry.facts, *sentences.REFERENCES)))
    names = named({one for one in things if one})
    return [_read(entry, names, people) for entry in entries]


def actors() -> dict[str, str]:
    """Who may have acted, by what the log keeps of them: the product, members by address, keys by public id.

    Two queries.
    """
    found = {"": _("The system")}
    found |= {member.user.email: str(member.user) for member in members()}
    keys = ApiKey.objects.order_by("pk").values_list("public_id", "name")
    return found | {public_id: _("API key “%(name)s”") % {"name": name} for public_id, name in keys}


def _read(entry: AuditEntry, names: Mapping[str, Named], people: Mapping[str, str]) -> ReadLine:
    kind = sentences.kind_label(kind_of(entry.subject))
    about = names.get(entry.subject)
    return ReadLine(
        entry,
        who=people.get(entry.actor, entry.actor),
        what=sentences.sentence(entry.verb),
        kind=kind,
        about=about or Named(kind),
        gone=about is None,
        details=[*_facts(entry.facts), *_others(entry.facts, names)],
    )


def _facts(facts: Mapping[str, object]) -> list[tuple[str, str]]:
    shown = [(str(label), _text(fact, facts[fact])) for fact, label in sentences.FACTS.items() if fact in facts]
    return [(label, text[:LONGEST]) for label, text in shown if text]


def _others(facts: Mapping[str, object], names: Mapping[str, Named]) -> list[tuple[str, str]]:
    """Other things the line names; those that are gone are left out."""
    told = [(label, _referred(facts, fact)) for fact, label in sentences.REFERENCES.items() if fact in facts]
    found = [(label, ", ".join(names[one].text for one in things if one in names)) for label, things in told]
    return [(str(label), text[:LONGEST]) for label, text in found if text]


def _referred(facts: Mapping[str, object], *of: str) -> list[str]:
    """What those of the facts refer to: each to one thing or to a list of them."""
    values = (facts.get(fact) for fact in of)
    return [str(one) for value in values if value for one in (value if isinstance(value, list) else [value])]


def _text(fact: str, value: object) -> str:
    if isinstance(value, bool):
        return sentences.truth(value)
    if isinstance(value, list):
        return ", ".join(_text(fact, one) for one in value)
    return word_of(fact, str(value)) if isinstance(value, str | int) else ""


def csv_row(line: ReadLine, at: Callable[[datetime], str]) -> list[str]:
    """The line as cells under `CSV_TITLES`."""
    entry = line.entry
    details = "; ".join(f"{label}: {text}" for label, text in line.details)
    return [at(entry.at), entry.actor, line.who, entry.verb, line.what, entry.subject, line.about.text, details]


def csv_titles() -> list[str]:
    """Of the columns of the file."""
    return [
        _("Time"),
        _("Address or key"),
        _("Done by"),
        _("Action code"),
        _("What was done"),
        "ID",
        _("Done to"),
        _("Details"),
    ]


def cut_short() -> str:
    """What the last line of an unfinished file says."""
    return _("The file breaks off here. Download it again.")
