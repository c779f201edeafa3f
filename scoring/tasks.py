"""Builds in the background: one chunk per transaction, then the next; a sweep finds builds whose chain broke."""

from __future__ import annotations

from datetime import timedelta

from ma_platform import clock, jobs
from ma_platform.tenancy.scope import current_tenant_id, system_scope
from scoring.actions import continue_build
from scoring.queries import stalled_builds

STALLED_AFTER = timedelta(minutes=2)


@jobs.tenant_task(queue="bulk")
def build_scores(tenant_id: int) -> dict[str, int]:
    progress = continue_build(now=clock.now())
    if not progress.finished:
        jobs.start(build_scores, tenant_id)
    return {"computed": progress.computed, "written": progress.written}


@jobs.task(queue="bulk", every=60.0)
def resume_builds() -> dict[str, int]:
    with system_scope():
        waiting = stalled_builds(before=clock.now() - STALLED_AFTER)
        for tenant_id in waiting:
            jobs.start(build_scores, tenant_id)
    return {"building": len(waiting)}


def start_building() -> None:
    """Have the build of the workspace in scope begin when this transaction commits."""
    jobs.start(build_scores, current_tenant_id())
