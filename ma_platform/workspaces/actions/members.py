"""Invite, admit, promote and remove the people of a workspace."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from ma_platform import audit
from ma_platform.errors import DomainError
from ma_platform.tenancy.models import Invitation, Membership, User, Workspace
from ma_platform.tenancy.permissions import Role, Span
from ma_platform.tenancy.scope import current_tenant, current_tenant_id
from ma_platform.workspaces.partings import forget_member

VALID_FOR = timedelta(days=7)


class InvitationRefused(DomainError):
    """The invitation is used, withdrawn, too old, or for somebody who is already here."""

    code = "invitation_refused"
    message = _("This invitation cannot be used any more, or the person is already a member.")


class LastOwner(DomainError):
    """A workspace keeps at least one owner."""

    code = "last_owner"
    message = _("A workspace needs at least one owner.")


class OwnersOnly(DomainError):
    """Who is an owner is for owners to say."""

    code = "owners_only"
    message = _("Only an owner can make, change or remove an owner.")


@dataclass(frozen=True)
class SentInvitation:
    """The row and the token that only the mail carries."""

    invitation: Invitation
    token: str


def invite(
    email: str, role: Role, *, by: User, now: datetime, reach: Span = Span.ALL, unowned: bool = False
) -> SentInvitation:
    """Open a door for this address; an earlier open invitation of the same address is replaced.

    reach, unowned: whose people the member will see.
    """
    _one_at_a_time()
    _among_owners(by, role)
    address = email.strip().lower()
    if Membership.objects.filter(user__email=address).exists():
        raise InvitationRefused(email=address)
    Invitation.objects.filter(email=address, accepted_at=None).delete()
    token = f"{current_tenant().code}{secrets.token_urlsafe(32)}"
    invitation = Invitation.objects.create(
        email=address,
        role=role,
        reach=reach,
        sees_unowned=unowned,
        token_hash=_hash(token),
        invited_by=by,
        created_at=now,
        expires_at=now + VALID_FOR,
    )
    granted = {"role": str(role), "reach": str(reach), "unowned": unowned}
    audit.record(by, "member.invited", invitation.public_id, at=now, **granted)
    return SentInvitation(invitation, token)


def find_invitation(token: str, *, now: datetime) -> Invitation | None:
    """The open invitation behind a token of the workspace in scope."""
    return Invitation.objects.filter(token_hash=_hash(token), accepted_at=None, expires_at__gt=now).first()


def accept_invitation(token: str, *, name: str, password: str, now: datetime) -> User:
    """Make the person a member; a known user keeps their password. Raises InvitationRefused."""
    used = Invitation.objects.filter(token_hash=_hash(token), accepted_at=None, expires_at__gt=now).update(
        accepted_at=now
    )
    if not used:
        raise InvitationRefused()
    invitation = Invitation.objects.get(token_hash=_hash(token))
    known = User.objects.filter(email=invitation.email).first()
    user = known or User.objects.create_user(invitation.email, password, name=name)
    reach = {"reach": invitation.reach, "sees_unowned": invitation.sees_unowned}
    Membership.objects.create(user=user, role=invitation.role, created_at=now, **reach)
    audit.record(user, "member.joined", invitation.public_id, at=now)
    return user


def withdraw_invitation(public_id: str, *, by: User, now: datetime) -> bool:
    """Close an open invitation; False when there is none."""
    gone, _ = Invitation.objects.filter(public_id=public_id, accepted_at=None).delete()
    if gone:
        audit.record(by, "member.invitation_withdrawn", public_id, at=now)
    return bool(gone)


def change_role(membership: Membership, role: Role, *, by: User, now: datetime) -> None:
    """Give a member another role, which ends their sessions; the role they have changes nothing.

    Raises OwnersOnly, and LastOwner rather than leave the workspace without one.
    """
    _one_at_a_time()
    standing = Membership.objects.filter(pk=membership.pk).exclude(role=role).first()
    if standing is None:
        return
    _among_owners(by, role, Role(standing.role))
    _keep_an_owner(standing)
    Membership.objects.filter(pk=standing.pk).update(role=role)
    _end_sessions(standing)
    audit.record(by, "member.role_changed", str(membership.user_id), at=now, role=str(role))


def remove_member(membership: Membership, *, by: User, now: datetime) -> None:
    """End a membership and its person's sessions, in every workspace; raises OwnersOnly and LastOwner."""
    _one_at_a_time()
    standing = Membership.objects.filter(pk=membership.pk).first()
    if standing is None:
        return
    _among_owners(by, Role(standing.role))
    _keep_an_owner(standing)
    Membership.objects.filter(pk=standing.pk).delete()
    forget_member(standing)
    _end_sessions(standing)
    audit.record(by, "member.removed", str(membership.user_id), at=now)


def _one_at_a_time() -> None:
    """Changes of who belongs to a workspace wait for each other: two owners cannot demote one another, for instance."""
    Workspace.objects.select_for_update(no_key=True).get(pk=current_tenant_id())


def _end_sessions(membership: Membership) -> None:
    User.objects.filter(pk=membership.user_id).update(session_generation=F("session_generation") + 1)


def _among_owners(by: User, *roles: Role) -> None:
    if Role.OWNER in roles and not Membership.objects.filter(user=by, role=Role.OWNER).exists():
        raise OwnersOnly()


def _keep_an_owner(membership: Membership) -> None:
    """Raises LastOwner when nobody but this member owns the workspace."""
    if list(Membership.objects.filter(role=Role.OWNER).values_list("pk", flat=True)) == [membership.pk]:
        raise LastOwner()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
