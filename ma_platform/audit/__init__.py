"""What members did, append-only and visible to the workspace. It refuses to be edited.

`record` is the whole interface; the row is written in the caller's transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ma_platform.tenancy.models import ApiKey, User


def record(by: User | ApiKey | None, verb: str, subject: str, *, at: datetime, **facts: object) -> None:
    """One line: who did what to which public id. `facts` must be JSON."""
    from ma_platform.audit.models import AuditEntry

    actor = "" if by is None else str(getattr(by, "email", None) or getattr(by, "public_id", ""))
    AuditEntry.objects.create(actor=actor, verb=verb, subject=subject, at=at, facts=facts)
