"""Wake-ups: consumers (rung on commit, swept every two seconds) and the months of the log."""

from __future__ import annotations

from ma_platform import clock, jobs
from ma_platform.tenancy.scope import system_scope
from tracking import actions


@jobs.task(queue="consume", every=2.0)
def consume() -> dict[str, int]:
    """Let the consumers read until the log is quiet."""
    run = actions.run_consumers(now=clock.now())
    return {"facts": run.facts, "poisoned": run.poisoned}


@jobs.task(queue="bulk", every=6 * 3600.0)
def months() -> dict[str, int]:
    """Three months of partitions ahead, always."""
    with system_scope():
        return {"made": actions.ensure_partitions(now=clock.now())}
