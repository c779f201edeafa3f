"""Scores handed out with everything else that is kept about a person: as stored, and line by line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leads.actions import Part, Person, at_personal_export, told_by, withhold
from scoring.models import DEFAULT_KEY, ScoreModel
from scoring.queries import score_of

SCORES = """
    SELECT json_build_object(
               'model', model.key, 'version', score.version, 'total', score.total, 'fit', score.fit,
               'engagement', score.engagement, 'cell', score.cell, 'excluded', score.excluded, 'hot', score.hot,
               'hot_since', score.hot_since, 'computed_at', score.computed_at)::text
      FROM scoring_score AS score
      JOIN scoring_model AS model ON model.tenant_id = %(tenant_id)s AND model.id = score.model_id
     WHERE score.tenant_id = %(tenant_id)s AND score.lead_id = ANY (%(lead_ids)s::bigint[])
     ORDER BY model.key, score.lead_id
"""


def score_lines(person: Person) -> Iterator[dict[str, Any]]:  # Any: JSON
    """Every reason that makes up today's score of the person who remains."""
    if not ScoreModel.objects.filter(key=DEFAULT_KEY).exists():
        return
    for line in score_of(person.lead_ids[0], now=person.now).lines:
        yield {
            "rule": line.rule,
            "name": line.name.ja,
            "axis": line.axis,
            "points": line.points,
            "raw_points": line.raw_points,
            "event": str(line.event) if line.event else None,
            "at": line.at.isoformat() if line.at else None,
            "capped_by": line.capped_by,
        }


at_personal_export(
    Part("scores", ("scoring_score",), told_by(SCORES)),
    Part("score_lines", (), score_lines),
)
withhold(
    scoring_pending="scores of a version that is not in force yet",
    scoring_visitorscore="what an unknown browser would score, gone once it is somebody's",
)
