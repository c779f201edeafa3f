"""Quotas: set by the operator, counted every half hour, told of at 80 and 100 %.

What visitors and customers send is taken whatever the quota says. What members begin themselves asks `is_full` first;
a workspace may go over by what is on its way at that moment, and by what comes without asking.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.core.mail import send_mail
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from psycopg2.sql import SQL, Identifier

from ma_platform.db import sql
from ma_platform.env import ENV
from ma_platform.tenancy.models import Membership
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import current_tenant
from ma_platform.workspaces.models import Quota, Usage
from ma_platform.workspaces.quotas import LABELS, WHEN_FULL, Used, used

WARN_AT = (80, 100)  # percent
MONTHLY = (Used.EVENTS, Used.MAILS)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing counted. `limit` None: as much as one likes."""

    what: Used
    used: int
    limit: int | None

    @property
    def percent(self) -> int:
        """Of the limit, rounded down; 0 without one."""
        if self.limit is None:
            return 0
        return 100 if self.limit == 0 else self.used * 100 // self.limit


def set_quota(limits: Mapping[Used, int | None], *, now: datetime) -> None:
    """Change those limits of the workspace in scope that are named; they hold at once. None: no limit."""
    Quota.objects.update_or_create(
        tenant_id=current_tenant().pk, defaults={**{what.value: limit for what, limit in limits.items()}, "set_at": now}
    )
    count_usage(now=now)


def quota_lines(*, now: datetime) -> list[Line]:
    """What is used as it was last counted, with its limits. Two queries."""
    limits, kept = _limits(), {one.kind: one for one in Usage.objects.all()}
    month = _month(now)
    return [Line(what, _still(kept.get(what), what, month), limits[what]) for what in Used]


def counted_at() -> datetime | None:
    """When all of that was counted last; None: never yet, of a workspace half an hour old at most."""
    moments = list(Usage.objects.values_list("counted_at", flat=True))
    return min(moments) if len(moments) == len(Used) else None


def is_full(what: Used, *, adding: int = 0) -> bool:
    """Whether no more may be begun, or not so many more. One query, two when some are added."""
    if not adding:
        return Usage.objects.filter(kind=what, over=True).exists()
    limit = _limits()[what]
    last = Usage.objects.filter(kind=what).values_list("used", flat=True).first() or 0
    return limit is not None and last + adding > limit


def spend(what: Used, count: int) -> None:
    """So many more are used, or fewer, as soon as it is known; without a limit nothing is written. One statement."""
    if count:
        limit = Identifier(what.value)
        sql.run(SQL(SPEND).format(limit=limit), kind=what.value, count=count)


def count_usage(*, now: datetime) -> Sequence[Line]:
    """Count everything of the workspace in scope anew and tell its owners what is nearly or wholly used up.

    Returns what they were told of: of each mark once, in a month or until it was below again.
    """
    limits, month = _limits(), _month(now)
    since = datetime(month.year, month.month, 1, tzinfo=ZoneInfo(current_tenant().timezone))
    told = []
    for what in Used:
        line = Line(what, used(what, since), limits[what])
        if _keep(line, month, now):
            told.append(line)
    if told:
        _warn(told)
    return told


def _keep(line: Line, month: date, now: datetime) -> bool:
    """Write the count; whether it passed a mark that nobody was told of."""
    before = Usage.objects.filter(kind=line.what).first()
    heard = before.warned if before is not None and (before.month == month or line.what not in MONTHLY) else 0
    mark = max((mark for mark in WARN_AT if line.limit is not None and line.percent >= mark), default=0)
    over = line.limit is not None and line.used >= line.limit
    kept = {"used": line.used, "over": over, "month": month, "warned": mark, "counted_at": now}
    Usage.objects.update_or_create(tenant_id=current_tenant().pk, kind=line.what, defaults=kept)
    return mark > heard


def _limits() -> dict[Used, int | None]:
    quota = Quota.objects.first()
    return {what: getattr(quota, what.value, None) for what in Used}


def _still(kept: Usage | None, what: Used, month: date) -> int:
    """What was counted; of another month nothing counts any more."""
    return 0 if kept is None or (what in MONTHLY and kept.month != month) else kept.used


def _month(now: datetime) -> date:
    return now.astimezone(ZoneInfo(current_tenant().timezone)).date().replace(day=1)


def _warn(lines: Sequence[Line]) -> None:
    workspace = current_tenant()
    for member in Membership.objects.select_related("user").filter(role=Role.OWNER).order_by("id"):
        with translation.override(member.user.language):
            subject = _("%(workspace)s: a quota is nearly used up") % {"workspace": workspace.name}
            told = "\n\n".join(_told(line) for line in lines)
            text = f"{told}\n\n{ENV.base_url}{reverse('workspace_data')}"
        send_mail(subject, text, None, [member.user.email])


def _told(line: Line) -> str:
    words = {"what": LABELS[line.what], "used": f"{line.used:,}", "limit": f"{line.limit:,}", "percent": line.percent}
    sentence = _("%(what)s: %(used)s of %(limit)s used (%(percent)s%%).") % words
    when_full = _("At 100%%: %(consequence)s") % {"consequence": WHEN_FULL[line.what]}
    return f"{sentence}\n{when_full}"


# Who finds the row taken goes on: nobody waits for a count, and all is counted anew within half an hour.
SPEND = """
    UPDATE workspaces_usage AS usage
       SET used = usage.used + %(count)s, over = usage.used + %(count)s >= free.most
      FROM (SELECT counted.id, quota.{limit} AS most
              FROM workspaces_usage AS counted JOIN workspaces_quota AS quota ON quota.tenant_id = counted.tenant_id
             WHERE counted.tenant_id = %(tenant_id)s AND counted.kind = %(kind)s AND quota.{limit} IS NOT NULL
               FOR UPDATE OF counted SKIP LOCKED) AS free
     WHERE usage.tenant_id = %(tenant_id)s AND usage.id = free.id
"""
