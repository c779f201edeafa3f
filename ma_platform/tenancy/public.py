"""Entrance two: strangers at a customer's forms, pages and mail links enter through a key that names the workspace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

from django.utils import timezone, translation

from ma_platform import ids
from ma_platform.tenancy.models import Workspace
from ma_platform.tenancy.scope import tenant_scope


def workspace_of_door(public_id: str) -> Workspace | None:
    """The workspace named inside a door id (`frm_…`), or None when there is none, or it is closed."""
    code = ids.door_code(public_id)
    return Workspace.objects.filter(code=code, closed_at=None).first() if code else None


@contextmanager
def public_scope(workspace: Workspace) -> Iterator[None]:
    """The workspace's transaction, language and time zone for a visitor who has not signed in."""
    with (
        tenant_scope(workspace),
        translation.override(workspace.locale),
        timezone.override(ZoneInfo(workspace.timezone)),
    ):
        yield
