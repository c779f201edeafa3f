"""People who may be one and the same: found from what is stored, dismissed for good, never merged by themselves."""

from __future__ import annotations

from datetime import datetime

import pytest

from leads.actions import LeadInput, edit_lead, upsert_leads
from leads.actions.suggestions import dismiss, restore, suggest
from leads.models import Lead, Suggestion
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tracking.actions import bind_visitor, record
from tracking.catalogue import Event

YAMADA = {"last_name": "山田", "first_name": "太郎"}


def people(now: datetime, *said: dict[str, str]) -> list[int]:
    rows = [LeadInput(email=f"p{number}@x.example", **one) for number, one in enumerate(said)]
    return [one.lead_id for one in upsert_leads(rows, by=None, now=now) if one.lead_id is not None]


def found() -> list[tuple[list[str], int]]:
    return list(Suggestion.objects.filter(dismissed_at=None).values_list("reasons", "confidence"))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({**YAMADA, "company": "株式会社山形"}, {**YAMADA, "company": "山形(株)"}, [(["name_company"], 80)]),
        ({"last_name": "山田", "company": "山形"}, {"last_name": "山田", "company": "山形"}, [(["name_company"], 45)]),
        ({**YAMADA, "company": "山形"}, {**YAMADA, "company": "秋田"}, []),
        ({**YAMADA, "phone": "03-1234-5678"}, {**YAMADA, "phone": "0312345678"}, [(["phone"], 90)]),
        ({"last_name": "佐藤", "phone": "03-1234-5678"}, {**YAMADA, "phone": "0312345678"}, [(["phone"], 40)]),
        (YAMADA, YAMADA, []),
        ({"company": "山形"}, {"company": "山形"}, []),
        (
            {**YAMADA, "company": "山形", "phone": "03-1234-5678"},
            {**YAMADA, "company": "山形", "phone": "03-1234-5678"},
            [(["name_company", "phone"], 95)],
        ),
    ],
)
def test_what_two_people_have_in_common(in_acme, now, one, other, expected):
    suggest(people(now, one, other), now=now)

    assert found() == expected


def test_a_switchboard_makes_nobody_the_same(in_acme, now):
    six = [{"last_name": f"社員{number}", "phone": "03-1234-5678"} for number in range(6)]

    suggest(people(now, *six), now=now)

    assert found() == []


def test_an_address_that_bounced_and_a_new_one_of_the_same_name(in_acme, now):
    old, new = people(now, YAMADA, YAMADA)
    record(Event.EMAIL_BOUNCED, lead=old, at=now)

    suggest([new], now=now)

    assert found() == [(["bounced"], 70)]


def test_two_of_one_name_on_one_browser(in_acme, now):
    both = people(now, YAMADA, YAMADA)
    for lead in both:
        bind_visitor("v1", lead, "form", now)

    suggest(both, now=now)

    assert found() == [(["browser"], 90)]


def test_dismissed_stays_dismissed_until_somebody_brings_it_back(in_acme: NewWorkspace, now):
    both = people(now, {**YAMADA, "company": "山形"}, {**YAMADA, "company": "山形"})
    suggest(both, now=now)
    pair = Suggestion.objects.get()

    assert dismiss(pair, by=in_acme.owner, now=now) is True
    assert dismiss(pair, by=in_acme.owner, now=now) is False
    suggest(both, now=now)
    assert found() == []

    assert restore(pair, by=in_acme.owner, now=now) is True
    assert found() == [(["name_company"], 80)]


def test_a_suggestion_that_holds_no_longer_goes(in_acme: NewWorkspace, now):
    both = people(now, {**YAMADA, "company": "山形"}, {**YAMADA, "company": "山形"})
    suggest(both, now=now)
    edit_lead(
        Lead.objects.get(pk=both[0]), LeadInput(email="p0@x.example", last_name="鈴木"), by=in_acme.owner, now=now
    )

    suggest(both[:1], now=now)

    assert found() == []
    assert Lead.objects.count() == 2


def test_the_neighbours_people_are_not_compared(acme, globex, now):
    for workspace in (acme.workspace, globex.workspace):
        with tenant_scope(workspace):
            suggest(people(now, {**YAMADA, "company": "山形", "phone": "03-1234-5678"}), now=now)
            assert found() == []


def test_the_page_shows_both_and_takes_a_no(acme, now, sign_in):
    with tenant_scope(acme.workspace):
        suggest(people(now, {**YAMADA, "company": "山形"}, {**YAMADA, "company": "山形"}), now=now)
        pair = Suggestion.objects.get()

    page = sign_in().get("/leads/duplicates/").content.decode()
    assert "p0@x.example" in page
    assert "p1@x.example" in page

    assert sign_in().post(f"/leads/duplicates/{pair.public_id}/apart").status_code == 302
    assert "p0@x.example" not in sign_in().get("/leads/duplicates/").content.decode()
    assert "p0@x.example" in sign_in().get("/leads/duplicates/?show=dismissed").content.decode()
