"""Assignment as its pages tell it: rules, teams with their loads, who waits, and why somebody was given to whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.utils import formats, timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from conditions import ConditionRefused, describe, parse
from leads.models import Lead
from leads.queries import LeadFilter, find_lead, find_lead_by_email, list_leads
from leads.queries.asking import explain_lead
from leads.queries.exclusions import excluded
from leads.queries.listing import LeadRow
from lifecycle.actions.assigning import is_absent
from lifecycle.assignment_forms import DAYS
from lifecycle.dealing import Turn, deal
from lifecycle.models import Assignment, AssignmentPolicy, AssignmentRule, SalesTeam, TeamSeat, WaitingAssignment
from lifecycle.presentation import stage_options
from lifecycle.queries.assignment import (
    all_rules,
    all_teams,
    assignments,
    loads,
    match,
    queues,
    rulebook,
    seats,
    staff,
    tally,
    waiting_of,
)
from ma_platform.tenancy.models import User

MOMENTS = {
    "created": gettext_lazy("was created"),
    "stage": gettext_lazy("reached the stage"),
    "hot": gettext_lazy("became hot"),
    "bulk": gettext_lazy("a job from the list"),
}
PASSED = {"absent": gettext_lazy("absent"), "left": gettext_lazy("left the workspace")}
FOUND = 6


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule. count: how many it would take now; None while not counted, or too many to count."""

    rule: AssignmentRule
    number: int
    sentence: str
    whom: str
    problem: str
    count: int | None = None


def rule_rows(*, now: datetime, counted: bool = False) -> list[RuleRow]:
    """Every rule in order; the counts take one statement, so pages ask for them by themselves."""
    rules, people = all_rules(), staff()
    counts = tally(rulebook(rules, now=now)) if counted and rules else None
    return [
        RuleRow(
            rule,
            number,
            sentence_of(rule.condition)[0],
            whom_of(rule),
            _problem(rule, people),
            counts.get(rule.pk, 0) if counts is not None and rule.enabled else None,
        )
        for number, rule in enumerate(rules, start=1)
    ]


def sentence_of(condition: object) -> tuple[str, bool]:
    """A condition in words, and whether it can still be read."""
    if condition is None:
        return _("Everybody"), True
    try:
        return describe(parse(condition), locale=get_language() or "ja"), True
    except ConditionRefused as refused:
        return str(refused.reason), False


def condition_text(condition: object) -> str:
    """A condition as the builder takes it."""
    return "" if condition is None else orjson.dumps(condition).decode()


def whom_of(rule: AssignmentRule) -> str:
    """Who gets the people of a rule, in words."""
    if rule.whom == AssignmentRule.Whom.ACCOUNT:
        return _("The owner of the account")
    if rule.whom == AssignmentRule.Whom.TEAM:
        return _("Team “%(name)s” in turn") % {"name": rule.team.name if rule.team else "—"}
    return str(rule.member or "—")


def _problem(rule: AssignmentRule, people: Mapping[int, User]) -> str:
    if not sentence_of(rule.condition)[1]:
        return _("This condition cannot be read any more, so the rule takes nobody.")
    if rule.whom == AssignmentRule.Whom.MEMBER and rule.member_id not in people:
        return _("This member has left, so the rule takes nobody.")
    return ""


@dataclass(frozen=True, slots=True)
class SeatRow:
    """One member of a team. state: "", absent, or left."""

    seat: TeamSeat
    load: int
    state: str
    is_full: bool


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team with its members and the people who wait for it, as sentences."""

    team: SalesTeam
    seats: list[SeatRow]
    waiting: list[str]
    next: str


def team_rows(*, today: date, only: SalesTeam | None = None) -> list[TeamRow]:
    """Every team with loads: a query for the teams, one for the seats, one for the loads, one for who waits."""
    teams, people = [only] if only else all_teams(), staff()
    sitting = seats([team.pk for team in teams])
    owned = loads({seat.user_id for seat in sitting})
    waiting = queues()
    rows = []
    for team in teams:
        table = [_seat_row(seat, owned, people, today) for seat in sitting if seat.team_id == team.pk]
        lines = [_queue_line(one.why, one.people, one.next_at) for one in waiting if one.team_id == team.pk]
        rows.append(TeamRow(team, table, lines, _next_turn(table)))
    return rows


def _seat_row(seat: TeamSeat, owned: Mapping[int, int], people: Mapping[int, User], today: date) -> SeatRow:
    load = owned.get(seat.user_id, 0)
    state = "left" if seat.user_id not in people else "absent" if is_absent(seat, today) else ""
    return SeatRow(seat, load, state, seat.cap is not None and load >= seat.cap)


def _next_turn(table: Sequence[SeatRow]) -> str:
    """Whose turn it is now; "" when nobody is free."""
    free = [row for row in table if not row.state]
    turns = [Turn(row.seat.user_id, row.seat.weight, row.seat.credit, _room(row.seat.cap, row.load)) for row in free]
    dealt, _after = deal(turns, 1)
    return next((str(row.seat.user) for row in free if dealt and row.seat.user_id == dealt[0].user_id), "")


def _room(cap: int | None, load: int) -> int | None:
    return None if cap is None else cap - load


def _queue_line(why: str, count: int, next_at: datetime) -> str:
    at = formats.date_format(timezone.localtime(next_at), "SHORT_DATETIME_FORMAT")
    if why == WaitingAssignment.Why.CLOSED:
        return _("%(count)s wait until it opens: %(at)s") % {"count": count, "at": at}
    return _("%(count)s wait because everybody is absent or owns enough") % {"count": count}


def hours_text(policy: AssignmentPolicy) -> str:
    """Business hours as one line."""
    names = dict(DAYS)
    days = "・".join(
        str(names[str(day)])[: 1 if (get_language() or "ja").startswith("ja") else 3] for day in policy.days
    )
    text = f"{days} {policy.opens:%H:%M}–{policy.closes:%H:%M}"
    return f"{text} · {_('closed on holidays')}" if policy.rests_on_holidays else text


def moments_text(policy: AssignmentPolicy) -> list[str]:
    """When people are assigned."""
    said = [_("When a person is created")] if policy.on_created else []
    stage = dict(stage_options()).get(policy.on_stage)
    said += [_("When a person reaches “%(stage)s”") % {"stage": stage}] if stage else []
    return said + ([_("When a person becomes hot")] if policy.on_hot else [])


@dataclass(frozen=True, slots=True)
class LogRow:
    """One assignment, its reason as a sentence."""

    one: Assignment
    moment: str
    why: str
    passed: list[str]


def log_rows(rows: Sequence[Assignment]) -> list[LogRow]:
    """Assignments as their reader understands them."""
    return [LogRow(one, str(MOMENTS.get(one.moment, one.moment)), _why(one.why), _passed(one.why)) for one in rows]


def _why(why: Mapping[str, Any]) -> str:  # Any: JSON
    rule = _("rule %(number)s “%(rule)s”") % {"number": why.get("number", "?"), "rule": why.get("rule", "")}
    told = {
        "team": _("turn in team “%(name)s”") % {"name": why.get("team", "")},
        "account": _("owner of the account"),
    }.get(str(why.get("whom")), _("named by the rule"))
    return f"{rule} · {told}"


def _passed(why: Mapping[str, Any]) -> list[str]:  # Any: JSON
    said = []
    for one in why.get("skipped", ()):
        text = str(PASSED.get(one["why"], "")) or f"{_('full')} {one.get('load')}/{one.get('cap')}"
        said.append(_("%(name)s (%(why)s)") % {"name": one["name"], "why": text})
    return said


@dataclass(frozen=True, slots=True)
class Asked:
    """One rule put to one person. verdict: its condition part by part; takes: whether this is the rule."""

    row: RuleRow
    takes: bool
    holds: bool
    verdict: dict[str, Any] | None  # Any: JSON
    note: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What the rules say about whoever was typed. people: several may be meant."""

    lead: Lead | None
    people: list[LeadRow]
    excluded: bool
    outcome: str
    asked: list[Asked]


def tried(text: str, *, now: datetime) -> Tried | None:
    """Which rule would take this person and why; None while nothing was typed. Nothing is changed."""
    text = text.strip()[:254].replace("\x00", "")
    if not text:
        return None
    lead = find_lead(text) or (find_lead_by_email(text.casefold()) if "@" in text else None)
    people = [] if lead else list_leads(LeadFilter(q=text, limit=FOUND))
    if lead is None and len(people) == 1:
        lead = find_lead(people[0].public_id)
    if lead is None:
        return Tried(None, people, False, "", [])
    if excluded([lead.pk]):
        return Tried(lead, [], True, "", [])
    asked = _put_to(lead, now=now)
    taking = next((one for one in asked if one.takes), None)
    outcome = _("No rule takes this person.") if taking is None else _outcome(taking, lead, now=now)
    return Tried(lead, [], False, outcome, asked)


def _put_to(lead: Lead, *, now: datetime) -> list[Asked]:
    """Each rule up to the one that takes them."""
    rows = rule_rows(now=now)
    book = rulebook([row.rule for row in rows], now=now, among="lead_ids")
    found = match([lead.pk], book).get(lead.pk) if book.rules else None
    taking = book.numbers[found.rule] if found and found.rule is not None else len(rows) + 1
    account = found.account_owner if found else None
    return [
        _asked(row, lead, takes=row.number == taking, account=account, now=now) for row in rows if row.number <= taking
    ]


def _asked(row: RuleRow, lead: Lead, *, takes: bool, account: int | None, now: datetime) -> Asked:
    if not row.rule.enabled or row.problem:
        return Asked(row, False, False, None, row.problem or _("switched off"))
    if row.rule.condition is None:
        holds, verdict = True, None
    else:
        told = explain_lead(parse(row.rule.condition), lead, now=now)
        holds, verdict = told.result, told.as_json(locale=get_language() or "ja", tz=timezone.get_current_timezone())
    note = ""
    if holds and not takes:
        no_account = row.rule.whom == AssignmentRule.Whom.ACCOUNT and account is None
        note = _("nobody owns the account") if no_account else _("somebody owns this person already")
    return Asked(row, takes, holds, verdict, note)


def _outcome(taking: Asked, lead: Lead, *, now: datetime) -> str:
    rule = taking.row.rule
    if rule.team is None:
        whom = taking.row.whom
        if rule.whom == AssignmentRule.Whom.ACCOUNT:
            found = match([lead.pk], rulebook([rule], now=now, among="lead_ids"))[lead.pk].account_owner
            whom = str(staff()[found]) if found else whom
        return _("Would go to %(whom)s.") % {"whom": whom}
    (team,) = team_rows(today=timezone.localdate(now), only=rule.team)
    if not team.next:
        return _("Would wait: nobody of team “%(team)s” is free.") % {"team": rule.team.name}
    return _("Would go to team “%(team)s”; it is %(name)s's turn.") % {"team": rule.team.name, "name": team.next}


def person_history(lead: Lead) -> tuple[list[LogRow], str]:
    """The latest assignments of one person, and what they wait for."""
    waiting = waiting_of(lead.pk)
    told = ""
    if waiting is not None:
        line = _queue_line(waiting.why, 1, waiting.due_at)
        told = f"{waiting.team.name}: {line}"
    return log_rows(assignments(lead_id=lead.pk, limit=5)[:5]), told


def zone_today(zone: str, *, now: datetime) -> date:
    """Today by the workspace's calendar."""
    return now.astimezone(ZoneInfo(zone)).date()
