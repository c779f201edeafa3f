"""Whom the list leaves out, by every kind of line; the word of conditions and the list's own answer agree."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from conditions import compile, parse
from leads.actions import LeadInput, upsert_companies, upsert_leads
from leads.actions.companies import add_alias
from leads.actions.company_joins import join_companies
from leads.actions.exclusions import NewExclusion, NotExcludable, add_exclusion, remove_exclusion
from leads.models import Company, Lead
from leads.queries.exclusions import excluded
from lifecycle.actions import raise_alerts
from lifecycle.alerting import Crossing
from lifecycle.models import Alert
from ma_platform.db import sql
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tracking.actions import bind_visitor
from tracking.catalogue import Event
from tracking.models import Event as Row
from tracking.models import Session, Visitor

PEOPLE = (
    LeadInput(email="a@rival.example", company="競合商事"),
    LeadInput(email="b@east.rival.example"),
    LeadInput(email="c@notrival.example", company="㈱競合商事"),
    LeadInput(email="d@rival-group.example", job_title="営業"),
    LeadInput(email="e@school.example", job_title="ガクセイ インターン"),
    LeadInput(email="f@gmail.com"),
)


@pytest.fixture
def people(in_acme: NewWorkspace, now: datetime) -> None:
    upsert_leads(PEOPLE, by=None, now=now)


def left_out(now: datetime) -> dict[str, str]:
    """By the first letter of the address; the word must say the same."""
    found = excluded(list(Lead.objects.values_list("pk", flat=True)))
    names = dict(Lead.objects.values_list("pk", "email"))
    for reason in ("competitor", "partner", "employee", "other"):
        asked = compile(
            parse({"field": "lead.excluded_by", "op": "eq", "value": reason}), now=now, tz=ZoneInfo("Asia/Tokyo")
        )
        ids = sql.run(WHO + asked.sql, **asked.params).values()
        assert sorted(ids) == sorted(pk for pk, one in found.items() if one.reason == reason)
    return {names[pk][0]: one.reason for pk, one in sorted(found.items())}


WHO = "SELECT lead.id FROM leads_lead AS lead WHERE lead.tenant_id = %(tenant_id)s AND "


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("domain", "@Rival.example", "ab"),
        ("company", "競合商事株式会社", "ac"),
        ("title", "がくせい", "e"),
        ("domain", "example", None),
        ("domain", "gmail.com", "f"),
    ],
)
def test_every_kind_of_line(people, in_acme, now, kind: str, text: str, expected: str | None):
    if expected is None:
        with pytest.raises(NotExcludable):
            add_exclusion(NewExclusion(kind, text, "competitor"), by=in_acme.owner, now=now)
        return
    add_exclusion(NewExclusion(kind, text, "competitor"), by=in_acme.owner, now=now)

    assert left_out(now) == dict.fromkeys(expected, "competitor")


def test_a_company_goes_with_its_domains_and_other_names(people, in_acme, now):
    company = Company.objects.get(name="競合商事")
    add_alias(company, "domain", "rival-group.example", by=in_acme.owner, now=now)
    add_alias(company, "name", "Rival", by=in_acme.owner, now=now)

    add_exclusion(NewExclusion("company", "RIVAL Inc.", "competitor"), by=in_acme.owner, now=now)

    assert left_out(now) == dict.fromkeys("acd", "competitor")


def test_of_two_lines_the_graver_reason_counts(people, in_acme, now):
    add_exclusion(NewExclusion("domain", "rival.example", "other"), by=in_acme.owner, now=now)
    add_exclusion(NewExclusion("company", "競合商事", "competitor"), by=in_acme.owner, now=now)

    assert left_out(now) == {"a": "competitor", "b": "other", "c": "competitor"}


def test_people_seen_on_a_network(people, in_acme, now):
    lead = Lead.objects.get(email="f@gmail.com")
    bind_visitor("v1", lead.pk, "form", now)
    visit: dict[str, Any] = {"started_at": now, "last_at": now, "ip": "203.0.113.9"}
    Session.objects.create(tenant_id=in_acme.workspace.pk, id=uuid4(), visitor_id=Visitor.objects.get().id, **visit)

    add_exclusion(NewExclusion("network", "203.0.113.0/24", "employee"), by=in_acme.owner, now=now)

    assert left_out(now) == {"f": "employee"}


def test_the_people_a_line_touches_are_said_to_have_changed(people, in_acme, now):
    def told() -> list[str]:
        rows = Row.objects.filter(name=int(Event.LEAD_UPDATED), props__fields=["exclusion"])
        names = dict(Lead.objects.values_list("pk", "email"))
        return sorted(names[pk][0] for pk in rows.values_list("lead_id", flat=True))

    line = add_exclusion(NewExclusion("domain", "rival.example", "competitor"), by=in_acme.owner, now=now)
    assert told() == ["a", "b"]

    assert remove_exclusion(line, by=in_acme.owner, now=now) == 2
    assert told() == ["a", "a", "b", "b"]
    assert left_out(now) == {}


def test_sales_are_not_told_of_them(people, in_acme, now):
    add_exclusion(NewExclusion("domain", "rival.example", "competitor"), by=in_acme.owner, now=now)
    both = list(Lead.objects.filter(email__in=["a@rival.example", "f@gmail.com"]).order_by("pk"))

    raise_alerts([Crossing(lead.pk, f"c{lead.pk}", "total", 20, "A1", now) for lead in both], now=now)

    assert list(Alert.objects.values_list("lead__email", flat=True)) == ["f@gmail.com"]


def test_a_joined_companys_exclusion_follows_its_people(people, in_acme, now):
    ((public_id, _),) = upsert_companies([{"name": "新競合"}], now=now)
    add_exclusion(NewExclusion("company", "競合商事", "competitor"), by=in_acme.owner, now=now)

    join_companies(
        Company.objects.get(public_id=public_id), Company.objects.get(name="競合商事"), by=in_acme.owner, now=now
    )

    assert left_out(now) == dict.fromkeys("ac", "competitor")
