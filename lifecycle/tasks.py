"""When waiting people are given to somebody, and held visits are told: swept, since nothing rings when a business
opens or a quiet hour ends. And alerts of visits whose time is over."""

from __future__ import annotations

from lifecycle import actions
from lifecycle.queries.assignment import workspaces_with_due
from lifecycle.queries.visits import workspaces_to_tell, workspaces_with_old_visits
from ma_platform import clock, jobs
from ma_platform.tenancy.scope import system_scope


@jobs.task(queue="flow", every=30.0)
def assign_waiting() -> dict[str, int]:
    """Find the workspaces where somebody's waiting is over."""
    with system_scope():
        due = workspaces_with_due(now=clock.now())
        for tenant_id in due:
            jobs.start(assign_due, tenant_id)
    return {"workspaces": len(due)}


@jobs.tenant_task(queue="flow")
def assign_due(tenant_id: int) -> dict[str, int]:
    """So many at once; when as many are due no more, others may be. Who stays due is left for the sweep."""
    asked = actions.assign_due(now=clock.now())
    if asked == actions.ASSIGNED_AT_ONCE:
        jobs.start(assign_due, tenant_id)
    return {"asked": asked}


@jobs.task(queue="flow", every=30.0)
def tell_held() -> dict[str, int]:
    """Find the workspaces where a digest of visits is due."""
    with system_scope():
        due = workspaces_to_tell(now=clock.now())
        for tenant_id in due:
            jobs.start(tell_visits, tenant_id)
    return {"workspaces": len(due)}


@jobs.tenant_task(queue="flow")
def tell_visits(tenant_id: int) -> dict[str, int]:
    return {"alerts": actions.tell_visits(now=clock.now())}


@jobs.tenant_task(queue="bulk")
def tidy_visits(tenant_id: int) -> dict[str, int]:
    """So many at once; when there were as many, more may be over."""
    removed = actions.forget_old_visits(now=clock.now())
    if removed >= actions.VISITS_AT_ONCE:
        jobs.start(tidy_visits, tenant_id)
    return {"removed": removed}


@jobs.task(queue="bulk", every=6 * 3600.0)
def tidy_all_visits() -> dict[str, int]:
    """Find the workspaces with visits that were told of long ago."""
    with system_scope():
        tenants = workspaces_with_old_visits(before=clock.now() - actions.VISITS_KEPT)
        for tenant_id in tenants:
            jobs.start(tidy_visits, tenant_id)
    return {"tenants": len(tenants)}
