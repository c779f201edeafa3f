"""What the platform does by itself, now and then."""

from __future__ import annotations

from ma_platform import clock, jobs
from ma_platform.api.actions import forget_answers
from ma_platform.tenancy.scope import system_scope


@jobs.task(queue="bulk", every=3600.0)
def forget_old_answers() -> dict[str, int]:
    """Beside the requests: two of them would wait for each other over the same old rows."""
    with system_scope():
        return {"forgotten": forget_answers(now=clock.now())}
