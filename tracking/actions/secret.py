"""The secret with which a customer's server proves who is signed in: shown, changed, and its old one ended."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from ma_platform import audit
from ma_platform.tenancy.models import User, WorkspaceSettings
from ma_platform.tenancy.scope import current_tenant

GRACE = timedelta(days=7)


def show_secret(*, by: User, now: datetime) -> str:
    """The secret in clear; that somebody looked is on record."""
    audit.record(by, "identify_secret.shown", current_tenant().public_id, at=now)
    found: str = WorkspaceSettings.objects.get().identify_secret
    return found


def rotate_secret(*, by: User, now: datetime) -> datetime:
    """A new secret at once; the one before is believed for GRACE more. Returns until when."""
    settings = WorkspaceSettings.objects.select_for_update().get()
    until = now + GRACE
    WorkspaceSettings.objects.filter(pk=settings.pk).update(
        identify_secret=secrets.token_urlsafe(32),
        identify_secret_old=settings.identify_secret,
        identify_secret_old_until=until,
    )
    audit.record(by, "identify_secret.rotated", current_tenant().public_id, at=now, old_until=until.isoformat())
    return until


def drop_old_secret(*, by: User, now: datetime) -> bool:
    """The one before is believed no more; False when there was none."""
    dropped = WorkspaceSettings.objects.exclude(identify_secret_old="").update(
        identify_secret_old="", identify_secret_old_until=None
    )
    if dropped:
        audit.record(by, "identify_secret.old_dropped", current_tenant().public_id, at=now)
    return bool(dropped)
