"""Identify messages: who is believed, and what an unproven address may not do."""

from datetime import datetime, timedelta

import pytest

from leads.actions import LeadInput, upsert_leads
from leads.actions.accounts import recognise_accounts
from leads.actions.presence import note_presence
from leads.actions.recognise import recognise
from leads.models import IdentityHint, Lead
from leads.proofs import user_hash
from ma_platform.tenancy.queries import settings_of
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tracking.actions import record, rotate_secret
from tracking.catalogue import Event, Fact
from tracking.models import Event as Row
from tracking.models import Visitor


def identify(visitor: str, now: datetime, **props: object) -> None:
    record(Event.PAGE_VIEWED, visitor=visitor, at=now - timedelta(minutes=5))
    record(Event.IDENTIFIED, visitor=visitor, at=now, props={"trusted": False, "user_id": "", "user_hash": "", **props})
    recognise(facts_of(Event.IDENTIFIED), now=now)


def facts_of(event: Event) -> list[Fact]:
    return [
        Fact(
            row.id,
            row.tenant_id,
            row.visitor_id,
            row.lead_id,
            row.name,
            row.subject_id,
            row.occurred_at,
            row.received_at,
            None,
            row.verdict,
            row.props,
        )
        for row in Row.objects.filter(name=event).order_by("occurred_at")
    ]


def test_a_secret_key_makes_a_lead_and_attaches_its_browsers_past(in_acme: NewWorkspace, now: datetime) -> None:
    identify("visitor-one", now, trusted=True, user_id="C-1", traits={"email": "taro@x.example", "lastName": "山田"})

    lead = Lead.objects.get()
    assert (lead.email, lead.last_name) == ("taro@x.example", "山田")
    assert lead.identifiers.get().value == "C-1"
    assert Visitor.objects.get().lead_id == lead.pk
    assert Row.objects.get(name=Event.PAGE_VIEWED).lead_id == lead.pk


def test_a_public_keys_address_is_a_hint_and_nothing_more(in_acme: NewWorkspace, now: datetime) -> None:
    upsert_leads([LeadInput(email="taro@x.example", last_name="山田")], by=None, now=now)

    identify("visitor-one", now, traits={"email": "taro@x.example", "lastName": "偽"})

    assert Lead.objects.get().last_name == "山田"
    assert Visitor.objects.get().lead_id is None
    assert IdentityHint.objects.get().email_key == "taro@x.example"


def test_a_hash_over_the_address_is_believed(in_acme: NewWorkspace, now: datetime) -> None:
    proof = user_hash(settings_of().identify_secret, "taro@x.example")

    identify("visitor-one", now, user_hash=proof, traits={"email": "TARO@x.example"})

    assert Visitor.objects.get().lead_id == Lead.objects.get().pk


def test_a_hash_over_the_user_id_cannot_take_somebody_elses_address(in_acme: NewWorkspace, now: datetime) -> None:
    upsert_leads([LeadInput(email="victim@x.example", last_name="本人")], by=None, now=now)
    proof = user_hash(settings_of().identify_secret, "C-9")

    identify("visitor-one", now, user_id="C-9", user_hash=proof, traits={"email": "victim@x.example", "lastName": "偽"})

    assert Lead.objects.get(email_key="victim@x.example").last_name == "本人"
    assert Visitor.objects.get().lead_id != Lead.objects.get(email_key="victim@x.example").pk


@pytest.mark.parametrize("proof", ["", "0" * 64, "x"])
def test_a_wrong_hash_is_no_proof(in_acme: NewWorkspace, now: datetime, proof: str) -> None:
    identify("visitor-one", now, user_id="C-9", user_hash=proof, traits={"email": "a@x.example"})

    assert Lead.objects.count() == 0


def test_people_are_last_seen_when_their_browser_is(in_acme: NewWorkspace, now: datetime) -> None:
    identify("visitor-one", now, trusted=True, traits={"email": "taro@x.example"})
    record(Event.PAGE_VIEWED, visitor="visitor-one", at=now + timedelta(minutes=1))

    changed = note_presence(facts_of(Event.PAGE_VIEWED))
    again = note_presence(facts_of(Event.PAGE_VIEWED))

    lead = Lead.objects.get()
    assert (changed, again) == (1, 0)
    assert lead.last_seen_at == now + timedelta(minutes=1)


def test_the_secret_before_the_last_change_is_believed_meanwhile(in_acme: NewWorkspace, now: datetime) -> None:
    proof = user_hash(settings_of().identify_secret, "C-9")
    rotate_secret(by=in_acme.owner, now=now)

    identify("visitor-one", now, user_id="C-9", user_hash=proof, traits={})
    identify("visitor-two", now + timedelta(days=8), user_id="C-10", user_hash=proof, traits={})

    assert Lead.objects.get().identifiers.get().value == "C-9"


def test_an_account_that_a_stranger_claims_is_never_bound(in_acme: NewWorkspace, now: datetime) -> None:
    proof = user_hash(settings_of().identify_secret, "C-9")

    identify("claimed:C-9", now, user_id="C-9", user_hash=proof, traits={})

    assert Lead.objects.count() == 1
    assert Visitor.objects.get().lead_id is None


def test_a_server_speaks_of_a_known_external_id(in_acme: NewWorkspace, now: datetime) -> None:
    (made,) = upsert_leads([LeadInput(email="a@x.example", external_ids={"external_id": "C-1"})], by=None, now=now)
    record(Event.SEMINAR_ATTENDED, visitor="user:C-1", at=now)
    record(Event.SEMINAR_ATTENDED, visitor="claimed:C-1", at=now)

    assert recognise_accounts(facts_of(Event.SEMINAR_ATTENDED)) == 1

    owners = Row.objects.filter(name=Event.SEMINAR_ATTENDED).values_list("lead_id", flat=True)
    assert sorted(owners, key=str) == [made.lead_id, None]


def test_a_server_spoke_of_them_before_they_were_known(in_acme: NewWorkspace, now: datetime) -> None:
    record(Event.SEMINAR_ATTENDED, visitor="user:C-1", at=now)
    (made,) = upsert_leads([LeadInput(email="a@x.example", external_ids={"external_id": "C-1"})], by=None, now=now)

    assert recognise_accounts(facts_of(Event.LEAD_CREATED)) == 1

    assert Row.objects.get(name=Event.SEMINAR_ATTENDED).lead_id == made.lead_id
