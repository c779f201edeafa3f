"""Alerts, newest first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db.models import Q

from leads.models import Lead
from lifecycle.alerting import visit_subject
from lifecycle.models import Alert
from ma_platform.db import sql
from ma_platform.tenancy.models import Membership, User
from ma_platform.tenancy.reach import current_reach

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
    rows = Alert.objects.filter(seen_by(user), public_id=public_id).select_related("lead", "lead__company")
    return next(iter(_within_reach(rows[:1])), None)


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
    return _within_reach(rows.order_by("-handed_over_at", "-id")[: limit + 1])


def _within_reach(rows: Iterable[Alert]) -> list[Alert]:
    """The same alerts, digests without people who are out of reach by now; one query more where there are any.

    The wall asks for `lead` alone, who came last and is the first of a digest: without them there is no row.
    """
    alerts = list(rows)
    digests = [one for one in alerts if one.tells_of_several] if current_reach() is not None else []
    if digests:
        seen = _seen({person["lead"] for one in digests for person in one.body["people"][1:]})
        for one in digests:
            _leave_out(one, seen)
    return alerts


def _seen(public_ids: Collection[str]) -> set[str]:
    """Of these people those within reach; of somebody who was joined counts the survivor, whom they are now."""
    theirs = Q(merged_into=None) | Q(merged_into__public_id__isnull=False)  # the wall stands around the survivor too
    return set(Lead.objects.filter(theirs, public_id__in=public_ids).values_list("public_id", flat=True))


def _leave_out(digest: Alert, seen: Collection[str]) -> None:
    first, *others = digest.body["people"]
    people = [first, *(person for person in others if person["lead"] in seen)]
    if len(people) < len(digest.body["people"]):
        digest.body |= {"people": people, "visits": sum(person["visits"] for person in people)}
        digest.subject = digest.subject and visit_subject(digest.body)  # none behind the veil
