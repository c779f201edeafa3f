"""Wake-ups: consumers (rung on commit, swept every two seconds) and the months of the log."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from ma_platform import clock, jobs
from ma_platform.env import ENV
from ma_platform.tenancy.models import Workspace
from ma_platform.tenancy.scope import system_scope
from ma_platform.workspaces.partings import at_deletion
from ma_platform.workspaces.quotas import Used, counts
from tracking import actions
from tracking.collector.refused import name_of
from tracking.collector.wiring import client, place
from tracking.queries.usage import counted_since

CLEARING = timedelta(minutes=8)  # below a task's time limit; the next run goes on


@counts(Used.EVENTS)
def events_kept(since: datetime) -> int:
    """As the daily counts have them: without machines."""
    return counted_since(since.date())


@at_deletion
def forget_refused(workspace: Workspace) -> None:
    """What its senders were refused lately lies in Valkey for an hour."""
    client(place()).delete(name_of(workspace.pk))


@jobs.task(queue="consume", every=2.0)
def consume() -> dict[str, int]:
    """Let the consumers read until the log is quiet."""
    run = actions.run_consumers(now=clock.now())
    return {"facts": run.facts, "poisoned": run.poisoned, "failed": run.failed}


@jobs.task(queue="consume", every=2.0)
def enrich() -> dict[str, int]:
    """Devices, places and networks of new visits."""
    return {"visits": actions.enrich_due(now=clock.now())}


@jobs.task(queue="consume", every=15.0)
def judge() -> dict[str, int]:
    """Look at how the visits of the last minutes behaved."""
    found = actions.judge_due_visits(now=clock.now())
    return {"visits": found.examined, "changed": found.changed}


@jobs.tenant_task(queue="bulk")
def rejudge(tenant_id: int, rejudgement_id: int) -> dict[str, int]:
    """One chunk of a re-judgement, and the call for the next."""
    more = actions.advance(rejudgement_id, now=clock.now())
    if more:
        jobs.start(rejudge, tenant_id, rejudgement_id)
    return {"chunks": int(more)}


@jobs.task(queue="bulk", every=60.0)
def resume_rejudging() -> dict[str, int]:
    """Call again for re-judgements whose call was lost."""
    return {"resumed": actions.resume(partial(jobs.start, rejudge), now=clock.now())}


@jobs.tenant_task(queue="bulk")
def look_again(tenant_id: int, asked: str) -> dict[str, int]:
    """Visits of the last days once more, a helping at a time: their networks are known better now."""
    again = actions.enrich_again(asked=datetime.fromisoformat(asked))
    if again:
        jobs.start(look_again, tenant_id, asked)
    return {"again": again}


@jobs.task(queue="webhook", every=60.0)
def ask_providers() -> dict[str, int]:
    """Whose networks the latest unknown addresses are, where somebody may be asked."""
    return {"kept": actions.ask_providers(now=clock.now())}


@jobs.task(queue="webhook", every=5.0)
def check_domains() -> dict[str, int]:
    """Look at hosts that are due; what the proxy must know to let us in is told first."""
    return {"told": actions.tell_served_hosts(), "looked_at": actions.check_due(now=clock.now())}


@jobs.task(queue="bulk", every=6 * 3600.0)
def months() -> dict[str, int]:
    """Three months of partitions ahead, always."""
    with system_scope():
        return {"made": actions.ensure_partitions(now=clock.now())}


@jobs.task(queue="bulk", every=600.0)
def shorten_addresses() -> dict[str, int]:
    """Addresses lose their last part when their days are over, and hits of nobody what came with them."""
    now = clock.now()
    return {
        "shortened": actions.shorten_due(now=now),
        "forgotten": actions.forget_hits_of_nobody(now=now, running=lambda: clock.now() < now + CLEARING),
    }


@jobs.task(queue="bulk", every=60.0)
def put_lines_back() -> dict[str, int]:
    """Lines that were set aside go into the log after all, where somebody asked for it."""
    done = actions.put_asked_back(now=clock.now())
    return {"lines": done.lines, "written": done.written, "refused": done.refused}


@jobs.task(queue="bulk", every=60.0)
def tidy_set_aside() -> dict[str, int]:
    """Lines set aside do not stay for ever, nor without bounds: whoever has the public key can make them."""
    return {"gone": actions.tidy_set_aside(now=clock.now())}


@jobs.task(queue="bulk", every=900.0)
def clear_events() -> dict[str, int]:
    """Events past their time go, once after each workspace's midnight; a killed run is taken up by the next."""
    until = clock.now() + CLEARING
    return {
        "deleted": actions.clear_due(now=clock.now(), running=lambda: clock.now() < until),
        "tombstones": actions.drop_old_tombstones(now=clock.now()),
        "retold": actions.drop_old_retold(now=clock.now()),
        "names": actions.rest_names(now=clock.now(), running=lambda: clock.now() < until),
    }


actions.load_providers(ENV.network_providers)
