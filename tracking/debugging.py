"""What the tag debugger and the list of domains show, ready for their templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import orjson
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from ma_platform.ui import strangers
from tracking.catalogue import WEB, Verdict
from tracking.hosts import is_within, readable
from tracking.models import Domain
from tracking.presentation import reason_text
from tracking.queries import Arrival, Entry, Refused, Sighting
from tracking.refusal_words import refusal_text

PROBLEMS = {
    "no_answer": _("Does not answer on https."),
    "redirects": _("Leads on to another address; add that one."),
    "no_tag": _("The tag is not in the page's HTML. If a tag manager puts it in, its visits below tell."),
    "other_key": _("The page carries a tag with another write key."),
    "not_ours": _("Answers, but not with our tag: the CNAME leads elsewhere."),
}
# What is true of a host, in one word, and its colour.
STATES = {
    "visited": (_("Visits arrive"), "success"),
    "works": (_("Works"), "success"),
    "waiting": (_("Being looked at"), "neutral"),
    "trouble": (_("Worked before, not now"), "warn"),
    "unseen": (_("Not seen yet"), "warn"),
}
FAILING = _("It is looked at every ten minutes, and stays in your tag unless it fails for an hour.")
LOST = _("It failed for over an hour: new copies of the tag use our host until it works again.")
LATE_SECONDS = 60
WAITED = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class DebugRow:
    """An event as it arrived. `notes`: what a marketer should know about it, in words; `raw`: its properties.

    waited: it happened a second or more before; other_day: and not on the day it arrived.
    """

    entry: Entry
    waited: bool
    other_day: bool
    verdict: str
    reasons: str
    visitor: str
    notes: list[str]
    raw: str


@dataclass(frozen=True, slots=True)
class RefusalRow:
    """A post that was not taken. `reason`: a sentence; `place`: the field it is about, or what its reader said."""

    at: datetime
    status: int
    path: str
    reason: str
    place: str
    origin: str


@dataclass(frozen=True, slots=True)
class DomainRow:
    """A host of the workspace with what is known of it. `note` says what is wrong, "" when nothing is."""

    domain: Domain
    name: str
    state: str
    tone: str
    note: str
    visits: int
    counted: int
    seen_at: datetime | None


def debug_rows(arrivals: Sequence[Arrival], sites: Sequence[str]) -> list[DebugRow]:
    """The last to arrive first. `sites`: the workspace's own; with none, no site is strange."""
    return [
        DebugRow(
            one.entry,
            one.entry.received_at - one.entry.at >= WAITED,
            localdate(one.entry.received_at) != localdate(one.entry.at),
            Verdict(one.entry.verdict).name.lower(),
            "; ".join(map(reason_text, one.entry.reasons)),
            one.visitor or "",
            list(_notes(one, sites)),
            _raw(one),
        )
        for one in arrivals
    ]


def _raw(one: Arrival) -> str:
    """The properties as JSON; letters that hide or turn others are spelled out, as a developer wants to see them."""
    written = orjson.dumps(dict(one.entry.props), option=orjson.OPT_INDENT_2).decode()
    return strangers.HIDDEN.sub(lambda letter: f"\\u{ord(letter[0]):04x}", written)


def _notes(one: Arrival, sites: Sequence[str]) -> list[str]:
    entry, notes = one.entry, []
    host = urlsplit(entry.url or "").hostname or ""
    if sites and host and entry.kind == "page" and not is_within(host, list(sites)):
        notes.append(gettext("%(host)s is not one of your sites.") % {"host": readable(host)})
    of_web = entry.event is None or entry.event.stated_by == WEB
    if of_web and entry.visitor_id is None and entry.lead_id is None:
        notes.append(gettext("Counted only: the visitor has not agreed to be recognised."))
    if entry.props.get("consent") == "measure":
        notes.append(gettext("The visitor lets you measure, not personalise."))
    late = (entry.received_at - entry.at).total_seconds()
    if late > LATE_SECONDS:
        notes.append(gettext("Arrived %(minutes)s minutes late.") % {"minutes": round(late / 60)})
    if entry.lead_id is not None:
        notes.append(gettext("Belongs to a known person."))
    return notes


def refusal_rows(refused: Sequence[Refused]) -> list[RefusalRow]:
    """The last posts that were not taken."""
    return [RefusalRow(one.at, one.status, one.path, refusal_text(one), _place(one), one.origin) for one in refused]


def _place(refused: Refused) -> str:
    return refused.place or refused.facts.get("error", "")


def domain_rows(domains: Sequence[Domain], seen: Sequence[Sighting]) -> list[DomainRow]:
    """Each domain with its problem in words and the visits that began on it lately."""
    by_host = {one.host: one for one in seen}
    return [_domain_row(domain, by_host.get(domain.host)) for domain in domains]


def _domain_row(domain: Domain, seen: Sighting | None) -> DomainRow:
    visited = seen is not None and domain.kind == Domain.Kind.SITE
    state = "visited" if visited else _state(domain)
    label, tone = STATES[state]
    note = _problem(domain.problem)
    if visited and note:
        note = gettext("Our own look at its front page from outside: %(problem)s") % {"problem": note}
    elif state == "trouble" and domain.kind == Domain.Kind.TRACKING:
        note = f"{note} {gettext(LOST if domain.lost_at else FAILING)}"
    visits, counted, last_at = (seen.visits, seen.counted, seen.last_at) if seen else (0, 0, None)
    return DomainRow(domain, readable(domain.host), gettext(label), tone, note, visits, counted, last_at)


def _state(domain: Domain) -> str:
    if domain.verified_at is not None:
        return "trouble" if domain.problem else "works"
    return "unseen" if domain.checked_at else "waiting"


def _problem(code: str) -> str:
    if code.startswith("status_"):
        return gettext("Answers with error %(status)s.") % {"status": code.removeprefix("status_")}
    return gettext(PROBLEMS[code]) if code in PROBLEMS else code
