"""What members did, append-only and visible to the workspace. It refuses to be edited, by Postgres itself.

`record` and `record_each` are how a line is made; rows are written in the caller's transaction. A line never says who
a person is: public ids, names of things and counts only, because it outlives the person (`lead.erased` stays).
A new verb is one line in `sentences.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ma_platform.tenancy.models import ApiKey, User


def record(by: User | ApiKey | None, verb: str, subject: str, *, at: datetime, **facts: object) -> None:
    """One line: who did what to which public id. `facts` must be JSON."""
    from ma_platform.audit.models import AuditEntry

    AuditEntry.objects.create(actor=_name(by), verb=verb, subject=subject, at=at, facts=facts)


def record_each(by: User | ApiKey | None, verb: str, subjects: Sequence[str], *, at: datetime, **facts: object) -> None:
    """A line for each of these public ids, in one statement."""
    from ma_platform.audit.models import AuditEntry

    AuditEntry.objects.bulk_create(
        [AuditEntry(actor=_name(by), verb=verb, subject=subject, at=at, facts=facts) for subject in subjects]
    )


def _name(by: User | ApiKey | None) -> str:
    return "" if by is None else str(getattr(by, "email", None) or getattr(by, "public_id", ""))
