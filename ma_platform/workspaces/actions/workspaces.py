"""Make and change a workspace."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from ma_platform import audit, ids
from ma_platform.tenancy.births import furnish
from ma_platform.tenancy.models import ApiKey, Membership, User, Workspace, WorkspaceSettings
from ma_platform.tenancy.permissions import Capability, Role
from ma_platform.tenancy.queries import WorkspaceEdit
from ma_platform.tenancy.scope import current_tenant_id, tenant_scope
from ma_platform.workspaces.actions.keys import issue_key


@dataclass(frozen=True)
class NewWorkspace:
    """What is told once: the workspace, its public write key and its first API key in clear."""

    workspace: Workspace
    owner: User
    api_key: str


def create_workspace(*, name: str, email: str, password: str, now: datetime) -> NewWorkspace:
    """A workspace with its owner and everything it is born with. A known e-mail becomes owner of one more."""
    owner = User.objects.filter(email=email.strip().lower()).first() or User.objects.create_user(email, password)
    code = ids.code()
    workspace = Workspace.objects.create(
        name=name, code=code, write_key=f"wk_{code}{secrets.token_hex(12)}", created_at=now
    )
    with tenant_scope(workspace):
        WorkspaceSettings.objects.create(identify_secret=secrets.token_hex(32))
        Membership.objects.create(user=owner, role=Role.OWNER, created_at=now)
        api_key = issue_key(name="default", scopes=list(Capability), by=owner, now=now)
        furnish(now)
    return NewWorkspace(workspace, owner, api_key)


def edit_workspace(edit: WorkspaceEdit, *, by: User | ApiKey | None, now: datetime) -> None:
    """Write the settings of the workspace in scope."""
    Workspace.objects.filter(pk=current_tenant_id()).update(name=edit.name, timezone=edit.timezone, locale=edit.locale)
    WorkspaceSettings.objects.update(
        alert_address=edit.alert_address,
        sender_name=edit.sender_name,
        sender_postal_address=edit.sender_postal_address,
        sender_contact=edit.sender_contact,
    )
    audit.record(by, "workspace.edited", "", at=now)


def say_language(user: User, language: str) -> None:
    """Remember in which language this person reads."""
    User.objects.filter(pk=user.pk).update(language=language)
