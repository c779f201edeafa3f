"""When runs advance: rung on commit by whoever made one due, swept every two seconds for the rest."""

from __future__ import annotations

from ma_platform import clock, jobs
from ma_platform.tenancy.scope import system_scope
from nurturing import actions, queries


@jobs.task(queue="flow", every=2.0)
def tick() -> dict[str, int]:
    """Find the workspaces with due runs and start each one's own tick."""
    with system_scope():
        due = queries.tenants_with_due_runs(clock.now())
        for tenant_id in due:
            jobs.start(advance, tenant_id)
    return {"workspaces": len(due)}


@jobs.tenant_task(queue="flow")
def advance(tenant_id: int) -> dict[str, int]:
    """One tick of one workspace; a full claim means that more is due, so it starts itself again."""
    report = actions.tick(now=clock.now())
    if report.claimed == actions.CLAIM_AT_ONCE:
        jobs.start(advance, tenant_id)
    return {"claimed": report.claimed, "passed": report.passed, "over": report.over}
