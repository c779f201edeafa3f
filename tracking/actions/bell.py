"""Wake the consumers when the facts just written are committed."""

from __future__ import annotations

from celery import current_app

from ma_platform import jobs

CONSUME = "tracking.tasks.consume"


def wake_consumers() -> None:
    """At most one ring waits in the queue; the sweep of every two seconds finds what a lost ring leaves."""
    job = current_app.tasks.get(CONSUME)
    if job is not None:
        jobs.ring(job)
