"""Reach: whose people somebody sees. Everybody's, unless a membership says: those of their groups, or their own.

Web and worker become the role `ma_reach` for the rest of such a request or job; Postgres then shows it nobody else
(`ma_platform/tenancy/walls.py`). What must look at everybody for a moment says so with `everybody()`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db import connections, transaction

from ma_platform.tenancy.models import ApiKey, GroupSeat, Membership
from ma_platform.tenancy.permissions import Span
from ma_platform.tenancy.walls import REACH


@dataclass(frozen=True, slots=True)
class Reach:
    """The people of these owners; `unowned`: and those who have none. `member`: to whom it belongs (0: to nobody)."""

    owners: tuple[int, ...] = ()
    unowned: bool = False
    member: int = 0

    def includes(self, owner_id: int | None) -> bool:
        """Whether somebody of this owner is within reach."""
        return self.unowned if owner_id is None else owner_id in self.owners

    def stated(self) -> str:
        """As the policies read it."""
        return ",".join(str(owner) for owner in (*((0,) if self.unowned else ()), *sorted(self.owners)))


NONE = Reach()  # of somebody who has left
_in_use: ContextVar[Reach | None] = ContextVar("reach", default=None)


def current_reach() -> Reach | None:
    """What the running request or job is limited to; None sees everybody."""
    return _in_use.get()


def reach_of(membership: Membership) -> Reach | None:
    """A member's reach in the workspace in scope; None sees everybody. At most one query."""
    return reaches_of([membership]).get(membership.pk)


def reaches_of(memberships: Iterable[Membership]) -> dict[int, Reach]:
    """The reach of those who do not see everybody, by the number of the membership. At most one query."""
    limited = [one for one in memberships if one.is_limited]
    owners = {one.pk: {one.user_id} for one in limited}
    if grouped := [one.pk for one in limited if one.reach == Span.GROUP]:
        mates = GroupSeat.objects.filter(group__seats__membership__in=grouped)
        for member_id, user_id in mates.values_list("group__seats__membership_id", "membership__user_id"):
            owners[member_id].add(user_id)
    return {one.pk: Reach(tuple(sorted(owners[one.pk])), one.sees_unowned, one.user_id) for one in limited}


def reach_of_user(user_id: int | None) -> Reach | None:
    """The reach of who asked for something, as it is now: of somebody who has left it is nobody.

    None asked: the workspace itself, which sees everybody.
    """
    if user_id is None:
        return None
    membership = Membership.objects.filter(user_id=user_id).first()
    return NONE if membership is None else reach_of(membership)


def reach_of_key(key: ApiKey) -> Reach | None:
    """A key sees everybody, or what the member sees whom it stands for."""
    return reach_of_user(key.reaches_as_id)


@contextmanager
def reaching(reach: Reach | None, *, using: str = "default") -> Iterator[None]:
    """The block sees these people only; inside of a tenant's scope."""
    if reach == current_reach():
        yield
        return
    outer, token = current_reach(), _in_use.set(reach)
    try:
        with transaction.atomic(using=using):  # an error that rolls it back takes the role back with it
            _become(reach, using)
            yield
            if not connections[using].needs_rollback:
                _become(outer, using)
    finally:
        _in_use.reset(token)


@contextmanager
def everybody(*, using: str = "default") -> Iterator[None]:
    """The block sees everybody, whoever asks: to know whether an address is taken, or to hand somebody on."""
    with reaching(None, using=using):
        yield


def _become(reach: Reach | None, using: str) -> None:
    role, owners = ("none", "") if reach is None else (REACH, reach.stated())
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT set_config('app.owners', %s, true), set_config('role', %s, true)", [owners, role])
