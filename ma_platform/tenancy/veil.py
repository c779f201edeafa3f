"""The veil: fields a workspace calls sensitive are not read for those who may not see them.

It is of Postgres, as the walls are: the schema `veiled` has a view of each table that holds such values, under the
table's own name, and a request that only reads for somebody without `leads:sensitive` finds it first. What the view
leaves out can be in no page, answer, file, search or order. Whatever writes reads the tables themselves: it would
otherwise keep blanks as values; what it answers with, it reads under `reading`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connections, transaction

from ma_platform.tenancy.models import Membership
from ma_platform.tenancy.permissions import Capability

Tell = Callable[[], frozenset[str]]
_teller: list[Tell] = []
_withheld: ContextVar[frozenset[str]] = ContextVar("withheld", default=frozenset())
_drawn: ContextVar[bool] = ContextVar("drawn", default=False)


def told_by(tell: Tell) -> Tell:
    """The room that knows the fields names the function that reads them, in one query: words of conditions."""
    _teller[:] = [tell]
    return tell


def withheld() -> frozenset[str]:
    """Fields not shown to who is asking, as conditions name them: {"lead.phone"}; empty for most people."""
    return _withheld.get()


@contextmanager
def worn_by(can: Collection[Capability], *, reading: bool, using: str = "default") -> Iterator[None]:
    """What somebody with these capabilities does, inside the tenant's transaction. No query where they see all.

    reading: nothing but reading is done, and the veil is drawn throughout.
    """
    seen = frozenset() if Capability.SEE_SENSITIVE in can or not _teller else _teller[0]()
    token = _withheld.set(seen)
    try:
        with _turned(bool(seen) and reading, using):
            yield
    finally:
        _withheld.reset(token)


@contextmanager
def worn_by_user(user_id: int | None, *, using: str = "default") -> Iterator[None]:
    """Read in a job for the member who asked for it, as they are now.

    None asked: the workspace itself, which sees all.
    """
    if user_id is None or not _teller:
        yield
        return
    member = Membership.objects.filter(user_id=user_id).first()
    with worn_by(member.capabilities if member else (), reading=True, using=using):
        yield


@contextmanager
def outward(*, using: str = "default") -> Iterator[None]:
    """Read for a text that goes where nobody asks who reads: an alert's mail, a chat. No sensitive field is in it."""
    with worn_by((), reading=True, using=using):
        yield


@contextmanager
def reading(*, using: str = "default") -> Iterator[None]:
    """Draw the veil for a stretch that only reads, in a request or job that writes."""
    with _turned(bool(withheld()), using):
        yield


@contextmanager
def lifted(*, using: str = "default") -> Iterator[None]:
    """Take it away for a stretch whose answer tells no value: whether a condition of the workspace's own holds."""
    with _turned(False, using):
        yield


@contextmanager
def _turned(drawn: bool, using: str) -> Iterator[None]:
    before = _drawn.get()
    if drawn == before:
        yield
        return
    token = _drawn.set(drawn)
    try:
        with transaction.atomic(using=using):  # an error that rolls it back takes the setting back with it
            _tell_postgres(drawn, using)
            yield
            if not connections[using].needs_rollback:
                _tell_postgres(before, using)
    finally:
        _drawn.reset(token)


def _tell_postgres(drawn: bool, using: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute(DRAW if drawn else UNDO, {"withheld": " ".join(sorted(withheld()))})


# `veiled.stands` fails where there is no such schema: a name missing from the path would be passed over in silence.
DRAW = """SELECT set_config('app.withheld', %(withheld)s, true), set_config('search_path', 'veiled, public', true),
                 veiled.stands()"""
UNDO = "SELECT set_config('search_path', 'public', true)"
