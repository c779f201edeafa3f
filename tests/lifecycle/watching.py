"""Members who watch, and people on the site."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from leads.models import Lead
from lifecycle.actions import notice_visits
from lifecycle.actions.watching import VisitWishes, save_wishes, watch_person
from lifecycle.models import Alert, VisitTold
from ma_platform.tenancy.models import Membership, User
from ma_platform.tenancy.permissions import Role
from mailing.models import Message
from tests.conftest import NOW
from tests.people import make_person
from tests.tracking.visiting import visit, visitor_number

USUAL: dict[str, Any] = {
    "own_people": False,
    "own_companies": False,
    "pace": "at_once",
    "morning_at": time(9),
    "quiet_from": None,
    "quiet_until": None,
    "rests": False,
    "gap_minutes": 60,
}


def member(name: str = "sato", role: Role = Role.SALES) -> Membership:
    user = User.objects.create_user(f"{name}@acme.example", "x" * 12, name=name)
    made: Membership = Membership.objects.create(user=user, role=role, created_at=NOW)
    return made


def wish(who: Membership, *, now: datetime = NOW, **said: Any) -> None:  # Any: fields of VisitWishes
    save_wishes(VisitWishes(**{**USUAL, **said}), member=who, now=now)


def somebody(name: str = "taro", **said: Any) -> Lead:  # Any: fields of LeadInput
    known = {"last_name": "山田", "first_name": name, "company": "例示商事", "job_title": "部長"}
    found: Lead = Lead.objects.get(pk=make_person(f"{name}@example.co.jp", **{**known, **said}))
    return found


def watched(who: Membership, name: str = "taro") -> Lead:
    lead = somebody(name)
    watch_person(lead, member=who, now=NOW)
    return lead


def arrive(lead: Lead, *, minutes: int = 0, after: int = 12, browser: str = "", **said: Any) -> int:
    """The person opens a page, which is noticed `after` seconds later. Answers how many alerts that made."""
    browser = browser or f"browser of {lead.pk}"
    visit(browser, minutes=minutes, lead=lead.pk, **said)
    now = NOW + timedelta(minutes=minutes, seconds=after)
    return notice_visits({(visitor_number(browser), lead.pk)}, now=now)


def told() -> list[tuple[str, str]]:
    """(address, subject) of every mail to staff, in order."""
    rows = Message.objects.filter(lead=None).order_by("id")
    return [(row.to_address, row.content["subject"]) for row in rows]


def states() -> list[str]:
    return list(VisitTold.objects.order_by("id").values_list("state", flat=True))


def only_alert() -> Alert:
    found: Alert = Alert.objects.get()
    return found
