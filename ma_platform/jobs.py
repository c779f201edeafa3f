"""The three ways a task starts: rung on commit, swept by beat, or called for one tenant.

A task's body is one action; its arguments are JSON; it may run twice and it may be lost: rows remember.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import partial, wraps
from typing import Any, TypeVar

import redis
from celery import Celery, Task
from celery.schedules import schedule
from django.db import transaction
from kombu.exceptions import OperationalError

from ma_platform.connections import broker_url, redis_url
from ma_platform.db import sql
from ma_platform.env import ENV
from ma_platform.tenancy.scope import tenant_scope

QUEUES = ("consume", "flow", "send", "webhook", "bulk")
BROKER_AWAY = (redis.RedisError, OperationalError, OSError)
RUNG_FOR_SECONDS = 30  # a ring that was lost (broker gone) blocks the next ones no longer than this
T = TypeVar("T")
Counts = dict[str, int]
Outcome = Counts | Iterator[Counts] | None
Body = Callable[..., Outcome]

log = logging.getLogger(__name__)
app = Celery("ma_platform", broker=broker_url(ENV))
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_default_queue="consume",
    task_serializer="json",
    accept_content=["json"],
    task_time_limit=600,
    task_soft_time_limit=540,
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=2000,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 900, "global_keyprefix": "ma:"},
    beat_schedule_filename=str(ENV.data_dir / "beat-schedule"),
    timezone="UTC",
)
_bell = redis.Redis.from_url(redis_url(ENV), socket_timeout=2, socket_connect_timeout=2)


def task(*, queue: str, every: float | None = None) -> Callable[[Body], Task[..., Any]]:
    """A task over all tenants; `every` seconds beat sweeps it, so a lost ring costs only time."""
    return partial(_register, queue=queue, every=every, per_tenant=False)


def tenant_task(*, queue: str) -> Callable[[Body], Task[..., Any]]:
    """A task for one tenant: its first argument is the tenant's id, and it runs inside that scope.

    A body that yields (its counts so far) has a transaction from each `yield` to the next: what was read before may be
    another after it, and no block of its own stays open over one.
    """
    return partial(_register, queue=queue, every=None, per_tenant=True)


def ring(job: Task[..., Any]) -> None:
    """Wake `job` when the current transaction commits; at most one ring waits in the queue."""
    transaction.on_commit(partial(_ring, job))


def start(job: Task[..., Any], *arguments: int | str) -> None:
    """Start a tenant's job when the current transaction commits."""
    transaction.on_commit(partial(_send, job, arguments))


def _register(body: Body, *, queue: str, every: float | None, per_tenant: bool) -> Task[..., Any]:
    if queue not in QUEUES:
        raise ValueError(f"no queue {queue!r}")
    name = f"{body.__module__}.{body.__name__}"
    ROUTES[name] = {"queue": queue}
    if per_tenant:
        PER_TENANT.add(name)
    job: Task[..., Any] = app.task(name=name)(_in_tenant(body) if per_tenant else _answering(body, name))
    if every is not None:
        SWEEPS[name] = {
            "task": name,
            "schedule": schedule(every),
            "options": {"queue": queue, "expires": max(every, 10)},
        }
    return job


SWEEPS: dict[str, dict[str, object]] = {}
ROUTES: dict[str, dict[str, str]] = {}
PER_TENANT: set[str] = set()  # names of the tasks that refuse to run without a tenant


def _answering(body: Body, name: str) -> Callable[[], Outcome]:
    @wraps(body)
    def run() -> Outcome:
        _bell.delete(f"ma:bell:{name}")  # before the work, so that a ring during it is heard again
        return body()

    return run


class TenantMissing(RuntimeError):
    """A task that works for one tenant was started without naming it."""


CLOSED = "SELECT id FROM tenancy_workspace WHERE id = %(tenant_id)s AND closed_at IS NOT NULL"


def _in_tenant(body: Body) -> Callable[..., Counts | None]:
    @wraps(body)
    def run(tenant_id: int | None = None, *arguments: int | str) -> Counts | None:
        if not isinstance(tenant_id, int):
            raise TenantMissing(body.__name__)
        answer = _once(tenant_id, partial(body, tenant_id, *arguments))
        if not isinstance(answer, Iterator):
            return answer
        told = None
        while (step := _once(tenant_id, partial(next, answer, None))) is not None:
            told = step
        return told

    return run


def _once(tenant_id: int, do: Callable[[], T]) -> T | None:
    """In one transaction of the workspace; None where it is closed.

    What is to be done is still in the rows then, should the workspace be brought back.
    """
    with tenant_scope(tenant_id):
        return None if sql.run(CLOSED).rows else do()


def _ring(job: Task[..., Any]) -> None:
    try:
        if _bell.set(f"ma:bell:{job.name}", 1, nx=True, ex=RUNG_FOR_SECONDS):
            job.apply_async(retry=False, queue=ROUTES[job.name]["queue"])
    except BROKER_AWAY as error:
        log.warning("could not ring %s: %s; the sweep will find the work", job.name, error)


def _send(job: Task[..., Any], arguments: tuple[int | str, ...]) -> None:
    try:
        job.apply_async(args=tuple(arguments), retry=False, queue=ROUTES[job.name]["queue"])
    except BROKER_AWAY as error:
        log.warning("could not start %s: %s", job.name, error)
