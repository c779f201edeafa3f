"""Where a value comes from, as it is kept beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ma_platform.tenancy.models import ApiKey, User


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a value comes from: `source` as in "form:sub_…", `user_id` when a person typed it."""

    source: str
    user_id: int | None
    at: datetime

    @classmethod
    def of(cls, by: User | ApiKey | None, *, at: datetime, source: str = "") -> Provenance:
        """Of whoever is at work: by hand or through the API, unless `source` says otherwise."""
        by_hand = isinstance(by, User)
        return cls(source or ("user" if by_hand else "api"), by.pk if isinstance(by, User) else None, at)
