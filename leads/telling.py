"""Jobs over many people as their pages say them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from leads.actions import bulk
from leads.models import BulkJob

State = BulkJob.State
STATES = {
    State.WAITING: (_("Starting"), "neutral"),
    State.RUNNING: (_("Under way"), "info"),
    State.DONE: (_("Done"), "success"),
    State.FAILED: (_("Failed"), "danger"),
    State.UNDOING: (_("Being undone"), "info"),
    State.UNDONE: (_("Undone"), "neutral"),
}
STOPPED = (_("Stopped"), "warn")


@dataclass(frozen=True, slots=True)
class ToldJob:
    """A job ready for the page. rate: people a second, 0 while nobody can say; left: seconds to go, or None."""

    job: BulkJob
    title: str
    state: str
    tone: str
    moving: bool
    goal: int
    may_undo: bool
    may_stop: bool
    rate: int
    left: int | None


def told_job(job: BulkJob, *, now: datetime) -> ToldJob:
    """What it does, how far it is, and what may be done about it."""
    kind = bulk.kind_of(job.kind)
    state, tone = STOPPED if job.problem == "stopped" else STATES[State(job.state)]
    moving = job.state in (State.WAITING, State.RUNNING, State.UNDOING)
    goal = job.changed if job.state in (State.UNDOING, State.UNDONE) else job.total
    rate, left = _pace(job, goal, now) if moving else (0, None)
    return ToldJob(
        job=job,
        title=kind.told(job.params),
        state=str(state),
        tone=tone,
        moving=moving,
        goal=goal,
        may_undo=bulk.may_undo(job, now=now),
        may_stop=kind.chosen and job.state in (State.WAITING, State.RUNNING),
        rate=rate,
        left=left,
    )


def _pace(job: BulkJob, goal: int, now: datetime) -> tuple[int, int | None]:
    seconds = (now - job.started_at).total_seconds() if job.started_at else 0.0
    if seconds < 1 or not job.handled:
        return 0, None
    rate = job.handled / seconds
    return max(1, round(rate)), round((goal - job.handled) / rate)
