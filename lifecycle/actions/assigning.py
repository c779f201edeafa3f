"""People given to members by the rules: in sets, once per fact, and never more than somebody's cap.

Locks are taken in one order: the people, then every team of the workspace (a member may sit in several). What changes
hands goes through leads' own action, so that history, LEAD_UPDATED and undo stay what they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext

from leads.actions import assign_owner
from leads.actions.segments import QUIET
from leads.queries import leads_by_ids
from lifecycle.actions.alerts import NoticeToStaff, notify
from lifecycle.actions.recipients import OWNER
from lifecycle.dealing import Dealt, Turn, deal
from lifecycle.hours import Hours
from lifecycle.models import Assignment, AssignmentRule, SalesTeam, TeamSeat, WaitingAssignment
from lifecycle.queries import assignment as asked
from lifecycle.queries.assignment import Match, Rulebook
from ma_platform.db import sql
from ma_platform.tenancy.models import User
from ma_platform.tenancy.scope import current_tenant
from tracking.catalogue import Event, Fact

CREATED, STAGE, HOT, BULK = "created", "stage", "hot", "bulk"
FULL, ABSENT, LEFT = "full", "absent", "left"
AGAIN = timedelta(minutes=10)  # until somebody who found nobody free is asked for again
ASSIGNED_AT_ONCE = 1_000
Why = WaitingAssignment.Why


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody is to be assigned now; `causes`: the facts that say so, the last of them received then."""

    moment: str
    causes: tuple[UUID, ...] = ()
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """Who owns somebody now, and who did."""

    owner_id: int
    before: int | None


@dataclass(slots=True)
class Assigned:
    """What became of people: given to somebody, waiting, or (where waiting is not wanted) without anybody free."""

    given: dict[int, Given] = field(default_factory=dict)
    waiting: set[int] = field(default_factory=set)
    unplaced: set[int] = field(default_factory=set)


def assign_by_facts(facts: Sequence[Fact], *, now: datetime) -> Assigned:
    """Whoever was created, reached the stage or became hot, as the workspace chose. A fact counts once."""
    if not AssignmentRule.objects.filter(enabled=True).exists():
        return Assigned()
    people = _heeded(facts)
    answered = _told_before(people)
    return assign({lead_id: why for lead_id, why in people.items() if lead_id not in answered}, now=now)


def _heeded(facts: Sequence[Fact]) -> dict[int, Reason]:
    policy = asked.policy()
    people: dict[int, Reason] = {}
    for fact in facts:
        if fact.props.get(QUIET):
            continue
        moment = {
            int(Event.LEAD_CREATED): CREATED if policy.on_created else "",
            int(Event.STAGE_CHANGED): STAGE if policy.on_stage and fact.props.get("to") == policy.on_stage else "",
            int(Event.BECAME_HOT): HOT if policy.on_hot else "",
        }.get(fact.name, "")
        if fact.lead_id is not None and moment:
            before = people.get(fact.lead_id, Reason(moment))
            people[fact.lead_id] = Reason(moment, (*before.causes, fact.id), fact.received_at)
    return people


def _told_before(people: Mapping[int, Reason]) -> set[int]:
    """Those whose facts have been answered: by them, or by an owner given since and taken away again."""
    rows = sql.run(ANSWERED, lead_ids=list(people)).rows if people else []
    answered = {lead_id: (set(causes), given_at) for lead_id, causes, given_at in rows}
    return {
        lead_id
        for lead_id, (causes, given_at) in answered.items()
        if causes.issuperset(people[lead_id].causes) or (given_at and _is_old(people[lead_id], given_at))
    }


def _is_old(reason: Reason, given_at: datetime) -> bool:
    return reason.received_at is not None and reason.received_at <= given_at


def assign_due(*, now: datetime) -> int:
    """Ask again for people whose waiting is over, who waited longest first; returns how many of them are due no more.

    Where no rule takes them any more, they wait no longer. The alert of a hot one went out while they had no owner:
    their new owner is told now.
    """
    rows = {row.lead_id: Reason(row.moment, tuple(row.causes)) for row in asked.due(now=now, limit=ASSIGNED_AT_ONCE)}
    given = assign(rows, now=now).given
    _tell({lead_id: rows[lead_id] for lead_id in given if rows[lead_id].moment == HOT}, now=now)
    return len(rows) - asked.still_due(rows, now=now)


def _tell(people: Mapping[int, Reason], *, now: datetime) -> None:
    """One notice each to their owner, in the workspace's language."""
    named = leads_by_ids(list(people))
    with translation.override(current_tenant().locale):
        text = gettext("This person became hot while nobody was free, and is yours now.")
        notices = [
            NoticeToStaff(
                to=OWNER,
                lead_id=lead_id,
                channel="mail",
                subject=gettext("[Hot lead assigned to you] %(name)s") % {"name": named[lead_id]},
                text=text,
                key=f"assigned:{lead_id}:{''.join(str(cause) for cause in reason.causes[-1:])}",
            )
            for lead_id, reason in people.items()
        ]
    notify(notices, now=now)


def assign(people: Mapping[int, Reason], *, now: datetime, by: User | None = None, may_wait: bool = True) -> Assigned:
    """Give each of these people to whom the first rule names that takes them, in the order they are given.

    may_wait: with False a team deals at any hour, and nobody is put into a queue.
    """
    book = asked.rulebook(asked.all_rules(), now=now, among="lead_ids")
    present = set(sql.run(LOCK, lead_ids=list(people)).values()) if people else set()
    if not present:
        return Assigned()
    matches = asked.match(sorted(present), book)
    desk = _Desk(book, asked.hours_of(asked.policy()), now, may_wait)
    for lead_id in people:
        if lead_id in matches and matches[lead_id].rule is not None:
            desk.receive(matches[lead_id])
    desk.deal()
    return _settle(desk, people, present, by=by)


@dataclass(slots=True)
class _Choice:
    """Whom one person goes to, by which rule, and who was passed over."""

    match: Match
    rule: AssignmentRule
    place: int
    owner_id: int
    skipped: list[dict[str, object]] = field(default_factory=list)


@dataclass(slots=True)
class _Held:
    """Somebody nobody can take now, and when to ask again."""

    team_id: int
    why: str
    due_at: datetime


@dataclass(slots=True)
class _Desk:
    """One sitting: people come in one after the other, then each team deals its own."""

    book: Rulebook
    hours: Hours
    now: datetime
    may_wait: bool
    chosen: dict[int, _Choice] = field(default_factory=dict)
    held: dict[int, _Held] = field(default_factory=dict)
    lines: dict[int, list[Match]] = field(default_factory=lambda: defaultdict(list))
    following: dict[int, Match] = field(default_factory=dict)  # by lead: who goes where the first of the company goes
    first_of: dict[int, int] = field(default_factory=dict)  # by company

    def receive(self, match: Match) -> None:
        """Decide at once, or stand in a team's line; colleagues of somebody in line go where they go."""
        place = match.rule or 0
        rule = self.book.rules[place]
        if rule.whom == AssignmentRule.Whom.TEAM:
            return self._line_up(match, rule.team_id or 0, place)
        owner_id = rule.member_id if rule.whom == AssignmentRule.Whom.MEMBER else match.account_owner
        if owner_id is not None and owner_id != match.owner_id:
            self.chosen[match.lead_id] = _Choice(match, rule, place, owner_id)
        return None

    def _line_up(self, match: Match, team_id: int, place: int) -> None:
        company_id = match.company_id
        sticks = company_id is not None and match.follows is not None and match.follows < place
        if company_id is not None and sticks and self.first_of.setdefault(company_id, match.lead_id) != match.lead_id:
            self.following[match.lead_id] = match
        else:
            self.lines[team_id].append(match)

    def deal(self) -> None:
        """Every team its line; then those who follow."""
        if self.lines:
            self._deal_lines()
        for lead_id, match in self.following.items():
            self._follow(lead_id, match)

    def _deal_lines(self) -> None:
        teams = {team.pk: team for team in _locked_teams()}
        seats = asked.seats(list(self.lines))
        loads = asked.loads({seat.user_id for seat in seats if seat.cap is not None})
        credits: dict[int, int] = {}
        for team_id in sorted(self.lines):
            table = _Table([one for one in seats if one.team_id == team_id], self.book.staff, loads, self._today)
            self._deal_line(teams[team_id], table, credits)
        sql.run(CREDIT, seats=list(credits), credits=list(credits.values()))

    @property
    def _today(self) -> Any:  # Any: a date
        return self.now.astimezone(self.hours.zone).date()

    def _deal_line(self, team: SalesTeam, table: _Table, credits: dict[int, int]) -> None:
        line = [one for one in self.lines[team.pk] if one.owner_id not in table.present]
        if self.may_wait and team.when_closed == SalesTeam.Closed.WAIT and not self.hours.is_open(self.now):
            return self._hold(line, team.pk, Why.CLOSED, self.hours.next_open(self.now) or self.now + AGAIN)
        dealt, after = deal(table.turns(), len(line))
        for match, turn in zip(line, dealt, strict=False):
            place = match.rule or 0
            skipped = table.skipped(turn)
            self.chosen[match.lead_id] = _Choice(match, self.book.rules[place], place, turn.user_id, skipped)
            table.loads[turn.user_id] = table.loads.get(turn.user_id, 0) + 1
        credits |= {table.present[user_id].pk: credit for user_id, credit in after.items()}
        return self._hold(line[len(dealt) :], team.pk, Why.FULL, self.now + AGAIN)

    def _hold(self, line: Sequence[Match], team_id: int, why: str, due_at: datetime) -> None:
        self.held |= {match.lead_id: _Held(team_id, why, due_at) for match in line}

    def _follow(self, lead_id: int, match: Match) -> None:
        first = self.first_of[match.company_id or 0]
        place = match.follows or 0
        if first in self.chosen:
            self.chosen[lead_id] = _Choice(match, self.book.rules[place], place, self.chosen[first].owner_id)
        elif first in self.held:
            self.held[lead_id] = self.held[first]


@dataclass(slots=True)
class _Table:
    """The seats of one team as they are today."""

    seats: Sequence[TeamSeat]
    staff: Mapping[int, User]
    loads: dict[int, int]
    today: Any  # Any: a date
    present: dict[int, TeamSeat] = field(init=False)

    def __post_init__(self) -> None:
        self.present = {seat.user_id: seat for seat in self.seats if not self._why_away(seat)}

    def _why_away(self, seat: TeamSeat) -> str:
        if seat.user_id not in self.staff:
            return LEFT
        return ABSENT if is_absent(seat, self.today) else ""

    def turns(self) -> list[Turn]:
        return [
            Turn(user_id, seat.weight, seat.credit, None if seat.cap is None else seat.cap - self.loads.get(user_id, 0))
            for user_id, seat in self.present.items()
        ]

    def skipped(self, turn: Dealt) -> list[dict[str, object]]:
        """Who was passed over, as the log keeps it."""
        away = [(seat, self._why_away(seat)) for seat in self.seats]
        away += [(self.present[user_id], FULL) for user_id in turn.full]
        return [self._passed(seat, why) for seat, why in away if why]

    def _passed(self, seat: TeamSeat, why: str) -> dict[str, object]:
        said: dict[str, object] = {"name": str(seat.user), "why": why}
        return {**said, "load": self.loads.get(seat.user_id, 0), "cap": seat.cap} if why == FULL else said


def is_absent(seat: TeamSeat, today: Any) -> bool:  # Any: a date
    """Whether today is one of the absent days; a missing end is open."""
    if seat.absent_from is None and seat.absent_until is None:
        return False
    return (seat.absent_from is None or seat.absent_from <= today) and (
        seat.absent_until is None or today <= seat.absent_until
    )


def _locked_teams() -> list[SalesTeam]:
    """Every team, held until the end: nobody else deals meanwhile."""
    return list(SalesTeam.objects.select_for_update(no_key=True).order_by("id"))


def _settle(desk: _Desk, people: Mapping[int, Reason], present: set[int], *, by: User | None) -> Assigned:
    hands: dict[int, list[int]] = defaultdict(list)
    for lead_id, choice in desk.chosen.items():
        hands[choice.owner_id].append(lead_id)
    for owner_id, lead_ids in sorted(hands.items()):
        assign_owner(lead_ids, desk.book.staff[owner_id], by=by, now=desk.now, source="owner")
    Assignment.objects.bulk_create(_log(desk, choice, people[lead_id]) for lead_id, choice in desk.chosen.items())
    done = Assigned({lead_id: Given(one.owner_id, one.match.owner_id) for lead_id, one in desk.chosen.items()})
    if desk.may_wait:
        done.waiting = set(desk.held)
        _wait(desk.held, people, desk.now)
    else:
        done.unplaced = set(desk.held)
    ended = present - done.waiting if desk.may_wait else set(done.given)
    WaitingAssignment.objects.filter(lead_id__in=ended).delete()
    return done


def _log(desk: _Desk, choice: _Choice, reason: Reason) -> Assignment:
    rule = choice.rule
    why = {"number": desk.book.numbers[choice.place], "rule": rule.name, "whom": rule.whom}
    if rule.team is not None:
        why |= {"team": rule.team.name, "skipped": choice.skipped}
    return Assignment(
        lead_id=choice.match.lead_id,
        rule=rule,
        to_user_id=choice.owner_id,
        from_user_id=choice.match.owner_id,
        moment=reason.moment,
        causes=list(reason.causes),
        why=why,
        at=desk.now,
    )


def _wait(held: Mapping[int, _Held], people: Mapping[int, Reason], now: datetime) -> None:
    """Who waits already keeps their place in the queue."""
    rows = [
        WaitingAssignment(
            lead_id=lead_id,
            team_id=one.team_id,
            why=one.why,
            moment=people[lead_id].moment,
            causes=list(people[lead_id].causes),
            since=now,
            due_at=one.due_at,
        )
        for lead_id, one in held.items()
    ]
    WaitingAssignment.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["tenant", "lead"],
        update_fields=["team", "why", "moment", "causes", "due_at"],
    )


# In one order, as everybody locks people.
LOCK = """
    SELECT lead.id FROM leads_lead AS lead
     WHERE lead.tenant_id = %(tenant_id)s AND lead.id = ANY(%(lead_ids)s::bigint[]) AND lead.merged_into_id IS NULL
     ORDER BY lead.id
       FOR NO KEY UPDATE
"""
# given_at: only of people whom nobody owns any more.
ANSWERED = """
    SELECT lead.id, told.causes, CASE WHEN lead.owner_id IS NULL THEN told.given_at END AS given_at
      FROM leads_lead AS lead
     CROSS JOIN LATERAL (
           SELECT coalesce(array_agg(one.cause) FILTER (WHERE one.cause IS NOT NULL), '{}') AS causes,
                  max(one.given_at) AS given_at
             FROM (SELECT given.at AS given_at, cause FROM lifecycle_assignment AS given
                     LEFT JOIN LATERAL unnest(given.causes) AS cause ON TRUE
                    WHERE given.tenant_id = %(tenant_id)s AND given.lead_id = lead.id
                    UNION ALL
                   SELECT NULL, unnest(waiting.causes) FROM lifecycle_waitingassignment AS waiting
                    WHERE waiting.tenant_id = %(tenant_id)s AND waiting.lead_id = lead.id) AS one) AS told
     WHERE lead.tenant_id = %(tenant_id)s AND lead.id = ANY(%(lead_ids)s::bigint[])
"""
CREDIT = """
    UPDATE lifecycle_teamseat AS seat SET credit = dealt.credit
      FROM unnest(%(seats)s::bigint[], %(credits)s::int[]) AS dealt(seat_id, credit)
     WHERE seat.tenant_id = %(tenant_id)s AND seat.id = dealt.seat_id
"""
