"""Which failures of the database pass by themselves: the same request may well succeed a moment later."""

from __future__ import annotations

from django.db import OperationalError

PASSING = ("55P03", "40P01", "57014")  # lock timeout, deadlock, statement timeout
RETRY_AFTER = {"Retry-After": "2"}  # seconds; a lock is waited for as long


def is_passing(error: BaseException | None) -> bool:
    """True when another change was in the way, or the question took too long; nothing was written then."""
    return isinstance(error, OperationalError) and getattr(error.__cause__, "pgcode", "") in PASSING
