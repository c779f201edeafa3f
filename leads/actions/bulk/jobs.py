"""A job gets on, one short transaction per chunk: a step that is lost is done again, never twice.

A step locks its job, then its people in order of their keys, and writes outcomes and counters with the change itself.
Whoever calls `advance` starts the next step; a sweep starts those whose step was lost.
"""

from __future__ import annotations

import logging
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import orjson
from celery import current_app
from django.core.cache import cache
from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext_lazy as _
from psycopg2.sql import SQL

from conditions import ConditionRefused
from leads.actions.bulk.kinds import Batch, BulkKind, BulkRefused, Done, Json, kind_of
from leads.models import BulkItem, BulkJob
from leads.queries.bulk import count_exactly
from leads.queries.selection import selected
from ma_platform import audit, jobs
from ma_platform.db import sql
from ma_platform.errors import DomainError, NotFound
from ma_platform.tenancy import veil
from ma_platform.tenancy.models import User
from ma_platform.tenancy.reach import reach_of_user, reaching
from ma_platform.tenancy.scope import current_tenant_id, system_scope

State = BulkJob.State
log = logging.getLogger(__name__)
UNDO_FOR = timedelta(days=30)
BEAT_SECONDS = 45  # a job nobody worked on for so long has lost its step
AT_WORK = (State.WAITING, State.RUNNING, State.UNDOING)
MOST_PICKED = 5_000
LAID_AT_ONCE = 20_000  # people written down in one transaction
MISCOUNTED = _("Nothing was done: the number typed is not how many people it is about.")


def start_job(
    kind: BulkKind,
    params: Json,
    selection: Mapping[str, Any],  # Any: JSON
    *,
    by: User,
    now: datetime,
    typed: str = "",
) -> BulkJob:
    """Have something done to everybody selected at the moment its first step runs. Raises BulkRefused."""
    try:
        picked = selected(selection, now=now)
    except ConditionRefused as error:
        raise BulkRefused(reason=_("The condition of this list is not understood any more.")) from error
    if len(selection.get("ids") or ()) > MOST_PICKED:
        raise BulkRefused(reason=_("Too many people were picked one by one."))
    total = count_exactly(picked) if kind.typed else 0
    if kind.typed and _digits(typed) != str(total):
        raise BulkRefused(reason=MISCOUNTED)
    job: BulkJob = BulkJob.objects.create(
        kind=kind.key, params=params, selection=dict(selection), by=by, created_at=now, total=total
    )
    audit.record(by, "bulk.started", job.public_id, at=now, kind=kind.key, params=params)
    return job


def hand_over(kind: BulkKind, params: Json, lead_ids: Sequence[int], *, by: User | None, now: datetime) -> BulkJob:
    """Have a worker do what takes too long for the page it was asked on, to exactly these people."""
    job: BulkJob = BulkJob.objects.create(
        kind=kind.key,
        params=params,
        by=by,
        created_at=now,
        started_at=now,
        state=State.RUNNING,
        total=len(set(lead_ids)),
    )
    sql.run(NAME, job_id=job.pk, lead_ids=sorted(set(lead_ids)))
    audit.record(by, "bulk.started", job.public_id, at=now, kind=kind.key, params=params, people=job.total)
    step = current_app.tasks.get(STEP)  # by its name: tasks stand above the actions
    if step is not None:
        jobs.start(step, current_tenant_id(), job.pk)
    return job


STEP = "leads.tasks.run_bulk"
NAME = """
    INSERT INTO leads_bulkitem (tenant_id, job_id, lead_id, outcome)
    SELECT %(tenant_id)s, %(job_id)s, picked.id, '' FROM unnest(%(lead_ids)s::bigint[]) AS picked(id) ORDER BY picked.id
"""


def _digits(typed: str) -> str:
    return "".join(str(int(char)) for char in typed if char.isdecimal())


def may_undo(job: BulkJob, *, now: datetime) -> bool:
    """Whether a job can still be taken back."""
    ended = job.finished_at
    over = job.state in (State.DONE, State.FAILED) and ended is not None and now - ended < UNDO_FOR
    return over and job.changed > 0 and kind_of(job.kind).undo is not None


def ask_undo(public_id: str, *, by: User, now: datetime) -> BulkJob:
    """Have a job taken back where nobody changed it since. Raises NotFound and BulkRefused."""
    job = _locked(public_id)
    if not may_undo(job, now=now):
        raise BulkRefused(reason=_("This can no longer be undone."))
    job.state, job.handled, job.problem, job.started_at, job.finished_at = State.UNDOING, 0, "", None, None
    job.undone_by = by
    job.save()
    audit.record(by, "bulk.undo_started", job.public_id, at=now)
    return job


def stop(public_id: str, *, by: User, now: datetime) -> BulkJob:
    """Leave off where it is; what was done can be undone. Raises NotFound and BulkRefused."""
    job = _locked(public_id)
    if not kind_of(job.kind).chosen:
        raise BulkRefused(reason=_("This cannot be left off half-way."))
    if job.state not in (State.WAITING, State.RUNNING):
        raise BulkRefused(reason=_("This is over already."))
    job.state, job.problem, job.finished_at = State.DONE, "stopped", now
    job.save()
    audit.record(by, "bulk.stopped", job.public_id, at=now, handled=job.handled)
    return job


def _locked(public_id: str) -> BulkJob:
    job: BulkJob | None = BulkJob.objects.select_for_update().filter(public_id=public_id).first()
    if job is None:
        raise NotFound(kind="job")
    return job


def advance(job_id: int, *, now: datetime) -> bool:
    """As `advance_by_steps`, all in the transaction of the caller."""
    return list(advance_by_steps(job_id, now=now))[-1]


def advance_by_steps(job_id: int, *, now: datetime) -> Iterator[bool]:
    """One step of a job; whether there is more to do. A job somebody else is working on is left alone.

    The transaction may end at each `yield`: whom it is about may be a million people, who are written down by and by.
    """
    job = BulkJob.objects.filter(pk=job_id, state__in=AT_WORK).first()
    if job is None:
        yield False
    elif job.state == State.WAITING:
        yield from _freeze(job, now)
    else:
        yield _step(job_id, STEPS[job.state], now, state=job.state)


def _step(job_id: int, do: Callable[[BulkJob, datetime], None], now: datetime, **where: object) -> bool:
    """Whether there is more to do; False also when the job is not as in `where`, or in somebody else's hands."""
    found = BulkJob.objects.filter(pk=job_id, **where).select_for_update(skip_locked=True, of=("self",))
    job = found.select_related("by", "undone_by").first()
    if job is None:
        return False
    cache.set(_beat(job_id), 1, BEAT_SECONDS)
    try:
        with transaction.atomic():
            do(job, now)
    except (DomainError, ConditionRefused) as refused:
        _finish(job, State.FAILED, now, problem=str(refused))
    except (OperationalError, InterfaceError):
        raise  # the database is away or somebody holds these people: the step is done again
    except Exception:  # the outermost loop over steps: one that always fails must not be done for ever
        log.exception("bulk job %s failed", job.public_id)
        _finish(job, State.FAILED, now, problem=str(_("Something went wrong on our side. Nothing was half done.")))
    job.save()
    return job.state in AT_WORK


def resume(start: Callable[[int, int], None]) -> int:
    """Part of a system sweep: call `start(workspace, job)` for those whose step was lost; returns how many."""
    with system_scope():
        waiting = sql.run(OPEN_JOBS, states=list(AT_WORK)).rows
        beating = cache.get_many([_beat(job_id) for _tenant, job_id in waiting])
        lost = [row for row in waiting if _beat(row[1]) not in beating]
        for tenant_id, job_id in lost:
            start(tenant_id, job_id)
    return len(lost)


def tidy(*, now: datetime, limit: int = 50_000) -> int:
    """Forget what became of each person of jobs that can no longer be undone, so many lines at a time."""
    return sql.run(TIDY, before=now - UNDO_FOR, limit=limit).rowcount


def workspaces_with_old_jobs(*, now: datetime) -> list[int]:
    """Part of a system sweep: where there is something to tidy."""
    return sql.run(OLD, before=now - UNDO_FOR).values()


def _beat(job_id: int) -> str:
    return f"bulk:{job_id}"


def _freeze(job: BulkJob, now: datetime) -> Iterator[bool]:
    """Whom it is about is decided once: people who come to match later are left out. Deciding it only reads, and so
    holds back no consumer of the log; `handled` counts who is written down. What is lost half way begins anew.
    """
    cache.set(_beat(job.pk), 1, BEAT_SECONDS)
    laid, whom = job.handled, array("q")
    try:
        with transaction.atomic():
            whom = _whom(job, now)
    except Exception as error:  # noqa: BLE001 - told, or done again, as the errors of every step
        yield _step(job.pk, partial(_refuse, error), now, state=State.WAITING)
        return
    for start in range(0, len(whom) or 1, LAID_AT_ONCE):
        some = whom[start : start + LAID_AT_ONCE]
        if start:
            yield True
        if not _step(job.pk, partial(_lay, whom, some, not start), now, state=State.WAITING, handled=laid):
            yield False
            return
        laid += len(some)
    yield _step(job.pk, _begin, now, state=State.WAITING, handled=laid)


def _whom(job: BulkJob, now: datetime) -> array[int]:
    with reaching(reach_of_user(job.by_id)), veil.worn_by_user(job.by_id):
        picked = selected(job.selection, now=now)
        return array("q", map(int, sql.copied(SQL(WHOM).format(tests=picked.tests), **picked.params)))


def _refuse(error: Exception, _job: BulkJob, _now: datetime) -> None:
    raise error


def _lay(whom: array[int], some: array[int], first: bool, job: BulkJob, _now: datetime) -> None:
    """Raises BulkRefused when it is no longer the number that was typed: what cannot be undone is not done to others.

    Who was erased meanwhile is left out.
    """
    if first:
        if kind_of(job.kind).typed and len(whom) != job.total:
            raise BulkRefused(reason=MISCOUNTED)
        BulkItem.objects.filter(job=job).delete()
        job.total = len(whom)
    sql.run(LAY, job_id=job.pk, lead_ids=list(some))
    job.handled += len(some)


def _begin(job: BulkJob, now: datetime) -> None:
    job.state, job.started_at, job.handled = State.RUNNING, now, 0


def _run(job: BulkJob, now: datetime) -> None:
    kind = kind_of(job.kind)
    taken = _take(job, kind)
    if not taken:
        return _finish(job, State.DONE, now)
    # What follows from something else a member did is about those people whoever sees them.
    present = _lock(list(taken), job.by_id if kind.chosen else None)
    done = kind.apply(Batch(present, job.params, job.by, now)) if present else {}
    told = {lead_id: done.get(lead_id, Done("same")) for lead_id in present}
    _settle(job, {lead_id: told.get(lead_id, Done("refused")) for lead_id in taken})
    job.handled += len(taken)
    job.changed += sum(one.outcome == "changed" for one in told.values())
    job.refused += len(taken) - len(present) + sum(one.outcome == "refused" for one in told.values())
    return None


def _undo(job: BulkJob, now: datetime) -> None:
    if job.started_at is None:
        sql.run(FORGET_WAITING, job_id=job.pk)
        sql.run(REOPEN, job_id=job.pk)
        job.started_at = now
        return None
    kind = kind_of(job.kind)
    taken = _take(job, kind)
    if not taken or kind.undo is None:
        return _finish(job, State.UNDONE, now)
    # Those it changed were in reach of who started it; where they took people out of it, they put them back as well.
    present = _lock(list(taken), None if job.undone_by_id == job.by_id else job.undone_by_id)
    befores = {lead_id: taken[lead_id] or {} for lead_id in present}
    back = set(kind.undo(Batch(present, job.params, job.undone_by, now, befores))) if present else set()
    sql.run(
        SETTLE_BACK,
        job_id=job.pk,
        lead_ids=list(taken),
        outcomes=["undone" if lead_id in back else "kept" for lead_id in taken],
    )
    job.handled += len(taken)
    return None


def _finish(job: BulkJob, state: State, now: datetime, *, problem: str = "") -> None:
    job.state, job.problem, job.finished_at = state, problem, now
    by = job.undone_by if state == State.UNDONE else job.by
    audit.record(by, f"bulk.{state.value}", job.public_id, at=now, changed=job.changed, refused=job.refused)


def _take(job: BulkJob, kind: BulkKind) -> dict[int, Json | None]:
    """The next people of the job in order, with what is remembered of them."""
    waiting = BulkItem.objects.filter(job=job, outcome="").order_by("pk")
    return dict(waiting.values_list("lead_id", "before")[: kind.chunk])


def _lock(lead_ids: Sequence[int], asker: int | None) -> list[int]:
    """Hold these people, in the order of their keys as everybody does.

    Those who stand aside are left out, and who is out of the asker's reach by now. asker None: nobody is.
    """
    with reaching(reach_of_user(asker)):
        return sql.run(LOCK_PEOPLE, lead_ids=lead_ids).values()


def _settle(job: BulkJob, done: Mapping[int, Done]) -> None:
    sql.run(
        SETTLE,
        job_id=job.pk,
        lead_ids=list(done),
        outcomes=[one.outcome for one in done.values()],
        befores=[None if one.before is None else orjson.dumps(one.before).decode() for one in done.values()],
    )


STEPS: Mapping[str, Callable[[BulkJob, datetime], None]] = {
    State.RUNNING: _run,
    State.UNDOING: _undo,
}

WHOM = """
    SELECT lead.id FROM leads_lead AS lead WHERE lead.tenant_id = %(tenant_id)s {tests} ORDER BY lead.id
"""
LAY = """
    INSERT INTO leads_bulkitem (tenant_id, job_id, lead_id, outcome)
    SELECT %(tenant_id)s, %(job_id)s, lead.id, ''
      FROM leads_lead AS lead WHERE lead.tenant_id = %(tenant_id)s AND lead.id = ANY(%(lead_ids)s::bigint[])
     ORDER BY lead.id
"""
LOCK_PEOPLE = """
    SELECT lead.id FROM leads_lead AS lead
     WHERE lead.tenant_id = %(tenant_id)s AND lead.id = ANY(%(lead_ids)s::bigint[]) AND lead.merged_into_id IS NULL
     ORDER BY lead.id
       FOR NO KEY UPDATE
"""
SETTLE = """
    UPDATE leads_bulkitem AS item SET outcome = done.outcome, before = done.before
      FROM unnest(%(lead_ids)s::bigint[], %(outcomes)s::text[], %(befores)s::jsonb[]) AS done(lead_id, outcome, before)
     WHERE item.tenant_id = %(tenant_id)s AND item.job_id = %(job_id)s AND item.lead_id = done.lead_id
"""
SETTLE_BACK = """
    UPDATE leads_bulkitem AS item SET outcome = done.outcome
      FROM unnest(%(lead_ids)s::bigint[], %(outcomes)s::text[]) AS done(lead_id, outcome)
     WHERE item.tenant_id = %(tenant_id)s AND item.job_id = %(job_id)s AND item.lead_id = done.lead_id
"""
# A job that was stopped has people it never came to; they are not to be taken back.
FORGET_WAITING = """
    DELETE FROM leads_bulkitem WHERE tenant_id = %(tenant_id)s AND job_id = %(job_id)s AND outcome = ''
"""
REOPEN = """
    UPDATE leads_bulkitem SET outcome = ''
     WHERE tenant_id = %(tenant_id)s AND job_id = %(job_id)s AND outcome = 'changed'
"""
OLD = """
    SELECT DISTINCT job.tenant_id FROM leads_bulkjob AS job
     WHERE job.finished_at < %(before)s
       AND EXISTS (SELECT FROM leads_bulkitem AS item WHERE item.tenant_id = job.tenant_id AND item.job_id = job.id)
     ORDER BY job.tenant_id
"""
TIDY = """
    DELETE FROM leads_bulkitem AS item
     USING (SELECT old.id FROM leads_bulkjob AS job
              JOIN leads_bulkitem AS old ON old.tenant_id = %(tenant_id)s AND old.job_id = job.id
             WHERE job.tenant_id = %(tenant_id)s AND job.finished_at < %(before)s
             LIMIT %(limit)s) AS going
     WHERE item.tenant_id = %(tenant_id)s AND item.id = going.id
"""
OPEN_JOBS = """
    SELECT job.tenant_id, job.id FROM leads_bulkjob AS job
     WHERE job.state = ANY(%(states)s::text[])
     ORDER BY job.id
"""
