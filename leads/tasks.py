"""Wake-ups of the room: what networks may be learned from the people seen on them."""

from __future__ import annotations

from leads.actions.networks import learn_from_people, learning_tenants
from ma_platform import clock, jobs
from ma_platform.tenancy.scope import system_scope


@jobs.tenant_task(queue="bulk")
def learn_networks(tenant_id: int) -> dict[str, int]:
    learned = learn_from_people(now=clock.now())
    return {"kept": learned.kept, "ended": learned.ended}


@jobs.task(queue="bulk", every=6 * 3600.0)
def learn_all_networks() -> dict[str, int]:
    with system_scope():
        tenants = learning_tenants(now=clock.now())
        for tenant_id in tenants:
            jobs.start(learn_networks, tenant_id)
    return {"tenants": len(tenants)}
