"""Score models and scores in words: rows ready for a page, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language, gettext, ngettext

from conditions import describe, describe_where
from conditions.phrases import say
from scoring.document import EngagementRule, FitRule, Hot, NamedAction, Rulebook
from scoring.queries import LeadScore, Line, WouldScore

PERIOD_WORDS = {
    "day": ("per day", "1日"),
    "week": ("per week", "1週間"),
    "month": ("per month", "1か月"),
}


@dataclass(frozen=True)
class RuleRow:
    """A rule as a sentence; `limits` says how often it counts and where it stops."""

    name: str
    sentence: str
    points: int
    limits: str


@dataclass(frozen=True)
class LineRow:
    """Lines of one rule together: `points` in all of `times` times, the last at `at`; `cut` when a cap took some."""

    name: str
    axis: str
    points: int
    times: int
    at: datetime | None
    cut: bool


def fit_rows(book: Rulebook) -> list[RuleRow]:
    """Who the lead is."""
    return [_fit_row(rule) for rule in book.fit_rules]


def engagement_rows(book: Rulebook) -> list[RuleRow]:
    """What the lead did."""
    return [_engagement_row(rule, book) for rule in book.rules]


def hot_sentences(hot: Hot) -> list[str]:
    """Each way to become hot."""
    ways = []
    if hot.enter is not None:
        ways.append(
            gettext("Total of %(enter)s or more (until below %(leave)s)") % {"enter": hot.enter, "leave": hot.leave}
        )
    if hot.cells:
        ways.append(gettext("One of the cells %(cells)s") % {"cells": ", ".join(sorted(hot.cells))})
    return [*ways, *(gettext("At once: %(action)s") % {"action": _happening(action)} for action in hot.actions)]


def exclusion_sentences(book: Rulebook) -> list[tuple[str, str]]:
    """(reason, condition) of everybody who gets no score."""
    return [(row.reason, describe(row.when, locale=_locale())) for row in book.exclude]


def matrix_rows(book: Rulebook) -> list[tuple[str, int, list[tuple[str, bool]]]]:
    """The matrix by fit band: (band, bound, [(cell, is hot)…])."""
    return [
        (fit, bound, [(fit + number, fit + number in book.hot.cells) for number, _ in book.engagement.bands])
        for fit, bound in book.fit.bands
    ]


def line_rows(score: LeadScore | WouldScore) -> list[LineRow]:
    """A score's lines by rule, engagement before fit, most points first."""
    by_rule: dict[tuple[str, str], list[Line]] = {}
    for line in score.lines:
        by_rule.setdefault((line.axis, line.rule), []).append(line)
    rows = [_line_row(lines) for lines in by_rule.values()]
    return sorted(rows, key=lambda row: (row.axis, -abs(row.points), row.name))


def bar_parts(rows: Iterable[LineRow]) -> list[dict[str, object]]:
    """Positive points for the breakdown bar."""
    tones = ("brand", "info", "success", "warn", "hot", "neutral")
    shown = [row for row in rows if row.points > 0]
    return [
        {"label": row.name, "value": row.points, "tone": tones[place % len(tones)]} for place, row in enumerate(shown)
    ]


def _locale() -> str:
    return get_language() or "en"


def _line_row(lines: list[Line]) -> LineRow:
    first = lines[0]
    moments = [line.at for line in lines if line.at is not None]
    return LineRow(
        name=first.name.said(_locale()),
        axis=first.axis,
        points=sum(line.points for line in lines),
        times=len(lines),
        at=max(moments) if moments else None,
        cut=any(line.capped_by for line in lines),
    )


def _fit_row(rule: FitRule) -> RuleRow:
    return RuleRow(rule.name.said(_locale()), describe(rule.when, locale=_locale()), rule.points, "")


def _engagement_row(rule: EngagementRule, book: Rulebook) -> RuleRow:
    limits = [_repeat(rule)]
    if rule.count > 1:
        limits.insert(0, gettext("every %(count)s times") % {"count": rule.count})
    if rule.cap is not None:
        limits.append(gettext("at most %(cap)s points") % {"cap": rule.cap})
    if rule.group and (cap := book.group_caps.get(rule.group)) is not None:
        limits.append(gettext("group %(group)s: at most %(cap)s points") % {"group": rule.group, "cap": cap})
    return RuleRow(rule.name.said(_locale()), _happening(rule), rule.points, " · ".join(limits))


def _happening(rule: EngagementRule | NamedAction) -> str:
    label = say(rule.event.label, locale=_locale())
    if rule.where is None:
        return label
    where = describe_where(rule.where, locale=_locale())
    return gettext("%(event)s, where %(where)s") % {"event": label, "where": where}


def _repeat(rule: EngagementRule) -> str:
    if rule.repeat.mode == "max" and rule.repeat.limit and rule.repeat.per:
        english, japanese = PERIOD_WORDS[rule.repeat.per]
        times = ngettext("%(n)s time", "%(n)s times", rule.repeat.limit) % {"n": rule.repeat.limit}
        return f"{japanese}{times}まで" if _locale().startswith("ja") else f"at most {times} {english}"
    return {
        "once": gettext("once"),
        "once_per_object": gettext("once for each page, file or form"),
        "every": gettext("every time"),
    }[rule.repeat.mode]
