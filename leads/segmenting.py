"""How segments look on pages: their sentence, state, growth, and why somebody is in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from conditions import ConditionRefused, describe, parse
from leads.models import Lead, Segment
from leads.queries import LeadFilter, LeadRow, find_lead, find_lead_by_email, list_leads
from leads.queries.segments import (
    ChangeRow,
    GrowthDay,
    MemberRow,
    Why,
    growth,
    list_came,
    list_changes,
    list_left,
    list_members,
    why,
)
from ma_platform.api.pages import decode, encode, number_in

TONES = {
    Segment.State.READY: "success",
    Segment.State.BUILDING: "info",
    Segment.State.APPLYING: "info",
    Segment.State.PROPOSED: "warn",
    Segment.State.FAILED: "danger",
}
STATES = {
    Segment.State.READY: gettext_lazy("Up to date"),
    Segment.State.BUILDING: gettext_lazy("Being reckoned"),
    Segment.State.APPLYING: gettext_lazy("Being applied"),
    Segment.State.PROPOSED: gettext_lazy("Waits for your confirmation"),
    Segment.State.FAILED: gettext_lazy("Cannot be judged"),
}
TOO_SLOW = "too_slow"
EXPIRIES = (("", gettext_lazy("for good")), ("1", gettext_lazy("for 1 day")), ("7", gettext_lazy("for 7 days")),
            ("30", gettext_lazy("for 30 days")), ("90", gettext_lazy("for 90 days")))  # fmt: skip
MONTH = 30
FOUND = 8  # people a search by name shows


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """One line of the list."""

    segment: Segment
    sentence: str
    state: str
    tone: str
    values: list[int]
    delta: int


def sentence_of(condition: object) -> str:
    """A condition in words; a notice where a word is gone, "" for a list kept by hand."""
    if condition is None:
        return ""
    try:
        return describe(parse(condition), locale=get_language() or "ja")
    except ConditionRefused as refused:
        return _("This condition cannot be read any more: %(reason)s") % {"reason": refused.reason}


def segment_rows(segments: Sequence[Segment], *, now: datetime) -> list[SegmentRow]:
    """Rows with the growth of a month, one query for all."""
    days = growth([one.pk for one in segments], today=timezone.localdate(now), days=MONTH)
    return [_row(one, days[one.pk]) for one in segments]


def _row(segment: Segment, days: Sequence[GrowthDay]) -> SegmentRow:
    values = [day.members for day in days]
    delta = values[-1] - values[0]
    return SegmentRow(segment, sentence_of(segment.condition), *state_of(segment), values, delta)


def state_of(segment: Segment) -> tuple[str, str]:
    """(words, tone)."""
    state = Segment.State(segment.state)
    return str(STATES[state]), TONES[state]


def problem_of(segment: Segment) -> str:
    """What went wrong, in words."""
    if segment.problem == TOO_SLOW:
        return _("It took too long. Please narrow the condition, for instance to a shorter period.")
    return segment.problem


def growth_chart(days: Sequence[GrowthDay]) -> dict[str, Any]:  # Any: the chart's JSON
    """Members by day."""
    return {
        "labels": [f"{day.day.month}/{day.day.day}" for day in days],
        "series": [{"name": _("Members"), "values": [day.members for day in days]}],
    }


@dataclass(frozen=True, slots=True)
class Told:
    """Why somebody is in or not, ready to be drawn. problem: why the condition cannot be judged, "" where it can."""

    why: Why
    answer: str
    tree: dict[str, Any] | None  # Any: the verdict's JSON
    problem: str = ""


def told_why(segment: Segment, asked: str, *, now: datetime) -> Told | None:
    """About the person with this public id or address; None when nobody has it."""
    lead = find_person(asked)
    if lead is None:
        return None
    try:
        told = why(segment, lead, now=now)
    except ConditionRefused as refused:
        told = why(segment, lead, now=now, judged=False)
        return Told(told, _answer(told, segment), None, str(refused))
    zone = timezone.get_current_timezone()
    tree = told.verdict.as_json(locale=get_language() or "ja", tz=zone) if told.verdict else None
    return Told(told, _answer(told, segment), tree)


def _answer(told: Why, segment: Segment) -> str:
    if told.override is not None:
        return _("put in by hand") if told.override.belongs else _("kept out by hand")
    if segment.condition is None:
        return _("put on this list") if told.is_member else _("not put on this list")
    return _("by the condition")


def find_person(asked: str) -> Lead | None:
    """By public id or e-mail address; by name or whatever else the list finds people by, where one alone fits."""
    asked = asked.strip()[:254].replace("\x00", "")
    exact = find_lead(asked) or (find_lead_by_email(asked.casefold()) if "@" in asked else None)
    if exact is not None:
        return exact
    found = find_people(asked)
    return find_lead(found[0].public_id) if len(found) == 1 else None


def find_people(asked: str) -> list[LeadRow]:
    """Some of those whose name, company, address or number begins so."""
    text = asked.strip()[:200].replace("\x00", "")
    return list_leads(LeadFilter(q=text, limit=FOUND)) if text else []


WEEK = 7


@dataclass(frozen=True, slots=True)
class Shown:
    """Which people a page shows, by `who`: "in" now or at the end of a day (`on`); "left"; those who "came" or "went"
    within a week; those who would come in ("enters") or go ("leaves") by the change that waits.
    """

    rows: Sequence[MemberRow | ChangeRow]
    next_cursor: str
    on: date | None
    who: str
    today: date

    @property
    def gone(self) -> bool:
        return self.who in ("left", "went")

    @property
    def past(self) -> bool:
        """Stays that may be over: nothing is done to them."""
        return self.who != "in" or self.on is not None

    @property
    def waits(self) -> bool:
        return self.who in ("enters", "leaves")


def shown_members(segment: Segment, query: QueryDict, *, now: datetime, size: int) -> Shown:
    """As the address asks; a day that is none, or not over yet, is now. Raises for a cursor that is not ours."""
    who, today = query.get("who", ""), timezone.localdate(now)
    who = who if who in WHO else "in"
    day = read_day(query.get("on", ""), today=today) if who == "in" else None
    shown = Shown((), "", day, who, today)
    found = _people(segment, shown, query.get("cursor", ""), size + 1)
    rows = found[:size]
    return replace(shown, rows=rows, next_cursor=encode(rows[-1].position) if len(found) > size else "")


WHO = ("left", "came", "went", "enters", "leaves")


def _people(segment: Segment, shown: Shown, cursor: str, limit: int) -> Sequence[MemberRow | ChangeRow]:
    if shown.waits:
        return list_changes(segment, enters=shown.who == "enters", after=number_in(cursor), limit=limit)
    after, week = decode(cursor) if cursor else None, end_of(shown.today - timedelta(days=WEEK))
    if shown.who == "came":
        return list_came(segment, since=week, after=after, limit=limit)
    if shown.gone:
        return list_left(segment, since=week if shown.who == "went" else None, after=after, limit=limit)
    return list_members(segment, after=after, on=end_of(shown.on) if shown.on else None, limit=limit)


def read_day(text: str, *, today: date) -> date | None:
    """A day that is over; None for any other text."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day < today else None


def end_of(day: date) -> datetime:
    """The last moment of a day of the workspace."""
    following = datetime.combine(day + timedelta(days=1), time.min, timezone.get_current_timezone())
    return following - timedelta(microseconds=1)


def expiry(days: str, *, now: datetime) -> datetime | None:
    """The end of a stay by hand; None for good."""
    known = {key for key, _label in EXPIRIES if key}
    return now + timedelta(days=int(days)) if days in known else None


def as_text(condition: object) -> str:
    """A condition as the builder takes it."""
    return "" if condition is None else orjson.dumps(condition).decode()
