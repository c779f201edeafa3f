"""Whose visits a member wants to be told of, and how."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, time

from django.utils.translation import gettext_lazy as _

from leads.models import Company, Lead
from lifecycle.models import VisitAlertSetting, VisitTold, WatchedCompany, WatchedPerson
from lifecycle.queries.visits import pacing_of, working_hours
from ma_platform import audit
from ma_platform.errors import DomainError
from ma_platform.tenancy.models import ApiKey, Membership

MOST_WATCHED = 500  # people or companies of one member


class WatchRefused(DomainError):
    """A member cannot watch more, or not in this way; `reason` says why in words."""

    code = "watch_refused"
    message = _("%(reason)s")


@dataclass(frozen=True, slots=True)
class VisitWishes:
    """How a member wants to be told of visits. Both quiet times or neither."""

    own_people: bool
    own_companies: bool
    pace: str
    morning_at: time
    quiet_from: time | None
    quiet_until: time | None
    rests: bool
    gap_minutes: int


def watch_person(lead: Lead, *, member: Membership, now: datetime) -> bool:
    """Tell this member when the person visits; False when they are told already. Raises WatchRefused."""
    _one_change_at_a_time(member)
    if WatchedPerson.objects.filter(member=member, lead=lead).exists():
        return False
    _make_room(WatchedPerson, member)
    WatchedPerson.objects.create(member=member, lead=lead, since=now)
    return True


def unwatch_person(lead: Lead, *, member: Membership) -> bool:
    """False when they are not told of this person by name."""
    return WatchedPerson.objects.filter(member=member, lead=lead).delete()[0] > 0


def watch_company(company: Company, *, member: Membership, now: datetime) -> bool:
    """Tell this member when anybody of the company visits; False when they are told already. Raises WatchRefused."""
    _one_change_at_a_time(member)
    if WatchedCompany.objects.filter(member=member, company=company).exists():
        return False
    _make_room(WatchedCompany, member)
    WatchedCompany.objects.create(member=member, company=company, since=now)
    return True


def unwatch_company(company: Company, *, member: Membership) -> bool:
    """False when they are not told of this company."""
    return WatchedCompany.objects.filter(member=member, company=company).delete()[0] > 0


def subscribe(member: Membership, whom: Lead | Company, *, by: ApiKey, now: datetime) -> bool:
    """What a member wishes for themselves is theirs; what a key does to them is noted. False when they are told
    already. Raises WatchRefused.
    """
    new = (
        watch_person(whom, member=member, now=now)
        if isinstance(whom, Lead)
        else watch_company(whom, member=member, now=now)
    )
    if new:
        audit.record(by, "visit_alert.added", whom.public_id, at=now, member=str(member.user_id))
    return new


def unsubscribe(member: Membership, whom: Lead | Company, *, by: ApiKey, now: datetime) -> bool:
    """Take it away again, noted as well; False when there is nothing to take away."""
    gone = unwatch_person(whom, member=member) if isinstance(whom, Lead) else unwatch_company(whom, member=member)
    if gone:
        audit.record(by, "visit_alert.removed", whom.public_id, at=now, member=str(member.user_id))
    return gone


def save_wishes(said: VisitWishes, *, member: Membership, now: datetime) -> None:
    """Keep how this member wants to be told; what waits for them already follows. Raises WatchRefused."""
    if (said.quiet_from is None) != (said.quiet_until is None):
        raise WatchRefused(reason=_("Give both times of the quiet hours, or neither."))
    if said.quiet_from is not None and said.quiet_from == said.quiet_until:
        raise WatchRefused(reason=_("The quiet hours end when they begin."))
    chosen, _new = VisitAlertSetting.objects.update_or_create(member=member, defaults=asdict(said))
    waiting = VisitTold.objects.filter(member=member, state=VisitTold.State.WAITING)
    waiting.update(due_at=pacing_of(chosen, working_hours()).due(now))


def _one_change_at_a_time(member: Membership) -> None:
    Membership.objects.select_for_update(no_key=True).get(pk=member.pk)


def _make_room(table: type[WatchedPerson | WatchedCompany], member: Membership) -> None:
    """Raises WatchRefused when a member's list is full."""
    if table.objects.filter(member=member).count() >= MOST_WATCHED:
        raise WatchRefused(reason=_("You watch as many as you can. Remove some first."))
