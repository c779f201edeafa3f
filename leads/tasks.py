"""Wake-ups of the room: what networks may be learned, and segments built, turned with time, and checked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from leads.actions import bulk, exports, imports, left_out, segments
from leads.actions import long_work as _kinds  # noqa: F401 - registers its kinds of jobs
from leads.actions.networks import learn_from_people, learning_tenants
from leads.queries import usage
from leads.queries.left_out import listing_tenants
from leads.queries.segment_sweeps import late_segments, stalled_segments, tenants_with_looks, unchecked_segments
from ma_platform import clock, jobs
from ma_platform.tenancy.scope import system_scope
from ma_platform.workspaces.quotas import Used, counts


@counts(Used.PEOPLE)
def people_kept(_since: datetime) -> int:
    return usage.people()


@counts(Used.STORAGE)
def files_kept(_since: datetime) -> int:
    return usage.file_bytes()


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


STALLED_AFTER = timedelta(minutes=1)
CHECKED_EVERY = timedelta(hours=20)


@jobs.tenant_task(queue="bulk")
def build_segment(tenant_id: int, segment_id: int) -> Iterator[dict[str, int]]:
    for built in segments.build_by_steps(segment_id, now=clock.now()):
        yield {"enters": built.enters, "leaves": built.leaves}


@jobs.tenant_task(queue="bulk")
def refresh_segment(tenant_id: int, segment_id: int, quiet: int = 0) -> Iterator[dict[str, int]]:
    for done in segments.refresh_by_steps(segment_id, now=clock.now(), quiet=bool(quiet)):
        yield {"entered": done.entered, "left": done.left}


@jobs.tenant_task(queue="bulk")
def check_segment(tenant_id: int, segment_id: int) -> dict[str, int]:
    return {"drift": segments.check_segment(segment_id, now=clock.now())}


@jobs.tenant_task(queue="consume")
def turn_wheel(tenant_id: int) -> dict[str, int]:
    now = clock.now()
    segments.expire_overrides(now=now)
    looks, done = segments.turn_wheel(now=now)
    if looks == segments.LOOKS_AT_ONCE:
        jobs.start(turn_wheel, tenant_id)
    return {"looks": looks, "entered": done.entered, "left": done.left}


@jobs.task(queue="consume", every=20.0)
def segment_wheel() -> dict[str, int]:
    with system_scope():
        tenants = tenants_with_looks(clock.now())
        for tenant_id in tenants:
            jobs.start(turn_wheel, tenant_id)
    return {"tenants": len(tenants)}


@jobs.task(queue="bulk", every=60.0)
def resume_segments() -> dict[str, int]:
    with system_scope():
        waiting = stalled_segments(before=clock.now() - STALLED_AFTER)
        for tenant_id, segment_id in waiting:
            jobs.start(build_segment, tenant_id, segment_id)
    return {"building": len(waiting)}


@jobs.task(queue="bulk", every=3600.0)
def refresh_late_segments() -> dict[str, int]:
    with system_scope():
        late = late_segments()
        for tenant_id, segment_id in late:
            jobs.start(refresh_segment, tenant_id, segment_id)
    return {"segments": len(late)}


@jobs.task(queue="bulk", every=1800.0)
def check_segments() -> dict[str, int]:
    with system_scope():
        now = clock.now()
        unchecked = unchecked_segments(now=now, before=now - CHECKED_EVERY)
        for tenant_id, segment_id in unchecked:
            jobs.start(check_segment, tenant_id, segment_id)
    return {"segments": len(unchecked)}


@jobs.tenant_task(queue="bulk")
def advance_import(tenant_id: int, import_id: int) -> dict[str, int]:
    """One chunk of an import, and the call for the next."""
    more = imports.advance(import_id, now=clock.now())
    if more:
        jobs.start(advance_import, tenant_id, import_id)
    return {"more": int(more)}


@jobs.task(queue="bulk", every=30.0)
def resume_imports() -> dict[str, int]:
    """Call again for imports whose call was lost."""
    return {"resumed": imports.resume(partial(jobs.start, advance_import), now=clock.now())}


@jobs.tenant_task(queue="bulk")
def begin_export(tenant_id: int, export_id: int) -> dict[str, int]:
    """Say that it has begun, in a transaction of its own."""
    begun = exports.begin(export_id)
    if begun:
        jobs.start(write_export, tenant_id, export_id)
    return {"begun": int(begun)}


@jobs.tenant_task(queue="bulk")
def write_export(tenant_id: int, export_id: int) -> dict[str, int]:
    rows = exports.write_export(export_id, now=clock.now())
    if rows is None:
        jobs.start(begin_export, tenant_id, export_id)
    return {"rows": rows or 0}


@jobs.task(queue="bulk", every=300.0)
def resume_exports() -> dict[str, int]:
    """Call again for exports whose call was lost."""
    return {"resumed": exports.resume_exports(partial(jobs.start, begin_export), now=clock.now())}


@jobs.tenant_task(queue="bulk")
def tidy_transfers(tenant_id: int) -> dict[str, int]:
    return {"removed": imports.tidy(now=clock.now())}


@jobs.task(queue="bulk", every=3600.0)
def tidy_all_transfers() -> dict[str, int]:
    """Files and rows whose time is over, everywhere."""
    with system_scope():
        tenants = imports.workspaces_with_leftovers(now=clock.now())
        for tenant_id in tenants:
            jobs.start(tidy_transfers, tenant_id)
    return {"tenants": len(tenants)}


@jobs.tenant_task(queue="bulk")
def refresh_exclusions(tenant_id: int) -> dict[str, int]:
    return {"changed": left_out.refresh_left_out()}


@jobs.task(queue="bulk", every=3600.0)
def refresh_all_exclusions() -> dict[str, int]:
    """What no fact tells of a person: a visit from a listed network, another name of a listed company."""
    with system_scope():
        tenants = listing_tenants()
        for tenant_id in tenants:
            jobs.start(refresh_exclusions, tenant_id)
    return {"tenants": len(tenants)}


@jobs.tenant_task(queue="bulk")
def run_bulk(tenant_id: int, job_id: int) -> Iterator[dict[str, int]]:
    """One chunk of a job over many people, and the call for the next."""
    more = False
    for more in bulk.advance_by_steps(job_id, now=clock.now()):
        yield {"more": int(more)}
    if more:
        jobs.start(run_bulk, tenant_id, job_id)


@jobs.task(queue="bulk", every=30.0)
def resume_bulk() -> dict[str, int]:
    """Call again for jobs whose call was lost."""
    return {"resumed": bulk.resume(partial(jobs.start, run_bulk))}


@jobs.tenant_task(queue="bulk")
def tidy_bulk(tenant_id: int) -> dict[str, int]:
    return {"removed": bulk.tidy(now=clock.now())}


@jobs.task(queue="bulk", every=3600.0)
def tidy_all_bulk() -> dict[str, int]:
    """Lines of jobs that can no longer be undone, everywhere."""
    with system_scope():
        tenants = bulk.workspaces_with_old_jobs(now=clock.now())
        for tenant_id in tenants:
            jobs.start(tidy_bulk, tenant_id)
    return {"tenants": len(tenants)}
