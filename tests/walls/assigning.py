"""A team with a member and a rule that has given somebody to them, and one that waits."""

from __future__ import annotations

from datetime import datetime

from leads.actions import LeadInput, upsert_lead
from lifecycle.actions import Reason, assign
from lifecycle.actions.assignment_design import RuleInput, SeatInput, save_rule, save_team, seat_member
from ma_platform.tenancy.models import User


def make_assignment(mark: str, seller: User, *, by: User, now: datetime) -> dict[str, str]:
    """Their ids by the placeholder's name. The rule is for nobody but the two it has taken."""
    team = save_team(None, f"{mark}チーム", "at_once", by=by, now=now)
    seat_member(team, SeatInput(seller.pk, cap=1), by=by, now=now)
    condition = {"field": "lead.department", "op": "eq", "value": f"{mark}購買部"}
    rule = save_rule(None, RuleInput(f"{mark}ルール", "team", condition, team=team), by=by, now=now)
    emails = [f"{name}@assigned.{mark}.example" for name in ("given", "waiting")]
    made = [upsert_lead(LeadInput(email=email, department=f"{mark}購買部"), by=by, now=now) for email in emails]
    assign({one.lead_id or 0: Reason("created") for one in made}, now=now)
    return {"team": team.public_id, "rule": rule.public_id, "seller": str(seller.pk)}
