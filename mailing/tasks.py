"""The sender's bell: rung when messages are queued, swept so that a lost ring costs only time."""

from __future__ import annotations

import time
from datetime import datetime

from ma_platform import clock, jobs
from ma_platform.workspaces.quotas import Used, counts
from mailing.actions import deliver_due
from tracking.catalogue import Event
from tracking.queries.usage import counted_since

SECONDS = 20.0  # then the next ring carries on, so a restart never waits long


@counts(Used.MAILS)
def mails_sent(since: datetime) -> int:
    """Mails to leads; what staff are told costs nothing."""
    return counted_since(since.date(), names=[Event.EMAIL_SENT])


@jobs.task(queue="send", every=2.0)
def deliver() -> dict[str, int]:
    """Send what is due, batch after batch, for up to twenty seconds."""
    until = time.monotonic() + SECONDS
    total: dict[str, int] = {}
    while time.monotonic() < until:
        delivery = deliver_due(now=clock.now())
        for state, count in delivery.counts.items():
            total[state] = total.get(state, 0) + count
        if not delivery.claimed:
            return total
    jobs.ring(deliver)
    return total
