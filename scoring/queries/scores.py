"""Leads' scores: as stored, for lists, and with every line that makes them up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ma_platform.db import sql
from scoring import pipeline
from scoring.document import Name, Rulebook
from scoring.models import DEFAULT_KEY, Score, ScoreModel
from scoring.queries.books import rulebook, workspace_zone

FLOOR = "floor"


@dataclass(frozen=True)
class Line:
    """One reason: `points` is what remains of `raw_points` after the caps; `capped_by` is the cap that decided.

    The line with rule "floor" lifts a negative axis to what is shown, so that lines always add up.
    """

    rule: str
    name: Name
    axis: str
    points: int
    raw_points: int
    event: UUID | None
    at: datetime | None
    capped_by: str | None


@dataclass(frozen=True)
class LeadScore:
    """A score and its reasons. `total`, `fit`, `engagement` and `cell` are None for an excluded lead."""

    lead_id: int
    total: int | None
    fit: int | None
    engagement: int | None
    cell: str | None
    hot: bool
    hot_since: datetime | None
    excluded: str | None
    version: int
    lines: tuple[Line, ...]


def standings(lead_ids: Iterable[int], *, key: str = DEFAULT_KEY) -> dict[int, Score]:
    """Stored scores by lead id; leads nobody has scored yet are missing. One query."""
    rows = Score.objects.filter(lead_id__in=list(lead_ids), model_id__in=_model_ids(key))
    return {row.lead_id: row for row in rows}


def score_of(lead_id: int, *, now: datetime, key: str = DEFAULT_KEY) -> LeadScore:
    """One lead's score with its lines."""
    return scores([lead_id], now=now, key=key)[lead_id]


def scores(lead_ids: Sequence[int], *, now: datetime, key: str = DEFAULT_KEY) -> dict[int, LeadScore]:
    """Scores with lines for some leads, all read from one statement, so that lines and totals agree."""
    model = ScoreModel.objects.get(key=key)
    book = rulebook(model, model.published_version)
    stored = standings(lead_ids, key=key)
    lines = _lines(model, book, lead_ids, now=now, of=pipeline.LEADS)
    return {lead: _score(lead, book, model, stored.get(lead), lines.get(lead, [])) for lead in lead_ids}


@dataclass(frozen=True)
class WouldScore:
    """What an unknown visitor would have as engagement, were it somebody: the lines add up to `points`."""

    points: int
    lines: tuple[Line, ...]


def would_score(visitor_id: int, *, now: datetime, key: str = DEFAULT_KEY) -> WouldScore:
    """One unknown visitor's points and what they come from, computed now. Nothing for a browser that is somebody's."""
    model = ScoreModel.objects.get(key=key)
    book = rulebook(model, model.published_version)
    found = _lines(model, book, [visitor_id], now=now, of=pipeline.VISITORS).get(visitor_id, [])
    lines = [*found, *_floor_lines(book, found)]
    return WouldScore(points=sum(line.points for line in lines), lines=tuple(lines))


def _model_ids(key: str) -> Iterable[int]:
    return ScoreModel.objects.filter(key=key).values_list("id", flat=True)


def _lines(
    model: ScoreModel, book: Rulebook, ids: Sequence[int], *, now: datetime, of: pipeline.Subjects
) -> dict[int, list[Line]]:
    statement = pipeline.lines(book, at=pipeline.Moment(now=now, zone=workspace_zone()), of=of)
    given: dict[str, Any] = {**statement.params, "model_id": model.pk, of.ids: list(ids)}  # Any: as the driver adapts
    found: dict[int, list[Line]] = {}
    for row in sql.run(statement.text, **given).dicts():
        found.setdefault(row["who_id"], []).append(_line(row, book))
    return found


def _line(row: Mapping[str, object], book: Rulebook) -> Line:
    rule = pipeline.rule_at(book, int(str(row["no"])))
    event, at = row["event_id"], row["at"]
    return Line(
        rule=rule.key,
        name=rule.name,
        axis=str(row["axis"]),
        points=int(str(row["points"])),
        raw_points=int(str(row["raw_points"])),
        event=UUID(str(event)) if event else None,
        at=at if isinstance(at, datetime) else None,
        capped_by=str(row["capped_by"]) if row["capped_by"] else None,
    )


def _score(lead_id: int, book: Rulebook, model: ScoreModel, stored: Score | None, lines: list[Line]) -> LeadScore:
    if stored is not None and stored.excluded is not None:
        return LeadScore(lead_id, None, None, None, None, False, None, stored.excluded, model.published_version, ())
    lines = [*lines, *_floor_lines(book, lines)]
    fit, engagement = _sum(lines, "fit"), _sum(lines, "engagement")
    return LeadScore(
        lead_id=lead_id,
        total=fit + engagement,
        fit=fit,
        engagement=engagement,
        cell=book.cell(fit, engagement),
        hot=stored is not None and stored.hot,
        hot_since=stored.hot_since if stored else None,
        excluded=None,
        version=model.published_version,
        lines=tuple(lines),
    )


def _sum(lines: Iterable[Line], axis: str) -> int:
    return sum(line.points for line in lines if line.axis == axis)


def _floor_lines(book: Rulebook, lines: Sequence[Line]) -> list[Line]:
    lifts = {
        "fit": book.fit.floor - _sum(lines, "fit"),
        "engagement": book.engagement.floor - _sum(lines, "engagement"),
    }
    name = Name(ja="0点未満は切り上げ", en="Never below the floor")
    return [Line(FLOOR, name, axis, lift, 0, None, None, FLOOR) for axis, lift in lifts.items() if lift > 0]


def totals(lead_ids: Sequence[int], *, key: str = DEFAULT_KEY) -> dict[int, tuple[int | None, bool]]:
    """Each scored lead's total, None for an excluded one, and whether they are hot: for a page of a list. One query."""
    rows = sql.run(TOTALS, ids=list(lead_ids), key=key).rows
    return {lead: (total, hot) for lead, total, hot in rows}


TOTALS = """
    SELECT score.lead_id, score.total, score.hot
      FROM scoring_score AS score
      JOIN scoring_model AS model
        ON model.tenant_id = %(tenant_id)s AND model.id = score.model_id AND model.key = %(key)s
     WHERE score.tenant_id = %(tenant_id)s AND score.lead_id = ANY (%(ids)s::bigint[])
"""


def highest_of_companies(company_ids: Sequence[int], *, key: str = DEFAULT_KEY) -> dict[int, tuple[int, bool]]:
    """The highest total among each company's people, and whether anybody is hot. One query."""
    rows = sql.run(HIGHEST, ids=list(company_ids), key=key).rows
    return {company: (total, hot) for company, total, hot in rows}


HIGHEST = """
    SELECT lead.company_id, max(score.total)::int, bool_or(score.hot)
      FROM leads_lead AS lead
      JOIN scoring_score AS score ON score.tenant_id = %(tenant_id)s AND score.lead_id = lead.id
      JOIN scoring_model AS model
        ON model.tenant_id = %(tenant_id)s AND model.id = score.model_id AND model.key = %(key)s
     WHERE lead.tenant_id = %(tenant_id)s AND lead.company_id = ANY (%(ids)s::bigint[])
       AND lead.merged_into_id IS NULL AND score.total IS NOT NULL
     GROUP BY 1
"""
