"""What is said of visits: in the member's language and the workspace's zone, written down as it was then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils.translation import get_language, ngettext

from leads.models import Lead
from leads.queries import leads_by_ids
from lifecycle.actions.wording import Body, lead_link
from lifecycle.alerting import stamp
from lifecycle.queries.stages import stage_keys, stage_names
from lifecycle.queries.visits import PAGES_TOLD, Seen, pages_of
from scoring.queries import standings

MINUTE, HOUR, DAY = 60, 3_600, 86_400


@dataclass(frozen=True, slots=True)
class Visited:
    """A visit as it is told."""

    lead_id: int
    visit: UUID
    began_at: datetime


@dataclass(frozen=True)
class Known:
    """What is known of the people at that moment. stages: (Japanese, English)."""

    leads: Mapping[int, Lead]
    scores: Mapping[int, int | None]
    stages: Mapping[int, tuple[str, str]]
    pages: Mapping[tuple[UUID, int], Sequence[Seen]]


def known_of(visits: Sequence[Visited]) -> Known:
    """Everything that is said of these visits, in a handful of queries."""
    lead_ids = sorted({one.lead_id for one in visits})
    names = stage_names()
    return Known(
        leads=leads_by_ids(lead_ids),
        scores={pk: score.total for pk, score in standings(lead_ids).items()},
        stages={pk: names[key] for pk, key in stage_keys(lead_ids).items() if key in names},
        pages=pages_of([(one.visit, one.lead_id) for one in visits]),
    )


def visit_body(visits: Sequence[Visited], known: Known, *, zone: ZoneInfo, now: datetime, digest: bool) -> Body:
    """One line a person, who came last first; `latency_seconds` from the beginning of the last visit until now."""
    by_person: dict[int, list[Visited]] = {}
    for one in sorted(visits, key=lambda one: (one.began_at, one.visit), reverse=True):
        by_person.setdefault(one.lead_id, []).append(one)
    people = [_person(theirs, known, zone=zone, now=now) for theirs in by_person.values()]
    return {
        "people": people,
        "digest": digest,
        "visits": len(visits),
        "latency_seconds": people[0]["latency_seconds"],
        "handed_over": stamp(now, zone),
    }


def visit_text(body: Body) -> str:
    """The mail's text."""
    return render_to_string("lifecycle/visit_alert.txt", {"alert": body})


def ago(seconds: int) -> str:
    """How long ago a visit began: ago(12) == "came 12 seconds ago"; whole minutes from one on, whole hours, days."""
    if seconds < MINUTE:
        return ngettext("came %(n)s second ago", "came %(n)s seconds ago", seconds) % {"n": seconds}
    if seconds < HOUR:
        minutes = seconds // MINUTE
        return ngettext("came %(n)s minute ago", "came %(n)s minutes ago", minutes) % {"n": minutes}
    if seconds < DAY:
        hours = seconds // HOUR
        return ngettext("came %(n)s hour ago", "came %(n)s hours ago", hours) % {"n": hours}
    days = seconds // DAY
    return ngettext("came %(n)s day ago", "came %(n)s days ago", days) % {"n": days}


def _person(theirs: Sequence[Visited], known: Known, *, zone: ZoneInfo, now: datetime) -> Body:
    """A person's visits, the newest first."""
    last = theirs[0]
    lead = known.leads[last.lead_id]
    company = lead.company.name if lead.company else ""
    seconds = max(0, int((now - last.began_at).total_seconds()))
    pages = _distinct(page for one in theirs for page in known.pages.get((one.visit, one.lead_id), ()))
    return {
        "headline": " ".join(filter(None, [company, str(lead)])),
        "name": str(lead),
        "company": company,
        "department": lead.department,
        "job_title": lead.job_title,
        "email": lead.email,
        "phone": lead.phone,
        "score": known.scores.get(lead.pk),
        "stage": _stage(known.stages.get(lead.pk)),
        "lead": lead.public_id,
        "url": lead_link(lead.public_id),
        "visits": len(theirs),
        "began": stamp(last.began_at, zone),
        "latency_seconds": seconds,
        "ago": ago(seconds),
        "pages": [{"name": page.name, "url": page.url, "at": stamp(page.at, zone)[:16]} for page in pages],
    }


def _distinct(pages: Iterable[Seen]) -> list[Seen]:
    found: dict[str, Seen] = {}
    for page in pages:
        found.setdefault(page.url, page)
    return list(found.values())[:PAGES_TOLD]


def _stage(names: tuple[str, str] | None) -> str:
    if names is None:
        return ""
    return names[0] if (get_language() or "en").startswith("ja") else names[1]
