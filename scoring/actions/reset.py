"""The reset marker: what somebody did before it no longer counts; the history itself stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ma_platform.db import sql
from scoring.actions.compute import rescore


def reset_scores(lead_ids: Sequence[int], *, after: datetime, now: datetime) -> int:
    """Count only facts later than `after` for these leads, in every model; returns scores changed by it."""
    if not lead_ids:
        return 0
    # First: it makes the rows the marker stands on, and takes the models' locks before any row of theirs is touched.
    rescore(lead_ids, now=now, silent=True)
    sql.run(MARK, lead_ids=list(lead_ids), after=after)
    return rescore(lead_ids, now=now, silent=True)


MARK = """
    UPDATE scoring_score
       SET counts_after = %(after)s, action_id = NULL, action_at = NULL
     WHERE tenant_id = %(tenant_id)s AND lead_id = ANY(%(lead_ids)s)
"""
