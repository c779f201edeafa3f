"""A sales force and its rules, made as the pages make them."""

from __future__ import annotations

from datetime import time
from typing import Any

from leads.actions import LeadInput, upsert_leads
from leads.models import Lead
from lifecycle.actions.assignment_design import PolicyInput, RuleInput, SeatInput, save_policy, save_rule, save_team
from lifecycle.actions.assignment_design import seat_member as seat
from lifecycle.models import AssignmentRule, SalesTeam
from ma_platform.tenancy.models import Membership, User
from ma_platform.tenancy.permissions import Role
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.conftest import NOW

TOKYO = {"field": "lead.prefecture", "op": "eq", "value": "東京都"}


class Force:
    """The members of a workspace by a short name."""

    def __init__(self, made: NewWorkspace) -> None:
        self.boss = made.owner
        self.mark = made.workspace.public_id

    def member(self, name: str) -> User:
        user = User.objects.create_user(f"{name}@{self.mark}.example", "x" * 12, name=name)
        Membership.objects.create(user=user, role=Role.SALES, created_at=NOW)
        return user

    def team(self, name: str = "営業", *, when_closed: str = "at_once", **weights: int) -> SalesTeam:
        team = save_team(None, name, when_closed, by=self.boss, now=NOW)
        for member, weight in weights.items():
            self.sit(team, self.member(member), weight=weight)
        return team

    def sit(self, team: SalesTeam, user: User, **said: Any) -> None:  # Any: fields of SeatInput
        seat(team, SeatInput(user.pk, **said), by=self.boss, now=NOW)

    def rule(self, whom: str, **said: Any) -> AssignmentRule:  # Any: fields of RuleInput
        count = AssignmentRule.objects.count() + 1
        return save_rule(None, RuleInput(said.pop("name", f"ルール{count}"), whom, **said), by=self.boss, now=NOW)

    def policy(self, **said: Any) -> None:  # Any: fields of PolicyInput
        usual: dict[str, Any] = {"on_created": True, "on_stage": "", "on_hot": True, "days": (0, 1, 2, 3, 4)}
        hours = {"opens": time(9), "closes": time(18), "rests_on_holidays": True}
        save_policy(PolicyInput(**{**usual, **hours, **said}), by=self.boss, now=NOW)


def people(count: int, **said: Any) -> list[int]:  # Any: fields of LeadInput
    """So many new people; their primary keys."""
    first = Lead.objects.count()
    inputs = [LeadInput(email=f"p{first + n}@x{first + n}.example", **said) for n in range(count)]
    return [made.lead_id or 0 for made in upsert_leads(inputs, by=None, now=NOW)]


def owners(lead_ids: list[int]) -> list[str]:
    """Names of the owners, "" for nobody, in the order of the people."""
    found = dict(Lead.objects.filter(pk__in=lead_ids).values_list("pk", "owner__name"))
    return [found[pk] or "" for pk in lead_ids]
