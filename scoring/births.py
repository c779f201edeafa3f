"""What a new workspace is born with: the default score model."""

from __future__ import annotations

from datetime import datetime

from ma_platform.tenancy.births import at_birth
from scoring.actions import create_model
from scoring.default_model import DEFAULT


@at_birth(order=30)
def default_model(now: datetime) -> None:
    create_model(DEFAULT, now=now)
