"""What the platform does by itself, now and then."""

from __future__ import annotations

from ma_platform import clock, jobs
from ma_platform.api.actions import forget_answers
from ma_platform.tenancy.scope import system_scope
from ma_platform.workspaces.actions.clearing import clear_due
from ma_platform.workspaces.actions.closing import next_untold, not_told
from ma_platform.workspaces.actions.quotas import count_usage
from ma_platform.workspaces.actions.taking_out import expire_whole_exports, write_next
from ma_platform.workspaces.farewells import tell_of_closing
from ma_platform.workspaces.queries import open_workspaces


@jobs.task(queue="bulk", every=3600.0)
def forget_old_answers() -> dict[str, int]:
    """Beside the requests: two of them would wait for each other over the same old rows."""
    with system_scope():
        return {"forgotten": forget_answers(now=clock.now())}


@jobs.task(queue="bulk", every=60.0)
def write_whole_export() -> dict[str, int]:
    """One at a time over all workspaces: the next has its turn behind what waits in the queue."""
    rows = write_next(now=clock.now())
    if rows is not None:
        jobs.ring(write_whole_export)
    return {"rows": rows or 0}


@jobs.task(queue="bulk", every=3600.0)
def expire_whole() -> dict[str, int]:
    return {"removed": expire_whole_exports(now=clock.now())}


@jobs.task(queue="bulk", every=60.0)
def tell_closings() -> dict[str, int]:
    """Outside of any workspace: a closed one sends nothing."""
    told = 0
    while (untold := next_untold(now=clock.now())) is not None:
        reached = tell_of_closing(untold)
        if untold.members and not reached:
            not_told(untold, now=clock.now())
        told += reached
    return {"told": told}


@jobs.task(queue="bulk", every=60.0)
def clear_closed() -> dict[str, int]:
    """A stretch of deleting; what is left has its turn behind what waits in the queue."""
    cleared = clear_due(now=clock.now())
    if cleared.more:
        jobs.ring(clear_closed)
    return {"rows": cleared.rows, "workspaces": int(cleared.gone)}


@jobs.tenant_task(queue="bulk")
def count_used(tenant_id: int) -> dict[str, int]:
    return {"told": len(count_usage(now=clock.now()))}


@jobs.task(queue="bulk", every=1800.0)
def count_all_used() -> dict[str, int]:
    with system_scope():
        tenants = open_workspaces()
        for tenant_id in tenants:
            jobs.start(count_used, tenant_id)
    return {"tenants": len(tenants)}
