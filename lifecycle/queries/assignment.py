"""Who would be given to whom: rules, teams, loads, and people who wait."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from psycopg2.sql import SQL, Composable, Literal

from conditions import Compiled, ConditionRefused, compile, parse, refs
from leads.queries.listing import within
from lifecycle.hours import Hours
from lifecycle.models import Assignment, AssignmentPolicy, AssignmentRule, SalesTeam, TeamSeat, WaitingAssignment
from ma_platform.db import sql
from ma_platform.tenancy.models import User
from ma_platform.tenancy.queries import closures, members
from ma_platform.tenancy.scope import current_tenant

WORKING_WEEK = (0, 1, 2, 3, 4)
COUNT_MS = 2_000
LISTED = 50
EXCLUDED = {"field": "lead.excluded_by", "op": "is_set"}


def policy() -> AssignmentPolicy:
    """The workspace's, or the defaults while nobody has chosen."""
    return AssignmentPolicy.objects.first() or AssignmentPolicy(days=list(WORKING_WEEK))


def hours_of(chosen: AssignmentPolicy) -> Hours:
    """The workspace's business hours in its zone."""
    zone = ZoneInfo(current_tenant().timezone)
    return Hours(zone, frozenset(chosen.days), chosen.opens, chosen.closes, chosen.rests_on_holidays, closures())


def staff() -> dict[int, User]:
    """Everybody who may own people: active members of the workspace."""
    return {one.user_id: one.user for one in members().filter(user__is_active=True)}


def all_rules() -> list[AssignmentRule]:
    """In the order they are asked."""
    return list(AssignmentRule.objects.select_related("member", "team").order_by("place", "id"))


def find_rule(public_id: str) -> AssignmentRule | None:
    found: AssignmentRule | None = AssignmentRule.objects.filter(public_id=public_id).first()
    return found


def rules_asking(public_id: str) -> list[AssignmentRule]:
    """Rules, those switched off as well, whose condition asks about this segment, in their order."""
    return [rule for rule in all_rules() if public_id in _segments_of(rule.condition)]


def _segments_of(condition: object) -> frozenset[str]:
    """None of a condition that is not understood any more: its rule takes nobody."""
    try:
        return refs(parse(condition)).segments if condition is not None else frozenset()
    except ConditionRefused:
        return frozenset()


def all_teams() -> list[SalesTeam]:
    return list(SalesTeam.objects.order_by("name", "id"))


def find_team(public_id: str) -> SalesTeam | None:
    found: SalesTeam | None = SalesTeam.objects.filter(public_id=public_id).first()
    return found


def seats(team_ids: Collection[int]) -> list[TeamSeat]:
    """Who sits in these teams, in the order they took their seats."""
    return list(TeamSeat.objects.filter(team_id__in=team_ids).select_related("user").order_by("id"))


def loads(user_ids: Collection[int]) -> dict[int, int]:
    """How many open people each owns: whose stage is neither beside the way nor its end. One statement."""
    return dict(sql.run(LOADS, users=sorted(user_ids)).rows) if user_ids else {}


@dataclass(frozen=True, slots=True)
class Match:
    """One person. rule: place in the book of the first rule that takes them, None: none does.

    follows: place of the rule before it that would have given them to their company's owner, had there been one.
    """

    lead_id: int
    owner_id: int | None
    company_id: int | None
    account_owner: int | None
    rule: int | None
    follows: int | None


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules that can take somebody now, in order, each with its condition over `lead`; and whom they may name.

    numbers: of the rules in the list of all, as members see them.
    """

    rules: tuple[AssignmentRule, ...]
    numbers: tuple[int, ...]
    tests: tuple[Compiled, ...]
    staff: Mapping[int, User]
    excluded: Compiled

    @property
    def params(self) -> dict[str, Any]:  # Any: parameters of a statement
        found: dict[str, Any] = {"staff": sorted(self.staff), **self.excluded.params}
        for test in self.tests:
            found |= test.params
        return found


def rulebook(rules: Sequence[AssignmentRule], *, now: datetime, among: str | None = None) -> Rulebook:
    """Left out: rules switched off, whose condition is not understood any more, or whose member or team is gone."""
    people, zone = staff(), ZoneInfo(current_tenant().timezone)
    able: dict[int, tuple[AssignmentRule, Compiled]] = {}
    for number, rule in enumerate(rules, start=1):
        if not rule.enabled or not _names_somebody(rule, people):
            continue
        with suppress(ConditionRefused):
            able[number] = (rule, _test(rule, now, zone, among, f"r{number}_"))
    excluded = compile(parse(EXCLUDED), now=now, tz=zone, prefix="x_", among=among)
    kept = tuple(rule for rule, _ in able.values())
    return Rulebook(kept, tuple(able), tuple(test for _, test in able.values()), people, excluded)


def _names_somebody(rule: AssignmentRule, people: Mapping[int, User]) -> bool:
    named = {rule.Whom.MEMBER: rule.member_id in people, rule.Whom.TEAM: rule.team_id is not None}
    return named.get(AssignmentRule.Whom(rule.whom), True)


def _test(rule: AssignmentRule, now: datetime, zone: ZoneInfo, among: str | None, prefix: str) -> Compiled:
    if rule.condition is None:
        return Compiled("TRUE", {})
    return compile(parse(rule.condition), now=now, tz=zone, among=among, prefix=prefix)


def match(lead_ids: Sequence[int], book: Rulebook) -> dict[int, Match]:
    """What the rules say about these people, in one statement. Merged and excluded people are left out.

    The book must have been compiled `among` "lead_ids".
    """
    rows = sql.typed(_matching(book, AMONG, AMONG_MATES), Match, lead_ids=list(lead_ids), **book.params)
    return {row.lead_id: row for row in rows}


def tally(book: Rulebook) -> dict[int, int] | None:
    """By key of the rule: how many people each would take now, of everybody; None where counting takes too long."""
    statement = SQL(TALLY).format(matches=_matching(book))
    rows = within(COUNT_MS, lambda: sql.run(statement, **book.params).rows)
    return None if rows is None else {book.rules[place].pk: count for place, count in rows}


def untaken(book: Rulebook) -> tuple[Composable, dict[str, Any]]:  # Any: parameters of a statement
    """SQL over `lead` for people no rule takes, with its parameters."""
    return SQL(UNTAKEN).format(matches=_matching(book)), book.params


def _matching(book: Rulebook, people: str = "", mates: str = "") -> Composable:
    return SQL(MATCH).format(
        rule=_first(book, range(len(book.rules)), follow=False),
        follows=_first(
            book, [n for n, one in enumerate(book.rules) if one.whom == AssignmentRule.Whom.ACCOUNT], follow=True
        ),
        excluded=SQL(book.excluded.sql),
        people=SQL(people),
        mates=SQL(mates),
    )


def _first(book: Rulebook, places: Sequence[int], *, follow: bool) -> Composable:
    """The place of the first of these rules that takes the person; `follow`: as if their company had an owner."""
    cases = [SQL(" WHEN {} THEN {}").format(_takes(book, n, follow=follow), Literal(n)) for n in places]
    return SQL("CASE{} END").format(SQL("").join(cases)) if cases else SQL("NULL::int")


def _takes(book: Rulebook, place: int, *, follow: bool) -> Composable:
    rule, parts = book.rules[place], [SQL(book.tests[place].sql)]
    if not rule.takes_owned:
        parts.append(SQL("lead.owner_id = ANY(%(staff)s::bigint[]) IS NOT TRUE"))
    if rule.whom == AssignmentRule.Whom.ACCOUNT and not follow:
        parts.append(SQL("account.owner_id IS NOT NULL"))
    return SQL(" AND ").join(parts)


@dataclass(frozen=True, slots=True)
class Queue:
    """People who wait for one team for one reason, and when the next of them is asked again."""

    team_id: int
    why: str
    people: int
    next_at: datetime


def queues() -> list[Queue]:
    """Everybody who waits, counted. People who were joined to others do not wait."""
    return sql.typed(QUEUES, Queue)


def due(*, now: datetime, limit: int) -> list[WaitingAssignment]:
    """Those whose time has come, who waited longest first."""
    return list(_due(now).order_by("since", "id")[:limit])


def still_due(lead_ids: Collection[int], *, now: datetime) -> int:
    """How many of these people are due all the same."""
    return _due(now).filter(lead_id__in=lead_ids).count() if lead_ids else 0


def _due(now: datetime) -> QuerySet[WaitingAssignment]:
    return WaitingAssignment.objects.filter(due_at__lte=now, lead__merged_into=None)


def workspaces_with_due(*, now: datetime) -> list[int]:
    """Part of a system sweep."""
    return sql.run(DUE_TENANTS, now=now).values()


def waiting_of(lead_id: int) -> WaitingAssignment | None:
    found: WaitingAssignment | None = WaitingAssignment.objects.filter(lead_id=lead_id).select_related("team").first()
    return found


def assignments(
    *, lead_id: int | None = None, after: tuple[datetime, int] | None = None, limit: int = LISTED
) -> list[Assignment]:
    """Newest first: of one person, or of everybody; up to `limit` + 1."""
    rows = Assignment.objects.select_related("lead", "lead__company", "to_user", "from_user", "rule")
    if lead_id is not None:
        rows = rows.filter(lead_id=lead_id)
    if after is not None:
        at, number = after
        rows = rows.filter(Q(at__lt=at) | Q(at=at, id__lt=number))
    return list(rows.order_by("-at", "-id")[: limit + 1])


AMONG = "AND lead.id = ANY(%(lead_ids)s::bigint[])"
AMONG_MATES = """AND mate.company_id IN (SELECT asked.company_id FROM leads_lead AS asked
                                          WHERE asked.tenant_id = %(tenant_id)s
                                            AND asked.id = ANY(%(lead_ids)s::bigint[]))"""
# The owner of an account is who owns most of its people; of several, who was last busy there.
MATCH = """
    WITH owning AS (
        SELECT mate.company_id, mate.owner_id, count(*) AS people, max(mate.updated_at) AS busy_at
          FROM leads_lead AS mate
         WHERE mate.tenant_id = %(tenant_id)s AND mate.company_id IS NOT NULL AND mate.merged_into_id IS NULL
           AND mate.owner_id = ANY(%(staff)s::bigint[]) {mates}
         GROUP BY mate.company_id, mate.owner_id
    ), account AS (
        SELECT DISTINCT ON (owning.company_id) owning.company_id, owning.owner_id
          FROM owning
         ORDER BY owning.company_id, owning.people DESC, owning.busy_at DESC, owning.owner_id
    )
    SELECT lead.id AS lead_id, lead.owner_id, lead.company_id, account.owner_id AS account_owner,
           {rule} AS rule, {follows} AS follows
      FROM leads_lead AS lead
      LEFT JOIN account ON account.company_id = lead.company_id
     WHERE lead.tenant_id = %(tenant_id)s AND lead.merged_into_id IS NULL AND NOT {excluded} {people}
"""
TALLY = """
    SELECT taken.rule, count(*)::int FROM ({matches}) AS taken WHERE taken.rule IS NOT NULL GROUP BY taken.rule
"""
UNTAKEN = "lead.id NOT IN (SELECT taken.lead_id FROM ({matches}) AS taken WHERE taken.rule IS NOT NULL)"
LOADS = """
    SELECT lead.owner_id, count(*)::int
      FROM leads_lead AS lead
      LEFT JOIN lifecycle_position AS here ON here.tenant_id = %(tenant_id)s AND here.lead_id = lead.id
      LEFT JOIN lifecycle_stage AS stage ON stage.tenant_id = %(tenant_id)s AND stage.key = here.stage_key
     WHERE lead.tenant_id = %(tenant_id)s AND lead.owner_id = ANY(%(users)s::bigint[])
       AND lead.merged_into_id IS NULL
       AND (stage.side OR stage."order" = (SELECT max(way."order") FROM lifecycle_stage AS way
                                            WHERE way.tenant_id = %(tenant_id)s AND NOT way.side)) IS NOT TRUE
     GROUP BY lead.owner_id
"""
QUEUES = """
    SELECT waiting.team_id, waiting.why, count(*)::int AS people, min(waiting.due_at) AS next_at
      FROM lifecycle_waitingassignment AS waiting
      JOIN leads_lead AS lead ON lead.tenant_id = %(tenant_id)s AND lead.id = waiting.lead_id
     WHERE waiting.tenant_id = %(tenant_id)s AND lead.merged_into_id IS NULL
     GROUP BY waiting.team_id, waiting.why
     ORDER BY waiting.team_id, waiting.why
"""
DUE_TENANTS = """
    SELECT DISTINCT waiting.tenant_id
      FROM lifecycle_waitingassignment AS waiting
      JOIN tenancy_workspace AS workspace ON workspace.id = waiting.tenant_id AND workspace.closed_at IS NULL
      JOIN leads_lead AS lead ON lead.tenant_id = waiting.tenant_id AND lead.id = waiting.lead_id
     WHERE waiting.due_at <= %(now)s AND lead.merged_into_id IS NULL
     ORDER BY waiting.tenant_id
"""
