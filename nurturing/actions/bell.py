"""Ringing for the tick. The task is looked up by name: it stands above the actions."""

from __future__ import annotations

from celery import current_app

from ma_platform import jobs

TICK = "nurturing.tasks.tick"


def ring() -> None:
    """Wake the tick when this transaction commits; its sweep finds what a lost ring leaves."""
    job = current_app.tasks.get(TICK)
    if job is not None:
        jobs.ring(job)
