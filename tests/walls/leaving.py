"""Rows of the addresses by which a workspace is taken out and given up, and what they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from ma_platform.tenancy.permissions import Capability as C
from ma_platform.workspaces.actions.taking_out import LIVES_FOR
from ma_platform.workspaces.models import WholeExport
from tests.walls.shape import SIGNED_IN, Row

if TYPE_CHECKING:
    from tests.walls.populated import Tenant

SURE = {"name": "$workspace_name", "password": "correct horse"}
LEAVING = (
    Row("workspace_data", GET=C.MANAGE_WORKSPACE),
    Row("ask_whole_export", POST=C.MANAGE_WORKSPACE),
    Row("whole_export", {"public_id": "$whole_export"}, GET=C.MANAGE_WORKSPACE),
    Row("close_workspace", body=SURE, POST=C.MANAGE_WORKSPACE),
    Row("closed_workspaces", GET=SIGNED_IN),
    Row("reopen_workspace", body={"workspace": "$workspace"}, POST=SIGNED_IN),
)


def make_leaving(tenant: Tenant) -> None:
    """A file of the whole workspace, which its owner asked for."""
    path = default_storage.save(f"whole/{tenant.made.workspace.code}/everything.zip", ContentFile(tenant.mark.encode()))
    done = {"state": WholeExport.State.DONE, "path": path, "expires_at": tenant.now + LIVES_FOR}
    asked = WholeExport.objects.create(by=tenant.made.owner, created_at=tenant.now, **done)
    tenant.ids |= {"whole_export": asked.public_id, "workspace_name": tenant.made.workspace.name}
