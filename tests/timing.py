"""Waiting for what happens in another process, and doing things at the same moment."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any, TypeVar

import pytest
from django.db import connection, connections, transaction

from ma_platform.errors import DomainError
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace

T = TypeVar("T")


def eventually(
    claim: Callable[[], T],
    *,
    seconds: float = 20,
    every: float = 0.1,
    despite: tuple[type[Exception], ...] = (),
    why: Callable[[], str] = str,
) -> T:
    """The first true answer of `claim`, asked `every` so many seconds; errors in `despite` count as "not yet".

    Fails with the claim's source, its last answer or error, and what `why` says (the end of a log, for instance).
    """
    until, last = time.monotonic() + seconds, "never asked"
    while time.monotonic() < until:
        try:
            if answer := claim():
                return answer
            last = repr(answer)
        except despite as error:
            last = repr(error)
        time.sleep(every)
    pytest.fail(f"not true within {seconds} s: {_source(claim)}\nlast answer: {last}\n{why()}", pytrace=False)


def waiting_for(holder: Any) -> int:  # Any: a connection of Django's or of the driver
    """How many wait for a lock that `holder`'s transaction has."""
    with holder.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT pid) FROM pg_locks"
            " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return int(cursor.fetchone()[0])


def somebody_waits(holder: Any) -> bool:  # Any: a connection of Django's or of the driver
    return waiting_for(holder) > 0


def minutes(count: int) -> timedelta:
    """minutes(3) == timedelta(minutes=3)"""
    return timedelta(minutes=count)


def _source(claim: Callable[[], object]) -> str:
    try:
        return inspect.getsource(claim).strip()
    except (OSError, TypeError):
        return repr(claim)


def queue_up(first: Callable[[], T], *others: Callable[[], T]) -> list[T]:
    """What each deed answers: the first is committed once all others, each in a thread of its own, wait for it.

    Fails where one does not wait, for then nothing raced; raises what one refuses. Needs real transactions.
    """

    def alone(deed: Callable[[], T]) -> T:
        try:
            return deed()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(others)) as pool:
        with transaction.atomic():
            done = first()
            waiting = [pool.submit(alone, deed) for deed in others]
            eventually(lambda: waiting_for(connection) == len(others), every=0.01)
        return [done, *(one.result() for one in waiting)]


def at_once(made: NewWorkspace, *deeds: Callable[[], object]) -> list[str]:
    """Each deed in a thread, a transaction and a scope of its own, at the same moment; the codes of refusals, sorted.

    "" stands for a deed that was done. Needs a database with real transactions.
    """
    start = Barrier(len(deeds))

    def one(deed: Callable[[], object]) -> str:
        try:
            with tenant_scope(made.workspace):
                start.wait(timeout=10)
                deed()
        except DomainError as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return ""

    with ThreadPoolExecutor(len(deeds)) as pool:
        return sorted(pool.map(one, deeds))
