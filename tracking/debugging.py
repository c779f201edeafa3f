"""What the tag debugger and the list of domains show, ready for their templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import orjson
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from tracking.catalogue import Verdict
from tracking.hosts import is_within, readable
from tracking.models import Domain
from tracking.presentation import reason_text
from tracking.queries import Arrival, Entry, Refused, Sighting

PROBLEMS = {
    "no_answer": _("Does not answer on https."),
    "redirects": _("Leads on to another address; add that one."),
    "no_tag": _("The tag is not in the page's HTML. If a tag manager puts it in, its visits below tell."),
    "other_key": _("The page carries a tag with another write key."),
    "not_ours": _("Answers, but not with our tag: the CNAME leads elsewhere."),
}
LATE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class DebugRow:
    """An event as it arrived. `notes`: what a marketer should know about it, in words; `raw`: its properties."""

    entry: Entry
    verdict: str
    reasons: str
    visitor: str
    notes: list[str]
    raw: str


@dataclass(frozen=True, slots=True)
class RefusalRow:
    """A post that was not taken."""

    at: datetime
    status: int
    path: str
    reason: str
    origin: str


@dataclass(frozen=True, slots=True)
class DomainRow:
    """A host of the workspace with what is known of it."""

    domain: Domain
    name: str
    problem: str
    visits: int
    seen_at: datetime | None


def debug_rows(arrivals: Sequence[Arrival], sites: Sequence[str]) -> list[DebugRow]:
    """Newest first. `sites`: the workspace's own; with none, no site is strange."""
    return [
        DebugRow(
            one.entry,
            Verdict(one.entry.verdict).name.lower(),
            "; ".join(map(reason_text, one.entry.reasons)),
            one.visitor or "",
            list(_notes(one, sites)),
            orjson.dumps(dict(one.entry.props), option=orjson.OPT_INDENT_2).decode(),
        )
        for one in arrivals
    ]


def _notes(one: Arrival, sites: Sequence[str]) -> list[str]:
    entry, notes = one.entry, []
    host = urlsplit(entry.url or "").hostname or ""
    if sites and host and entry.kind == "page" and not is_within(host, list(sites)):
        notes.append(gettext("%(host)s is not one of your sites.") % {"host": readable(host)})
    if entry.visitor_id is None and entry.lead_id is None:
        notes.append(gettext("Counted only: the visitor has not agreed to be recognised."))
    late = (entry.received_at - entry.at).total_seconds()
    if late > LATE_SECONDS:
        notes.append(gettext("Arrived %(minutes)s minutes late.") % {"minutes": round(late / 60)})
    if entry.lead_id is not None:
        notes.append(gettext("Belongs to a known person."))
    return notes


def refusal_rows(refused: Sequence[Refused]) -> list[RefusalRow]:
    """The last posts that were not taken."""
    return [RefusalRow(one.at, one.status, one.path, one.reason, one.origin) for one in refused]


def domain_rows(domains: Sequence[Domain], seen: Sequence[Sighting]) -> list[DomainRow]:
    """Each domain with its problem in words and the visits that began on it lately."""
    by_host = {one.host: one for one in seen}
    return [
        DomainRow(
            domain,
            readable(domain.host),
            _problem(domain.problem),
            by_host[domain.host].visits if domain.host in by_host else 0,
            by_host[domain.host].last_at if domain.host in by_host else None,
        )
        for domain in domains
    ]


def _problem(code: str) -> str:
    if code.startswith("status_"):
        return gettext("Answers with error %(status)s.") % {"status": code.removeprefix("status_")}
    return gettext(PROBLEMS[code]) if code in PROBLEMS else code
