"""Shapes for the page about people and machines; values arrive in the template ready."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from tracking.catalogue import BY_NUMBER, Verdict
from tracking.models import Rejudgement
from tracking.presentation import reason_text
from tracking.queries import (
    Tally,
    TrafficDay,
    mail_verdicts,
    rejudgements,
    top_agents,
    top_reasons,
    traffic_days,
)
from tracking.verdict import RULE_VERSION

PERIODS = (7, 30, 90)
WORDS = {"human": _("Human"), "unsure": _("Unsure"), "machine": _("Machine")}
TONES = {"human": "brand", "unsure": "warn", "machine": "neutral"}
STATES = {
    "preview": _("Counting what would change"),
    "ready": _("Counted, nothing changed yet"),
    "running": _("Judging again"),
    "done": _("Done"),
    "failed": _("Failed"),
}


@dataclass(frozen=True, slots=True)
class Share:
    """One verdict's part of the visits of a period."""

    verdict: str
    label: str
    count: int
    part: float


@dataclass(frozen=True, slots=True)
class Ranked:
    """A reason or an agent in words, and how many visits."""

    label: str
    verdict: str
    count: int


@dataclass(frozen=True, slots=True)
class MailRow:
    """Opens or clicks of the period: how many were people's at least and at most, and the machines'."""

    label: str
    least: int
    most: int
    machines: int


@dataclass(frozen=True, slots=True)
class Pass:
    """A re-judgement in words. `moves`: verdict, how many hits before and after."""

    row: Rejudgement
    state: str
    days_done: int
    days: int
    moves: Sequence[tuple[str, int, int]]

    @property
    def at_work(self) -> bool:
        return self.row.state in (Rejudgement.State.PREVIEW, Rejudgement.State.RUNNING)

    @property
    def is_ready(self) -> bool:
        return self.row.state == Rejudgement.State.READY


def traffic_page(days: int, *, now: datetime) -> dict[str, object]:
    """The whole page: four statements over visits and mail hits of the period."""
    since = now - timedelta(days=days)
    found = traffic_days(since, now)
    return {
        "days": str(days),
        "periods": PERIODS,
        "shares": shares(found),
        "chart": chart(found, days=days, today=timezone.localdate(now)),
        "reasons": [
            Ranked(reason_text(one.key), Verdict(one.verdict).name.lower(), one.count)
            for one in top_reasons(since, now)
        ],
        "agents": [Ranked(one.key, Verdict(one.verdict).name.lower(), one.count) for one in top_agents(since, now)],
        "mails": mails(mail_verdicts(since, now)),
    }


def passes() -> dict[str, object]:
    """What was judged again, and whether something is at work now."""
    shown = [_pass(row) for row in rejudgements()]
    return {"passes": shown, "at_work": any(one.at_work for one in shown), "rule_version": RULE_VERSION}


def shares(found: Sequence[TrafficDay]) -> list[Share]:
    """People, doubt and machines, in this order; empty when nobody came."""
    total = sum(day.all for day in found)
    counts = {key: sum(getattr(day, key) for day in found) for key in WORDS}
    return [Share(key, gettext(WORDS[key]), counts[key], counts[key] / total) for key in WORDS] if total else []


def chart(found: Sequence[TrafficDay], *, days: int, today: date) -> dict[str, object]:
    """Visits of every local day by verdict, as `<c-chart>` takes them."""
    by_day = {row.day: row for row in found}
    line = [today - timedelta(days=ago) for ago in range(days - 1, -1, -1)]
    series = [
        {
            "name": gettext(WORDS[key]),
            "tone": TONES[key],
            "values": [getattr(by_day[day], key) if day in by_day else 0 for day in line],
        }
        for key in WORDS
    ]
    return {"labels": [f"{day.month}/{day.day}" for day in line], "series": series, "unit": ""}


def mails(found: Sequence[Tally]) -> list[MailRow]:
    """Opens and clicks; what is in doubt makes the range."""
    rows = []
    for name in sorted({one.key for one in found}):
        counts = {Verdict(one.verdict): one.count for one in found if one.key == name}
        least, doubt = counts.get(Verdict.HUMAN, 0), counts.get(Verdict.UNSURE, 0)
        label = gettext(BY_NUMBER[int(name)].label)
        rows.append(MailRow(label, least, least + doubt, counts.get(Verdict.MACHINE, 0)))
    return rows


def lengths(days: Sequence[int]) -> list[tuple[str, str]]:
    """Periods to choose from: (value, words)."""
    return [(str(one), gettext("%(length)s days") % {"length": one}) for one in days]


def _pass(row: Rejudgement) -> Pass:
    days = max((row.until - row.since).days, 1)
    done = min((row.position - row.since).days, days)
    return Pass(row, gettext(STATES[row.state]), done, days, _moves(row.before, row.after))


def _moves(before: Mapping[str, int], after: Mapping[str, int]) -> list[tuple[str, int, int]]:
    return [(gettext(word), before.get(key, 0), after.get(key, 0)) for key, word in WORDS.items()]
