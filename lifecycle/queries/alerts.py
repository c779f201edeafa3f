"""Alerts, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from lifecycle.models import Alert
from ma_platform.db import sql
from ma_platform.tenancy.models import Membership, User

PAGE = 30


def seen_by(user: User | None) -> Q:
    """Everybody's alerts, and the member's own: visits are told to one member each."""
    shared = Q(member=None) & ~Q(kind=Alert.Kind.VISIT)
    return shared if user is None else shared | Q(member__user=user)


def unread_alerts(*, member: Membership | None = None) -> int:
    """How many wait for everybody, and for this member alone; 100 stands for more than 99."""
    count: int = sql.run(UNREAD, member=member.pk if member else None).value()
    return count


# On every page of the dashboard.
UNREAD = """
    SELECT least(count(*), 100)
      FROM ((SELECT 1 FROM lifecycle_alert
              WHERE tenant_id = %(tenant_id)s AND read_at IS NULL AND member_id IS NULL AND kind <> 'visit' LIMIT 100)
            UNION ALL
            (SELECT 1 FROM lifecycle_alert
              WHERE tenant_id = %(tenant_id)s AND read_at IS NULL AND member_id = %(member)s LIMIT 100)) AS waiting
"""


def find_alert(public_id: str, *, user: User | None = None) -> Alert | None:
    """The alert with this id that everybody or `user` may see, with its lead."""
    rows = Alert.objects.filter(seen_by(user), public_id=public_id)
    found: Alert | None = rows.select_related("lead", "lead__company").first()
    return found


def alert_page(
    *, unread: bool, after: tuple[datetime, int] | None, limit: int = PAGE, user: User | None = None
) -> Sequence[Alert]:
    """Up to `limit` + 1 alerts after the given position, with their leads and companies."""
    rows = Alert.objects.filter(seen_by(user)).select_related("lead", "lead__company", "read_by")
    if unread:
        rows = rows.filter(read_at=None)
    if after is not None:
        moment, number = after
        rows = rows.filter(Q(handed_over_at__lt=moment) | Q(handed_over_at=moment, id__lt=number))
    return list(rows.order_by("-handed_over_at", "-id")[: limit + 1])
