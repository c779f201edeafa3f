"""Deals move their people, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.storage import default_storage

from leads.actions import LeadInput, upsert_lead
from leads.actions.exports import begin, start_export, write_export
from leads.actions.sensitive import mark_field
from leads.models import Export
from lifecycle.actions import DealInput, move_stage, upsert_deals
from lifecycle.actions.deals import UnknownPeople
from lifecycle.models import Deal, Transition
from lifecycle.queries import deals_of, stage_keys
from ma_platform.db import sql
from ma_platform.tenancy.models import Membership, User
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from scoring.actions import rescore
from scoring.queries import standings
from tests.conftest import NOW
from tests.leads.segments.making import inside, made
from tests.people import make_person, see
from tests.timing import at_once
from tracking.catalogue import Event


def state(status: str = "open", **said: object) -> None:
    said = {"external_id": "D-1", "lead_emails": ["taro@example.co.jp"], "status": status, **said}
    upsert_deals([DealInput(**said)], now=NOW)  # type: ignore[arg-type]  # keyword words of a test


def facts(lead: int) -> list[int]:
    text = """SELECT name FROM tracking_event
               WHERE tenant_id = %(tenant_id)s AND lead_id = %(lead)s AND name BETWEEN 35 AND 37 ORDER BY txid, id"""
    return sql.run(text, lead=lead).values()


def test_an_open_deal_makes_an_opportunity(person: Callable[..., int]) -> None:
    lead = person()

    state(name="CRM導入", company="アクメ商事", amount=Decimal("1200000"))

    (deal,) = deals_of(lead)
    assert (deal.name, deal.company.name, deal.amount, deal.status) == (
        "CRM導入",
        "アクメ商事",
        Decimal(1200000),
        "open",
    )
    assert stage_keys([lead]) == {lead: "opportunity"}
    assert facts(lead) == [Event.DEAL_OPENED]


def test_the_same_deal_again_changes_nothing(person: Callable[..., int]) -> None:
    lead = person()
    state()

    state()

    assert Deal.objects.count() == 1
    assert facts(lead) == [Event.DEAL_OPENED]
    assert Transition.objects.filter(to_key="opportunity").count() == 1


def test_what_is_not_said_stays(person: Callable[..., int]) -> None:
    person()
    state(name="CRM導入", amount=Decimal("5"), products=["CRM"], currency="USD", stage="提案")

    upsert_deals([DealInput(external_id="D-1", amount=Decimal("7"))], now=NOW)

    deal = Deal.objects.get()
    assert (deal.name, deal.amount, deal.products, deal.currency, deal.stage) == (
        "CRM導入",
        Decimal(7),
        ["CRM"],
        "USD",
        "提案",
    )
    assert deal.people.count() == 1


def test_won_makes_a_customer(person: Callable[..., int]) -> None:
    lead = person()
    state()

    state("won")

    assert stage_keys([lead]) == {lead: "customer"}
    assert facts(lead) == [Event.DEAL_OPENED, Event.DEAL_WON]
    assert Deal.objects.get().closed_at == NOW


def test_lost_recycles_and_starts_the_score_afresh(person: Callable[..., int]) -> None:
    lead = person(job_title="部長")
    see(lead, Event.PAGE_VIEWED, about="/products/a", at=NOW - timedelta(days=1))
    rescore([lead], now=NOW)
    state()

    state("lost", lost_reason="予算なし")

    assert stage_keys([lead]) == {lead: "recycled"}
    assert (standings([lead])[lead].fit, standings([lead])[lead].engagement) == (5, 0)
    assert facts(lead)[-1] == Event.DEAL_LOST


def test_a_lost_deal_leaves_people_with_another_open_one(person: Callable[..., int]) -> None:
    lead = person()
    state()
    state(external_id="D-2")

    state("lost")

    assert stage_keys([lead]) == {lead: "opportunity"}


def test_unknown_people_are_refused_before_anything_is_written(person: Callable[..., int]) -> None:
    person()

    with pytest.raises(UnknownPeople):
        state(lead_emails=["taro@example.co.jp", "nobody@example.co.jp"])

    assert Deal.objects.count() == 0


def test_a_deal_said_again_leaves_people_where_a_person_put_them(person: Callable[..., int]) -> None:
    lead = person()
    state()
    move_stage([lead], "nurturing", now=NOW, reason="時期尚早")

    state(amount=Decimal(7))

    assert stage_keys([lead]) == {lead: "nurturing"}


def test_who_joins_an_open_deal_later_moves_along(person: Callable[..., int]) -> None:
    first, second = person(), person("hanako@example.co.jp")
    state()
    move_stage([first], "nurturing", now=NOW, reason="時期尚早")

    state(lead_emails=["taro@example.co.jp", "hanako@example.co.jp"])

    assert stage_keys([first, second]) == {first: "nurturing", second: "opportunity"}


def test_a_won_deal_said_again_keeps_the_day_it_was_won(person: Callable[..., int]) -> None:
    person()
    state("won")

    upsert_deals([DealInput(external_id="D-1", status="won", name="x")], now=NOW + timedelta(days=9))

    assert Deal.objects.get().closed_at == NOW


def test_an_address_is_known_however_it_is_written(person: Callable[..., int]) -> None:
    lead = person()

    state(lead_emails=[" ＴＡＲＯ@example.co.jp"])

    assert stage_keys([lead]) == {lead: "opportunity"}


@pytest.mark.django_db(transaction=True)
def test_a_deal_won_twice_at_the_same_moment_is_won_once(acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        lead = make_person()

    refused = at_once(acme, *[lambda: state("won") for _ in range(3)])

    with tenant_scope(acme.workspace):
        assert (Deal.objects.count(), facts(lead)) == (1, [Event.DEAL_WON])
    assert refused == ["", "", ""]


def lines_of(export: Export) -> list[str]:
    """The file, below its headings."""
    begin(export.pk)
    write_export(export.pk, now=NOW)
    export.refresh_from_db()
    with default_storage.open(export.path) as written:
        return list(written.read().decode("utf-8-sig").splitlines()[1:])


def test_a_file_names_people_by_the_addresses_they_have_to_whom_these_are_shown(
    person: Callable[..., int], in_acme: NewWorkspace
) -> None:
    nameless = upsert_lead(LeadInput(external_ids={"crm": "1"}), by=None, now=NOW)
    person()
    state(leads=[nameless.public_id])
    asker = User.objects.create_user("asker@acme.example", "x" * 12)
    Membership.objects.create(user=asker, role=Role.MARKETER, created_at=NOW)
    asked = {"columns": ["external_id", "lead_email"], "form": "csv", "kind": "deals"}
    first, second = (start_export({}, by=asker, now=NOW, **asked) for _ in "12")  # type: ignore[arg-type]  # its words

    shown = lines_of(first)
    mark_field("lead.email", by=in_acme.owner, now=NOW)
    Membership.objects.filter(user=asker).update(role=Role.SALES)

    assert (shown, lines_of(second)) == (["D-1,taro@example.co.jp"], ["D-1"])


def test_segments_that_ask_about_deals_follow_at_once(person: Callable[..., int]) -> None:
    taro, hanako = person(), make_person("hanako@example.co.jp")
    large = made({"field": "deal.amount", "op": "gte", "value": 1000}, now=NOW)

    state(amount=Decimal(1000))
    first = inside(large)
    state(lead_emails=["hanako@example.co.jp"])
    second = inside(large)
    state(amount=Decimal(10))

    assert (first, second, inside(large)) == ({taro}, {hanako}, set())
