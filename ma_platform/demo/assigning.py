"""Who looks after whom in the demo workspace: whoever knows the company, one person for the west, the rest in turn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lifecycle.actions.assignment_design import RuleInput, SeatInput, save_rule, save_team, seat_member
from ma_platform.tenancy.models import User

WEST = {"field": "lead.prefecture", "op": "in", "value": ["大阪府", "京都府", "兵庫県"]}


def make_assignment(sales: Sequence[User], *, by: User, now: datetime) -> None:
    """A team that waits for office hours, and three rules."""
    team = save_team(None, "営業1課", "wait", by=by, now=now)
    for member, cap in zip(sales, (80, 60, 40), strict=True):
        seat_member(team, SeatInput(member.pk, cap=cap), by=by, now=now)
    save_rule(None, RuleInput("既存企業は今の担当者へ", "account"), by=by, now=now)
    save_rule(None, RuleInput("関西", "member", WEST, member_id=sales[1].pk), by=by, now=now)
    save_rule(None, RuleInput("それ以外", "team", team=team), by=by, now=now)
