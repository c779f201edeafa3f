"""What is kept about a browser, handed out; who took it is noted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ma_platform import audit
from ma_platform.errors import NotFound
from ma_platform.tenancy.models import ApiKey, User
from tracking.queries import kept_about


def export_visitor(key: str, *, by: User | ApiKey | None, now: datetime) -> dict[str, Any]:  # Any: JSON
    """Browser, bindings, visits and every event. Raises NotFound."""
    found = kept_about(key)
    if found is None:
        raise NotFound(kind="visitor")
    audit.record(by, "visitor.exported", f"browser:{found['visitor']['id']}", at=now, events=len(found["events"]))
    return found
