"""What a new workspace is born with: its stages."""

from __future__ import annotations

from datetime import datetime

from lifecycle.actions import create_default_stages
from ma_platform.tenancy.births import at_birth


@at_birth(order=40)
def default_stages(now: datetime) -> None:
    create_default_stages()
