"""Make and change a workspace."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ma_platform import audit, ids
from ma_platform.tenancy.births import furnish
from ma_platform.tenancy.models import ApiKey, Membership, User, Workspace, WorkspaceSettings
from ma_platform.tenancy.permissions import Capability, Role
from ma_platform.tenancy.scope import current_tenant_id, tenant_scope
from ma_platform.workspaces.actions.keys import issue_key

PUBLIC = {"name", "timezone", "locale"}  # the rest is in WorkspaceSettings, behind the wall


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


def edit_workspace(changes: Mapping[str, str], *, by: User | ApiKey | None, now: datetime) -> None:
    """Write those fields of WorkspaceEdit that are named, of the workspace in scope, and no others."""
    public = {name: value for name, value in changes.items() if name in PUBLIC}
    private = {name: value for name, value in changes.items() if name not in PUBLIC}
    if public:
        Workspace.objects.filter(pk=current_tenant_id()).update(**public)
    if private:
        WorkspaceSettings.objects.update(**private)
    audit.record(by, "workspace.edited", "", at=now, fields=sorted(changes))


def say_language(user: User, language: str) -> None:
    """Remember in which language this person reads."""
    User.objects.filter(pk=user.pk).update(language=language)
