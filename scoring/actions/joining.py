"""Scores of people who are joined: the survivor's is worked out from everything both did, silently, as in a rebuild."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from leads.actions import Hung, Joining, at_joining, at_judging, hang
from ma_platform.db import sql
from scoring.actions.compute import locked_models, rescore
from scoring.models import PendingScore, Score

hang(
    Hung("scoring_score", moves=False, judged=True),
    Hung("scoring_pending", moves=False, watched=False),
)


@at_joining(order=20)
def put_scores_aside(joining: Joining) -> None:
    """Who stands aside has no score; an earlier reset of either holds for the survivor."""
    list(locked_models())  # in the order of every writer, so that none waits for us while we wait for it
    sql.run(KEEP_RESETS, keep=joining.keep, drop=joining.drop)
    Score.objects.filter(lead_id=joining.drop).delete()
    PendingScore.objects.filter(lead_id=joining.drop).delete()


@at_judging(order=10)
def judge_scores(lead_ids: Sequence[int], now: datetime) -> None:
    """Nobody is alerted: nothing new has happened."""
    rescore(lead_ids, now=now, silent=True)


KEEP_RESETS = """
    UPDATE scoring_score AS mine SET counts_after = greatest(mine.counts_after, theirs.counts_after)
      FROM scoring_score AS theirs
     WHERE mine.tenant_id = %(tenant_id)s AND mine.lead_id = %(keep)s
       AND theirs.tenant_id = %(tenant_id)s AND theirs.lead_id = %(drop)s AND theirs.model_id = mine.model_id
       AND theirs.counts_after IS NOT NULL
"""
