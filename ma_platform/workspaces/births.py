"""The quota a new workspace is born with, where the operator sets one for all."""

from __future__ import annotations

from datetime import datetime

from ma_platform.env import ENV
from ma_platform.tenancy.births import at_birth
from ma_platform.workspaces.models import Quota
from ma_platform.workspaces.quotas import Used


@at_birth(order=10)
def quota(now: datetime) -> None:
    """What QUOTAS names; without it there is no limit, and no row."""
    limits = {name: int(limit) for name, limit in ENV.quotas}
    if limits:
        Quota.objects.create(set_at=now, **{Used(name).value: limit for name, limit in limits.items()})
