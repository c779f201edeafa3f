"""Alerts, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from lifecycle.models import Alert

PAGE = 30


def unread_alerts() -> int:
    """How many wait; 100 stands for more than 99."""
    return len(Alert.objects.filter(read_at=None).order_by("id").values_list("id", flat=True)[:100])


def find_alert(public_id: str) -> Alert | None:
    """The alert with this id, with its lead."""
    found: Alert | None = Alert.objects.filter(public_id=public_id).select_related("lead", "lead__company").first()
    return found


def alert_page(*, unread: bool, after: tuple[datetime, int] | None, limit: int = PAGE) -> Sequence[Alert]:
    """Up to `limit` + 1 alerts after the given position, with their leads and companies."""
    rows = Alert.objects.select_related("lead", "lead__company", "read_by")
    if unread:
        rows = rows.filter(read_at=None)
    if after is not None:
        moment, number = after
        rows = rows.filter(Q(handed_over_at__lt=moment) | Q(handed_over_at=moment, id__lt=number))
    return list(rows.order_by("-handed_over_at", "-id")[: limit + 1])
