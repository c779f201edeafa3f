"""The workspace's own days off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ma_platform import audit
from ma_platform.errors import DomainError
from ma_platform.tenancy.models import ApiKey, ClosureDays, User, WorkspaceSettings
from ma_platform.workdays import Closure

MOST = 100  # lines of a workspace
LONGEST = 62  # days of one line
MOST_YEARLY = 120  # days of all yearly lines: with weekends and holidays, some days of every year stay open


class ClosureRefused(DomainError):
    """These days cannot be kept; `reason` says why."""

    code = "closure_refused"
    message = _("%(reason)s")


@dataclass(frozen=True, slots=True)
class ClosureInput:
    """Days off as a member states them; both ends included."""

    name: str
    starts_on: date
    ends_on: date
    yearly: bool = False


def add_closure(said: ClosureInput, *, by: User | ApiKey, now: datetime) -> ClosureDays:
    """Keep days off for all calendars of the workspace. Waits that are set already keep their moment.

    Raises ClosureRefused.
    """
    WorkspaceSettings.objects.select_for_update().get()  # two at once would each find room for itself alone
    if (reason := _wrong(Closure(said.starts_on, said.ends_on, said.yearly))) is not None:
        raise ClosureRefused(reason=reason)
    made: ClosureDays = ClosureDays.objects.create(
        name=said.name, starts_on=said.starts_on, ends_on=said.ends_on, yearly=said.yearly, created_at=now
    )
    facts = {"first": said.starts_on.isoformat(), "last": said.ends_on.isoformat(), "yearly": said.yearly}
    audit.record(by, "closure.added", made.public_id, at=now, name=said.name, **facts)
    return made


def remove_closure(days: ClosureDays, *, by: User | ApiKey, now: datetime) -> None:
    """Work on these days as on others."""
    if ClosureDays.objects.filter(pk=days.pk).delete()[0]:
        audit.record(by, "closure.removed", days.public_id, at=now, name=days.name)


def _wrong(said: Closure) -> Promise | None:
    kept = [Closure(*row) for row in ClosureDays.objects.values_list("starts_on", "ends_on", "yearly")]
    yearly = sum(one.length for one in [*kept, said] if one.yearly)
    tests = (
        (said.length < 1, _("The last day is before the first.")),
        (said.length > LONGEST, _("One line may hold 62 days at most.")),
        (len(kept) >= MOST, _("There are 100 lines already. Remove old ones first.")),
        (said.yearly and yearly > MOST_YEARLY, _("The days of every year may be 120 together at most.")),
    )
    return next((reason for wrong, reason in tests if wrong), None)
