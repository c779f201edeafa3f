"""The usual way in Django: a view a hit, a row a statement. How far a design leads is ours over this."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from benchmarks import load
from benchmarks.collector import answers, child, free_port, granian, message
from benchmarks.waiting import wait
from leads.models import Lead
from ma_platform import clock
from ma_platform.tenancy.scope import tenant_scope
from tracking.catalogue import Event as Names
from tracking.collector.messages import message_uuid
from tracking.models import Event

AT_ONCE = 1_000  # rows of a bulk_create
Item = TypeVar("Item")
Columns = dict[str, Any]  # Any: values of a model's fields


@contextmanager
def server() -> Iterator[int]:
    """`benchmarks.naive_server` on a free port, one process of eight threads."""
    port = free_port()
    with child(granian("wsgi", port, "benchmarks.naive_server:application", "--blocking-threads", "8")):
        wait(lambda: answers(port), what="the usual way answers")
        yield port


def hits(port: int, path: str, key: str, requests: int) -> float:
    """Page views a second that a view keeps; asserts that it took each."""

    def view(_number: int) -> bytes:
        return load.post(path, f'{{"writeKey": "{key}", {message()}}}'.encode())

    done = load.run(port, view, requests=requests)
    assert set(done.statuses) == {200}, done.statuses
    return done.per_second


def created(tenant_id: int, events: int) -> float:
    """Events a second of `create`, each in a transaction of its own."""
    views = [_view(number) for number in range(events)]
    return events / _each(tenant_id, views, lambda view: Event.objects.create(**view))


def created_in_bulk(tenant_id: int, events: int) -> float:
    """Events a second of `bulk_create` that leaves out what is there already."""
    views = [Event(tenant_id=tenant_id, **_view(number)) for number in range(events)]
    return events / _each(tenant_id, _parts(views), lambda part: Event.objects.bulk_create(part, ignore_conflicts=True))


def updated_or_created(tenant_id: int, people: Sequence[Columns]) -> float:
    """People a second of `update_or_create` by their address, each in a transaction of its own."""

    def one(person: Columns) -> None:
        now = clock.now()
        Lead.objects.update_or_create(
            email_key=person["email_key"],
            defaults=person | {"updated_at": now},
            create_defaults=person | {"created_at": now, "updated_at": now},
        )

    return len(people) / _each(tenant_id, people, one)


def people_in_bulk(tenant_id: int, people: Sequence[Columns]) -> float:
    """People a second of `bulk_create` that leaves out whom it finds."""
    now = clock.now()
    made = [Lead(tenant_id=tenant_id, created_at=now, updated_at=now, **person) for person in people]
    return len(made) / _each(
        tenant_id, _parts(made), lambda part: Lead.objects.bulk_create(part, ignore_conflicts=True)
    )


def _parts(items: Sequence[Item]) -> list[Sequence[Item]]:
    return [items[first : first + AT_ONCE] for first in range(0, len(items), AT_ONCE)]


def _each(tenant_id: int, items: Iterable[Item], work: Callable[[Item], object]) -> float:
    """Seconds of doing it for each, one transaction after the other."""
    began = time.perf_counter()
    for item in items:
        with tenant_scope(tenant_id):
            work(item)
    return time.perf_counter() - began


def _view(number: int) -> Columns:
    now = clock.now()
    return {
        "id": message_uuid(f"{now:%H%M%S%f} {number}"),
        "name": int(Names.PAGE_VIEWED),
        "visitor_id": number % 5_000,
        "subject_id": number % 200,
        "occurred_at": now,
        "received_at": now,
        "props": {"referrer": "https://www.google.com/"},
    }
