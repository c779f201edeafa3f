"""What the pages about visitors show, ready for their templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext

from ma_platform.ui import slots
from tracking.catalogue import Verdict
from tracking.periods import Period
from tracking.presentation import reason_text
from tracking.queries import Entry, PageDay, PageDepth, PageRow, Presence, Reader, VisitorRow
from tracking.queries.live import PRESENT
from tracking.visit_words import VisitRow, channel_name, device_name, place_name, source_name

QUIET = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class LiveRow:
    """A visit that is going on. `who` None: nobody we know; `on_page` seconds since the page was opened."""

    visit: Presence
    who: slots.Person | None
    channel: str
    place: str
    on_page: float
    quiet: bool
    returning: bool


@dataclass(frozen=True, slots=True)
class Moment:
    """An event of a browser, in words."""

    entry: Entry
    title: str
    verdict: str
    reasons: str


@dataclass(frozen=True, slots=True)
class ReaderRow:
    """Who read a page; None for somebody who was deleted since."""

    reader: Reader
    who: slots.Person | None


@dataclass(frozen=True, slots=True)
class PageLine:
    """A page of the report, with where its people and its unknown visitors are listed; "" where nowhere."""

    page: PageRow
    people_href: str
    strangers_href: str


@dataclass(frozen=True, slots=True)
class VisitorFacts:
    """What is known of a browser, in words; "" where nothing is."""

    who: slots.Person | None
    channel: str
    source: str
    device: str
    place: str
    company: str
    sure: str
    here: bool


def live_rows(visits: Sequence[Presence], *, now: datetime) -> list[LiveRow]:
    """With the names of those we know."""
    known = slots.people([visit.lead_id for visit in visits])
    return [
        LiveRow(
            visit,
            known.get(visit.lead_id or 0),
            channel_name(visit.channel),
            " · ".join(filter(None, (place_name(visit.country, visit.prefecture), device_name(visit.device)))),
            max(0.0, (now - (visit.page_at or visit.started_at)).total_seconds()),
            now - visit.last_at > QUIET,
            visit.visits > 1,
        )
        for visit in visits
    ]


def visitor_facts(visitor: VisitorRow, seen: Sequence[VisitRow], *, now: datetime) -> VisitorFacts:
    """Device, place and company are those of the newest visit that tells one."""
    guess = next((visit for visit in seen if visit.company), None)
    return VisitorFacts(
        slots.people([visitor.lead_id]).get(visitor.lead_id or 0),
        channel_name(visitor.source.get("channel", "")),
        source_name(visitor.source),
        next((visit.device for visit in seen if visit.device), ""),
        next((visit.place for visit in seen if visit.place), ""),
        guess.company if guess else "",
        guess.sure if guess else "",
        now - visitor.last_seen_at < PRESENT,
    )


def moments(entries: Sequence[Entry]) -> list[Moment]:
    """Events with their verdict's word and its reasons."""
    return [
        Moment(entry, _title(entry), Verdict(entry.verdict).name.lower(), "; ".join(map(reason_text, entry.reasons)))
        for entry in entries
    ]


def _title(entry: Entry) -> str:
    subject = entry.subject_name or entry.key
    return f"{entry.label}: {subject}" if subject else str(entry.label)


def reader_rows(found: Sequence[Reader]) -> list[ReaderRow]:
    """With their names."""
    known = slots.people([reader.lead_id for reader in found])
    return [ReaderRow(reader, known.get(reader.lead_id)) for reader in found]


def page_chart(chosen: Period, found: Sequence[PageDay]) -> Mapping[str, object]:
    """Views by day as `<c-chart>` data."""
    by_day = {one.day: one.views for one in found}
    series = {"name": gettext("Page views"), "values": [by_day.get(day, 0) for day in chosen.days], "tone": "brand"}
    return {"labels": [f"{day.month}/{day.day}" for day in chosen.days], "series": [series], "unit": ""}


def depth_steps(found: PageDepth) -> list[dict[str, object]]:
    """How many readings got how far down, as `<c-funnel>` rows; none when nobody told."""
    if not found.readings:
        return []
    reached = ((25, found.reached_25), (50, found.reached_50), (75, found.reached_75), (100, found.reached_100))
    rows = [(gettext("Down to %(depth)s%%") % {"depth": depth}, count) for depth, count in reached]
    measured = [(gettext("All readings"), found.readings), *rows]
    return [{"label": label, "count": count, "rate": count / found.readings} for label, count in measured]
