"""What the API door does to its own table."""

from __future__ import annotations

from datetime import datetime

from ma_platform.api.models import KEEP_ANSWERS, IdempotentAnswer


def forget_answers(*, now: datetime) -> int:
    """Remove the kept answers of every workspace that are too old to be asked for. For system sweeps."""
    gone, _ = IdempotentAnswer.everywhere.filter(created_at__lt=now - KEEP_ANSWERS).delete()
    return gone
