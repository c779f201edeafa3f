"""The segments of people who were joined or parted, judged at once with everything else about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from leads.actions.hung import at_judging
from leads.actions.segments import settle
from leads.models import Segment


@at_judging(order=30)
def judge_segments(lead_ids: Sequence[int], now: datetime) -> None:
    """Scores and stages are judged before: segments may ask about them."""
    living = Segment.objects.filter(archived_at=None).values_list("pk", flat=True)
    settle({pk: set(lead_ids) for pk in living}, now=now)
