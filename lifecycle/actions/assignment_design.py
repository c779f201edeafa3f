"""Rules, teams and hours as the workspace wants them. Whatever changes, those who wait are asked for again at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conditions import compile, parse
from lifecycle.models import AssignmentPolicy, AssignmentRule, SalesTeam, TeamSeat, WaitingAssignment
from lifecycle.queries.assignment import staff
from ma_platform import audit
from ma_platform.errors import DomainError
from ma_platform.tenancy.models import User
from ma_platform.tenancy.scope import current_tenant

MOST_RULES = 50
MOST_SEATS = 100


class AssignmentRefused(DomainError):
    """A rule or team cannot be like this; `reason` says why in words."""

    code = "assignment_refused"
    message = _("%(reason)s")


@dataclass(frozen=True, slots=True)
class RuleInput:
    """A rule as a member wrote it. condition: a document, None for everybody."""

    name: str
    whom: str
    condition: Any = None  # Any: JSON, read here
    member_id: int | None = None
    team: SalesTeam | None = None
    takes_owned: bool = False


@dataclass(frozen=True, slots=True)
class SeatInput:
    """A member's share in a team."""

    user_id: int
    weight: int = 1
    cap: int | None = None
    absent_from: date | None = None
    absent_until: date | None = None


@dataclass(frozen=True, slots=True)
class PolicyInput:
    """The moments that count, and the business hours."""

    on_created: bool
    on_stage: str
    on_hot: bool
    days: Sequence[int]
    opens: time
    closes: time
    rests_on_holidays: bool


def save_rule(rule: AssignmentRule | None, said: RuleInput, *, by: User, now: datetime) -> AssignmentRule:
    """A new rule at the end, or this one changed. Raises ConditionRefused and AssignmentRefused."""
    if said.condition is not None:
        compile(parse(said.condition), now=now, tz=ZoneInfo(current_tenant().timezone))
    _check(said)
    with transaction.atomic():
        made = rule or _at_the_end(now)
        made.name, made.whom, made.condition = said.name, said.whom, said.condition
        made.member_id = said.member_id if said.whom == AssignmentRule.Whom.MEMBER else None
        made.team = said.team if said.whom == AssignmentRule.Whom.TEAM else None
        made.takes_owned = said.takes_owned
        made.save()
        _told("rule_saved", made.public_id, by=by, now=now, name=made.name)
    return made


def _check(said: RuleInput) -> None:
    if said.whom == AssignmentRule.Whom.MEMBER and said.member_id not in staff():
        raise AssignmentRefused(reason=_("Choose a member."))
    if said.whom == AssignmentRule.Whom.TEAM and said.team is None:
        raise AssignmentRefused(reason=_("Choose a team."))


def _at_the_end(now: datetime) -> AssignmentRule:
    places = list(AssignmentRule.objects.select_for_update().order_by("place").values_list("place", flat=True))
    if len(places) >= MOST_RULES:
        raise AssignmentRefused(reason=_("There are as many rules as there can be."))
    return AssignmentRule(place=(places[-1] if places else 0) + 1, created_at=now)


def move_rule(rule: AssignmentRule, *, up: bool, by: User, now: datetime) -> None:
    """One place up or down; the first and the last stay where they are."""
    rules = list(AssignmentRule.objects.select_for_update().order_by("place", "id"))
    here = [one.pk for one in rules].index(rule.pk)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(rules):
        return
    rules[here], rules[there] = rules[there], rules[here]
    for place, one in enumerate(rules, start=1):
        one.place = place
    AssignmentRule.objects.bulk_update(rules, ["place"])
    _told("rule_moved", rule.public_id, by=by, now=now, place=there + 1)


def switch_rule(rule: AssignmentRule, *, enabled: bool, by: User, now: datetime) -> None:
    """On or off; a rule that is off keeps its place."""
    AssignmentRule.objects.filter(pk=rule.pk).update(enabled=enabled)
    _told("rule_switched", rule.public_id, by=by, now=now, enabled=enabled)


def delete_rule(rule: AssignmentRule, *, by: User, now: datetime) -> None:
    """What it did stays in the log."""
    _told("rule_deleted", rule.public_id, by=by, now=now, name=rule.name)
    rule.delete()


def save_team(team: SalesTeam | None, name: str, when_closed: str, *, by: User, now: datetime) -> SalesTeam:
    """A new team, or this one changed. Raises AssignmentRefused for a name another team has."""
    if SalesTeam.objects.filter(name=name).exclude(pk=team.pk if team else None).exists():
        raise AssignmentRefused(reason=_("Another team has this name."))
    made = team or SalesTeam(created_at=now)
    made.name, made.when_closed = name, when_closed
    made.save()
    _told("team_saved", made.public_id, by=by, now=now, name=name)
    return made


def delete_team(team: SalesTeam, *, by: User, now: datetime) -> None:
    """Raises AssignmentRefused while a rule names it, or somebody waits for it."""
    if rule := AssignmentRule.objects.filter(team=team).first():
        raise AssignmentRefused(reason=_("The rule “%(name)s” gives people to this team.") % {"name": rule.name})
    if WaitingAssignment.objects.filter(team=team).exists():
        raise AssignmentRefused(reason=_("People wait for this team. In a minute they will have been asked for again."))
    _told("team_deleted", team.public_id, by=by, now=now, name=team.name)
    team.delete()


def seat_member(team: SalesTeam, said: SeatInput, *, by: User, now: datetime) -> TeamSeat:
    """Give a member a seat, or change their share; what they are owed by earlier rounds stays. Raises
    AssignmentRefused."""
    if said.user_id not in staff():
        raise AssignmentRefused(reason=_("Choose a member."))
    if said.absent_from and said.absent_until and said.absent_until < said.absent_from:
        raise AssignmentRefused(reason=_("The absence ends before it begins."))
    if TeamSeat.objects.filter(team=team).exclude(user_id=said.user_id).count() >= MOST_SEATS:
        raise AssignmentRefused(reason=_("The team is as large as it can be."))
    values = {"weight": said.weight, "cap": said.cap, "absent_from": said.absent_from}
    seat: TeamSeat
    seat, _new = TeamSeat.objects.update_or_create(
        team=team, user_id=said.user_id, defaults={**values, "absent_until": said.absent_until}
    )
    _told("seat_saved", team.public_id, by=by, now=now, member=seat.user.email, weight=said.weight, cap=said.cap)
    return seat


def unseat_member(team: SalesTeam, user_id: int, *, by: User, now: datetime) -> None:
    """Take a seat away; the people they own stay theirs."""
    TeamSeat.objects.filter(team=team, user_id=user_id).delete()
    _told("seat_removed", team.public_id, by=by, now=now, member=user_id)


def save_policy(said: PolicyInput, *, by: User, now: datetime) -> AssignmentPolicy:
    """When to assign, and when the workspace is open."""
    values = {name: getattr(said, name) for name in PolicyInput.__slots__}
    saved: AssignmentPolicy
    saved, _new = AssignmentPolicy.objects.update_or_create(defaults={**values, "days": sorted(said.days)})
    _told("policy_saved", "assignment", by=by, now=now, on_stage=said.on_stage, on_hot=said.on_hot)
    return saved


def _told(verb: str, subject: str, *, by: User, now: datetime, **facts: object) -> None:
    audit.record(by, f"assignment.{verb}", subject, at=now, **facts)
    WaitingAssignment.objects.filter(due_at__gt=now).update(due_at=now)
