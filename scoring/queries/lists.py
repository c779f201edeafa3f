"""Lists of leads by score."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ma_platform.db import sql
from scoring.models import DEFAULT_KEY, Score

OF_DEFAULT = {"model__key": DEFAULT_KEY}


def hot_leads(*, limit: int) -> list[Score]:
    """The hot leads, those who became hot last first, with their people and companies."""
    rows = Score.objects.filter(hot=True, **OF_DEFAULT).select_related("lead", "lead__company")
    return list(rows.order_by("-hot_since", "-lead_id")[:limit])


def hot_since(moment: datetime) -> int:
    """How many became hot after `moment` and still are."""
    count: int = Score.objects.filter(hot=True, hot_since__gte=moment, **OF_DEFAULT).count()
    return count


def score_count() -> dict[str, Any]:  # Any: whole numbers, and None for an average of nobody
    """How scores spread: {"scored", "hot", "excluded"}. One query."""
    return sql.run(SPREAD, key=DEFAULT_KEY).dicts()[0]


SPREAD = """
    SELECT count(*) FILTER (WHERE score.total > 0) AS scored, count(*) FILTER (WHERE score.hot) AS hot,
           count(*) FILTER (WHERE score.excluded IS NOT NULL) AS excluded
      FROM scoring_score AS score
      JOIN scoring_model AS model ON model.tenant_id = score.tenant_id AND model.id = score.model_id
     WHERE score.tenant_id = %(tenant_id)s AND model.key = %(key)s
"""
