"""Giving a workspace up: it closes at once, can be brought back for some days, and only then is it deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from ma_platform import audit
from ma_platform.db import sql
from ma_platform.env import ENV
from ma_platform.errors import DomainError
from ma_platform.tenancy.models import Membership, User, Workspace
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import current_tenant, system_scope, tenant_scope
from ma_platform.workspaces.actions.members import OwnersOnly
from ma_platform.workspaces.actions.taking_out import must_own
from ma_platform.workspaces.models import Closing


class ClosedAlready(DomainError):
    """Somebody else has closed it."""

    code = "closed_already"
    message = _("This workspace is closed already.")


class TooLate(DomainError):
    """Its deletion has begun, or it never was closed."""

    code = "too_late"
    message = _("This workspace cannot be brought back.")


@dataclass(frozen=True, slots=True)
class Told:
    """Whom to tell of a closing, in which language."""

    address: str
    language: str
    owns: bool


@dataclass(frozen=True, slots=True)
class Untold:
    """A closing of which its members know nothing yet. `at_once`: there is no time to bring it back."""

    closing_id: int
    workspace: str
    delete_at: datetime
    at_once: bool
    members: Sequence[Told]


def close_workspace(*, by: User | None, now: datetime, days: int | None = None) -> Closing:
    """Shut the workspace in scope; it is deleted after `days` (ENV.closed_days), 0: as soon as nothing runs any more.

    Nothing is lost yet. by None: the operator. Raises OwnersOnly and ClosedAlready.
    """
    if by is not None:
        must_own(by)
    workspace = current_tenant()
    if not Workspace.objects.filter(pk=workspace.pk, closed_at=None).update(closed_at=now):
        raise ClosedAlready
    audit.record(by, "workspace.closed", "", at=now)
    return Closing.objects.create(
        workspace=workspace.pk,
        public_id=workspace.public_id,
        by=by.pk if by else None,
        closed_at=now,
        delete_at=now + timedelta(days=ENV.closed_days if days is None else days),
    )


def hasten_deletion(workspace: Workspace, *, now: datetime) -> datetime | None:
    """Have a closed workspace deleted without waiting for its days, and its members told so; the operator's.

    Returns from when on; None: its deletion has begun already, or it is not closed.
    """
    delete_at = now + NOTICE
    with tenant_scope(workspace):
        closing = Closing.objects.filter(workspace=workspace.pk, begun_at=None)
        if not closing.update(delete_at=delete_at, told_at=None, tried_at=None):
            return None
        audit.record(None, "workspace.deletion_hastened", "", at=now)
        return delete_at


def reopen_workspace(workspace: Workspace, *, by: User | None, now: datetime) -> None:
    """All is as it was before it was closed. by None: the operator. Raises OwnersOnly and TooLate."""
    with tenant_scope(workspace):
        if by is not None and not Membership.objects.filter(user=by, role=Role.OWNER).exists():
            raise OwnersOnly
        if not Closing.objects.filter(workspace=workspace.pk, begun_at=None).delete()[0]:
            raise TooLate
        Workspace.objects.filter(pk=workspace.pk).update(closed_at=None)
        audit.record(by, "workspace.reopened", "", at=now)


def next_untold(*, now: datetime) -> Untold | None:
    """A closing whose members are to be told now; it is named again only if `not_told` says so."""
    with system_scope():
        rows = sql.run(NEXT_UNTOLD, now=now, again=now - AGAIN).rows
    if not rows:
        return None
    closing_id, workspace_id, delete_at = rows[0]
    with tenant_scope(int(workspace_id)):
        members = Membership.objects.select_related("user").order_by("id")
        told = [Told(one.user.email, one.user.language, one.role == Role.OWNER) for one in members]
        return Untold(closing_id, current_tenant().name, delete_at, delete_at <= now + NOTICE, told)


def not_told(untold: Untold, *, now: datetime) -> None:
    """No mail of it was taken by a server: its members are told AGAIN later."""
    with system_scope():
        Closing.objects.filter(pk=untold.closing_id).update(told_at=None, tried_at=now)


NOTICE = timedelta(minutes=2)  # in which members are told that the deletion was hastened
AGAIN = timedelta(minutes=20)
NEXT_UNTOLD = """
    UPDATE workspaces_closing AS closing SET told_at = %(now)s
     WHERE closing.id = (SELECT untold.id FROM workspaces_closing AS untold
                          WHERE untold.told_at IS NULL AND untold.begun_at IS NULL
                            AND (untold.tried_at IS NULL OR untold.tried_at <= %(again)s)
                          ORDER BY untold.id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING closing.id, closing.workspace, closing.delete_at
"""
