"""The reset marker: what somebody did before it no longer counts; the history itself stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ma_platform.db import sets, sql
from scoring.actions.compute import rescore


def reset_scores(lead_ids: Sequence[int], *, after: datetime, now: datetime) -> int:
    """Count only facts later than `after` for these leads, in every model; returns scores changed by it."""
    if not lead_ids:
        return 0
    # First: it makes the rows the marker stands on, and takes the models' locks before any row of theirs is touched.
    rescore(lead_ids, now=now, silent=True)
    sql.run(MARK, lead_ids=list(lead_ids), after=after)
    return rescore(lead_ids, now=now, silent=True)


@dataclass(frozen=True, slots=True)
class Marker:
    """The reset marker of one score; None: everything counts."""

    lead_id: int
    model_id: int
    counts_after: datetime | None


def reset_markers(lead_ids: Sequence[int]) -> list[Marker]:
    """The markers as they are, to be put back should a reset turn out to be none."""
    return sql.typed(MARKERS, Marker, lead_ids=list(lead_ids)) if lead_ids else []


def put_markers_back(markers: Sequence[Marker], *, were: datetime, now: datetime) -> int:
    """Unsay a reset to `were`: each score counts as before it, unless it was reset again since. Returns how many."""
    if not markers:
        return 0
    lead_ids = sorted({one.lead_id for one in markers})
    rescore(lead_ids, now=now, silent=True)  # takes the models' locks first, as a reset does
    columns: dict[str, Any] = sets.columns(markers, "lead_id", "model_id", "counts_after")
    found = sql.run(PUT_BACK, **columns, were=were).rowcount
    rescore(lead_ids, now=now, silent=True)
    return found


MARKERS = """
    SELECT lead_id, model_id, counts_after FROM scoring_score
     WHERE tenant_id = %(tenant_id)s AND lead_id = ANY(%(lead_ids)s::bigint[])
     ORDER BY lead_id, model_id
"""
PUT_BACK = """
    UPDATE scoring_score AS score SET counts_after = former.counts_after
      FROM unnest(%(lead_id)s::bigint[], %(model_id)s::bigint[], %(counts_after)s::timestamptz[])
           AS former(lead_id, model_id, counts_after)
     WHERE score.tenant_id = %(tenant_id)s AND score.lead_id = former.lead_id AND score.model_id = former.model_id
       AND score.counts_after = %(were)s
"""
MARK = """
    UPDATE scoring_score
       SET counts_after = %(after)s, action_id = NULL, action_at = NULL
     WHERE tenant_id = %(tenant_id)s AND lead_id = ANY(%(lead_ids)s)
"""
