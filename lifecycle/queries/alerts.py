"""Alerts, newest first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

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
    rows = Alert.objects.filter(seen_by(user), public_id=public_id)
    return next(iter(_within_reach(rows[:1])), None)


def alert_page(
    *, unread: bool, after: tuple[datetime, int] | None, limit: int = PAGE, user: User | None = None
) -> Sequence[Alert]:
    """Up to `limit` + 1 alerts after the given position, with their leads and companies."""
    rows = Alert.objects.filter(seen_by(user)).select_related("read_by")
    if unread:
        rows = rows.filter(read_at=None)
    if after is not None:
        moment, number = after
        rows = rows.filter(Q(handed_over_at__lt=moment) | Q(handed_over_at=moment, id__lt=number))
    return _within_reach(rows.order_by("-handed_over_at", "-id")[: limit + 1])


def _within_reach(rows: QuerySet[Alert]) -> list[Alert]:
    """With their leads and companies; digests without people who are out of reach by now: one query more where there
    are any.

    The wall lets a digest through while anybody it tells of is within reach, be it not who came last.
    """
    if current_reach() is None:
        return list(rows.select_related("lead", "lead__company"))
    alerts = list(rows.prefetch_related(Prefetch("lead", Lead.objects.select_related("company"))))
    digests = [one for one in alerts if one.tells_of_several]
    seen = _seen({person["lead"] for one in digests for person in one.body["people"]}) if digests else {}
    for one in digests:
        _leave_out(one, seen)
    return [one for one in alerts if hasattr(one, "lead")]


def _seen(public_ids: Collection[str]) -> dict[str, Lead]:
    """Of these people those within reach; of somebody who was joined counts the survivor, whom they are now."""
    theirs = Q(merged_into=None) | Q(merged_into__public_id__isnull=False)  # the wall stands around the survivor too
    found = Lead.objects.filter(theirs, public_id__in=public_ids).select_related("company")
    return {lead.public_id: lead for lead in found}


def _leave_out(digest: Alert, seen: Mapping[str, Lead]) -> None:
    """Who came last, the first of a digest, is its `lead`; out of reach, the next who stays stands there instead."""
    told, first_stays = digest.body["people"], hasattr(digest, "lead")
    people = [one for place, one in enumerate(told) if one["lead"] in seen or (first_stays and place == 0)]
    if people and not first_stays:
        digest.lead = seen[people[0]["lead"]]
    if people and len(people) < len(told):
        digest.body |= {"people": people, "visits": sum(person["visits"] for person in people)}
        digest.subject = digest.subject and visit_subject(digest.body)  # none behind the veil
