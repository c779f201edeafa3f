"""Alerts, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from lifecycle.models import Alert
from ma_platform.db import sql

PAGE = 30


def unread_alerts() -> int:
    """How many wait; 100 stands for more than 99."""
    count: int = sql.run(UNREAD).value()
    return count


# On every page of the dashboard.
UNREAD = """
    SELECT count(*)
      FROM (SELECT FROM lifecycle_alert WHERE tenant_id = %(tenant_id)s AND read_at IS NULL LIMIT 100) AS waiting
"""


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
