"""Questions about the workspace in scope and its people."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from ma_platform.tenancy.models import (
    ApiKey,
    ClosureDays,
    Group,
    Invitation,
    Membership,
    User,
    Workspace,
    WorkspaceSettings,
)
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import current_tenant
from ma_platform.workdays import Closure


@dataclass(frozen=True)
class WorkspaceEdit:
    """The editable settings of a workspace, public and private together."""

    name: str
    timezone: str
    locale: str
    alert_address: str
    sender_name: str
    sender_postal_address: str
    sender_contact: str


def settings_of() -> WorkspaceSettings:
    """The private settings of the workspace in scope."""
    found: WorkspaceSettings = WorkspaceSettings.objects.get()
    return found


def workspace_by_code(code: str) -> Workspace | None:
    """The workspace behind a code from outside; a closed one is not there."""
    return Workspace.objects.filter(code=code, closed_at=None).first()


def members() -> QuerySet[Membership]:
    """Memberships of the workspace in scope with their users, owners first."""
    return Membership.objects.select_related("user").order_by("id")


def groups() -> QuerySet[Group]:
    """Groups by name, with their seats."""
    return Group.objects.order_by("name", "id").prefetch_related("seats__membership")


def open_invitations() -> QuerySet[Invitation]:
    return Invitation.objects.filter(accepted_at=None).select_related("invited_by").order_by("-id")


def api_keys() -> QuerySet[ApiKey]:
    return ApiKey.objects.filter(revoked_at=None).select_related("reaches_as").order_by("-id")


def owner() -> User:
    """The first owner of the workspace in scope."""
    member: Membership = Membership.objects.filter(role=Role.OWNER).select_related("user").order_by("id")[0]
    return member.user


def alert_address() -> str:
    """Where alerts without an owner go: the workspace's sales address, else its owner's."""
    return settings_of().alert_address or owner().email


def workspace_settings() -> WorkspaceEdit:
    """The editable settings of the workspace in scope."""
    workspace, private = current_tenant(), settings_of()
    return WorkspaceEdit(
        name=workspace.name,
        timezone=workspace.timezone,
        locale=workspace.locale,
        alert_address=private.alert_address,
        sender_name=private.sender_name,
        sender_postal_address=private.sender_postal_address,
        sender_contact=private.sender_contact,
    )


def closure_days() -> QuerySet[ClosureDays]:
    """The workspace's own days off: single ones by their day, then those of every year by theirs."""
    return ClosureDays.objects.order_by("yearly", "starts_on", "id")


def closures() -> tuple[Closure, ...]:
    """The same as calendars take them."""
    return tuple(Closure(*row) for row in closure_days().values_list("starts_on", "ends_on", "yearly"))


def user_by_email(email: str) -> User | None:
    """The person who signs in with this address, if any."""
    return User.objects.filter(email=email.strip().lower()).first()
