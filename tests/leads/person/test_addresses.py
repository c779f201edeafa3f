"""Several mail addresses of one person: found by any, one of them the main one, none of them anybody else's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from conditions import compile, parse
from leads.actions import (
    ConsentInput,
    LeadInput,
    addresses,
    edit_lead,
    erase_lead,
    record_consent,
    upsert_lead,
    upsert_leads,
)
from leads.actions.addresses import add_address, drop_address, make_main
from leads.actions.exclusions import NewExclusion, add_exclusion
from leads.actions.identifiers import add_identifier, drop_identifier
from leads.actions.merge import merge_leads
from leads.actions.personal import person_of
from leads.actions.unmerge import unmerge
from leads.models import IdentityHint, Lead, LeadIdentifier, Merge
from leads.queries import LeadFilter, find_lead_by_email, list_leads, mailable
from leads.queries.addresses import find_further, other_addresses
from leads.queries.exclusions import excluded, left_out_by, people_per_line
from leads.queries.ledger import evidence_lines
from leads.refusals import LeadRefused
from ma_platform.tenancy.reach import Reach, reaching
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from mailing.actions import suppress
from mailing.models import Suppression
from tests.leads.joined import again, dump, person
from tests.leads.segments.making import consume, inside, made
from tests.timing import queue_up
from tracking.models import Visitor

SignIn = Callable[..., Client]


@pytest.fixture
def taro(in_acme: NewWorkspace, now: datetime) -> Lead:
    lead = person("taro", now, last_name="山田")
    add_address(lead, "Ｔaro@Home.example", by=in_acme.owner, now=now)
    return lead


def main(lead: Lead) -> str:
    return str(Lead.objects.values_list("email", flat=True).get(pk=lead.pk))


def test_a_person_is_found_by_any_address(taro: Lead, now: datetime) -> None:
    said = upsert_lead(LeadInput(email="taro@home.example", job_title="部長"), by=None, now=now)

    assert (said.lead_id, said.created, said.changed) == (taro.pk, False, ("job_title", "job_rank"))
    assert find_lead_by_email("taro@home.example") == taro
    assert [row.id for row in list_leads(LeadFilter(q="taro@home"))] == [taro.pk]
    assert [row.id for row in list_leads(LeadFilter(email_key="taro@home.example"))] == [taro.pk]
    assert (main(taro), other_addresses([taro.pk])) == ("taro@x.example", {taro.pk: ["Taro@home.example"]})
    assert len(list_leads(LeadFilter())) == 1


@pytest.mark.parametrize("email", ["taro@x.example", "TARO@home.example"])
def test_an_address_is_one_persons(taro: Lead, in_acme: NewWorkspace, now: datetime, email: str) -> None:
    hanako = person("hanako", now)

    for attempt in (lambda: add_address(hanako, email, by=None, now=now), lambda: _edit(hanako, email, now)):
        with pytest.raises(LeadRefused) as refused:
            attempt()
        assert refused.value.errors == {"email": "belongs_to_another_lead"}
    assert add_address(taro, email, by=None, now=now) is False
    assert Lead.objects.count() == 3


def _edit(lead: Lead, email: str, now: datetime) -> Any:
    return edit_lead(lead, LeadInput(email=email), by=None, now=now)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_claim_an_address_at_once_one_gets_it(acme: NewWorkspace, now: datetime) -> None:
    with tenant_scope(acme.workspace):
        taro, hanako = (person(name, now) for name in ("taro", "hanako"))

    def claim(lead: Lead) -> bool:
        with tenant_scope(acme.workspace):
            return add_address(lead, "both@x.example", by=None, now=now)

    with pytest.raises(LeadRefused) as refused:
        queue_up(lambda: claim(taro), lambda: claim(hanako))

    assert refused.value.errors == {"email": "belongs_to_another_lead"}
    with tenant_scope(acme.workspace):
        assert find_lead_by_email("both@x.example") == taro


def test_another_address_becomes_the_main_one_and_segments_hear_of_it(
    taro: Lead, in_acme: NewWorkspace, now: datetime
) -> None:
    at_home = {"field": "lead.email_domain", "op": "eq", "value": "home.example"}
    segment = made(at_home, now=now)
    record_consent([ConsentInput(taro.pk, "news")], now=now)

    make_main(taro, "taro@home.example", by=in_acme.owner, now=now)
    consume(now)

    assert (main(taro), inside(segment)) == ("Taro@home.example", {taro.pk})
    assert other_addresses([taro.pk]) == {taro.pk: ["taro@x.example"]}
    assert make_main(taro, "x@x.example", by=None, now=now) is False


def test_what_was_allowed_for_an_address_rests_with_it(taro: Lead, in_acme: NewWorkspace, now: datetime) -> None:
    record_consent([ConsentInput(taro.pk, "news"), ConsentInput(taro.pk, "seminar", "refused", None)], now=now)
    before = dump(taro)["leads_consent"]

    make_main(taro, "taro@home.example", by=in_acme.owner, now=now)
    away = mailable([taro.pk], "news")[taro.pk].basis, mailable([taro.pk], "seminar")[taro.pk].refused
    shown = [(line.lead.email, line.topic) for line in evidence_lines(taro)]
    record_consent([ConsentInput(taro.pk, "seminar")], now=now)
    make_main(taro, "taro@x.example", by=in_acme.owner, now=now)

    assert away == (None, True)
    assert shown == [("taro@x.example", "news"), ("Taro@home.example", "seminar")]
    assert dump(taro)["leads_consent"] == before
    assert [(line.lead.email, line.topic) for line in evidence_lines(taro)][2:] == [("Taro@home.example", "seminar")]


def test_what_was_allowed_goes_home_with_an_address_that_was_moved(
    taro: Lead, in_acme: NewWorkspace, now: datetime
) -> None:
    hanako = person("hanako", now)
    record_consent([ConsentInput(taro.pk, "news"), ConsentInput(hanako.pk, "seminar")], now=now)
    merge = merge_leads(taro, hanako, take=["email"], by=in_acme.owner, now=now)
    make_main(taro, "taro@home.example", by=None, now=now)

    unmerge(merge, by=in_acme.owner, now=now)

    assert [(line.lead.email, line.topic) for line in evidence_lines(taro)] == [("taro@x.example", "news")]
    assert [(line.lead.email, line.topic) for line in evidence_lines(hanako)] == [("hanako@x.example", "seminar")]


def test_what_came_with_somebody_stays_theirs(taro: Lead, in_acme: NewWorkspace, now: datetime) -> None:
    hanako = person("hanako", now)
    before = _rows_of_everybody()
    merge = merge_leads(hanako, taro, by=in_acme.owner, now=now)
    moved = [
        make_main(hanako, "taro@home.example", by=None, now=now),
        drop_address(hanako, "taro@home.example", by=None, now=now),
    ]

    unmerge(merge, by=in_acme.owner, now=now)

    assert (moved, _rows_of_everybody()) == ([False, False], before)


def test_parting_two_does_not_judge_stops_of_other_addresses(taro: Lead, in_acme: NewWorkspace, now: datetime) -> None:
    merge = merge_leads(taro, person("hanako", now), by=in_acme.owner, now=now)
    add_address(taro, "later@x.example", by=None, now=now)
    suppress(["later@x.example"], reason=Suppression.Why.MANUAL, now=now)
    before = other_addresses([taro.pk])[taro.pk]

    unmerge(merge, by=in_acme.owner, now=now)

    assert mailable([taro.pk], "news")[taro.pk].refused is False
    assert other_addresses([taro.pk])[taro.pk] == [one for one in before if one != "hanako@x.example"]


def test_a_click_that_came_second_changes_nothing(taro: Lead, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = find_further(taro, "taro@home.example")
    make_main(taro, "taro@home.example", by=None, now=now)
    looks: list[Merge | None] = [stale]
    monkeypatch.setattr(addresses, "find_further", lambda lead, key: looks.pop() if looks else find_further(lead, key))

    assert make_main(taro, "taro@home.example", by=None, now=now) is False
    looks.append(stale)
    assert drop_address(taro, "taro@home.example", by=None, now=now) is False
    assert other_addresses([taro.pk]) == {taro.pk: ["taro@x.example"]}


def test_an_address_taken_off_is_forgotten(taro: Lead, now: datetime) -> None:
    suppress(["taro@home.example"], reason=Suppression.Why.MANUAL, now=now)
    browser = Visitor.objects.create(key="b", first_seen_at=now, last_seen_at=now)
    IdentityHint.objects.create(visitor_id=browser.pk, email_key="taro@home.example", at=now)

    drop_address(taro, "taro@home.example", by=None, now=now)

    assert (Suppression.objects.get().address, IdentityHint.objects.count()) == ("", 0)


def test_somebody_of_limited_reach_finds_their_own_by_any_address(
    taro: Lead, in_acme: NewWorkspace, now: datetime
) -> None:
    Lead.objects.filter(pk=taro.pk).update(owner=in_acme.owner)
    hanako = person("hanako", now)
    add_address(hanako, "hanako@home.example", by=None, now=now)

    with reaching(Reach((in_acme.owner.pk,))):
        found = [find_lead_by_email(f"{name}@home.example") for name in ("taro", "hanako")]
        listed = [
            [row.id for row in list_leads(LeadFilter(**asked))]
            for asked in ({"q": "taro@home"}, {"q": "home.example"}, {"email_key": "taro@home.example"})
        ]
        foreign = list_leads(LeadFilter(email_key="hanako@home.example"))
        emails = person_of(taro, now=now).emails

    assert (found, listed, foreign) == ([taro, None], [[taro.pk]] * 3, [])
    assert emails == ["taro@x.example", "Taro@home.example"]


def test_any_address_at_a_domain_of_the_list_leaves_the_person_out_once(
    taro: Lead, in_acme: NewWorkspace, now: datetime
) -> None:
    line = add_exclusion(NewExclusion("domain", "home.example", "competitor"), by=in_acme.owner, now=now)
    asked = parse({"field": "lead.excluded_by", "op": "eq", "value": "competitor"})
    by_word = list_leads(LeadFilter(condition=compile(asked, now=now, tz=ZoneInfo("Asia/Tokyo"))))

    add_address(taro, "second@home.example", by=None, now=now)

    assert (list(excluded([taro.pk])), left_out_by(line.pk), people_per_line()) == ([taro.pk], [taro.pk], {line.pk: 1})
    assert [row.id for row in by_word] == [taro.pk]


@pytest.mark.parametrize(("why", "refused"), [("complaint", True), ("manual", True), ("bounce", False)])
def test_a_stop_follows_to_the_new_main_address(taro: Lead, now: datetime, why: str, refused: bool) -> None:
    record_consent([ConsentInput(taro.pk, "news")], now=now)
    suppress(["taro@x.example"], reason=Suppression.Why(why), now=now)

    make_main(taro, "taro@home.example", by=None, now=now)

    assert mailable([taro.pk], "news")[taro.pk].refused is refused
    assert Suppression.objects.count() == 1


def test_a_further_address_typed_as_the_main_one_becomes_it(taro: Lead, now: datetime) -> None:
    assert _edit(taro, "taro@home.example", now) == ("email",)
    assert (main(taro), other_addresses([taro.pk])) == ("Taro@home.example", {taro.pk: ["taro@x.example"]})


def test_an_address_taken_off_is_free_again(taro: Lead, now: datetime) -> None:
    assert drop_address(taro, "taro@x.example", by=None, now=now) is False  # the main one stays
    assert drop_address(taro, "taro@home.example", by=None, now=now) is True

    hanako = person("hanako", now)
    LeadIdentifier.objects.create(lead=hanako, kind="email", value="an old one", source="user", added_at=now)
    assert drop_identifier(hanako, "email", "an old one", by=None, now=now) is True
    add_identifier(hanako, "email", "taro@home.example", by=None, now=now)
    assert find_lead_by_email("taro@home.example") == hanako
    (refused,) = upsert_leads([LeadInput(external_ids={"email": "a@x.example"})], by=None, now=now)
    assert refused.errors == {"external_id": "address_no_identifier"}


def test_whoever_has_no_address_gets_the_first_as_the_main_one(in_acme: NewWorkspace, now: datetime) -> None:
    (made,) = upsert_leads([LeadInput(external_ids={"crm": "1"})], by=None, now=now)
    lead = Lead.objects.get(pk=made.lead_id)

    add_address(lead, "first@x.example", by=None, now=now)

    assert (main(lead), other_addresses([lead.pk])) == ("first@x.example", {})


@pytest.mark.parametrize("take", [(), ("email",)])
def test_joining_and_parting_leaves_everybody_their_addresses(
    taro: Lead, in_acme: NewWorkspace, now: datetime, take: tuple[str, ...]
) -> None:
    hanako = person("hanako", now)
    add_address(hanako, "hanako@home.example", by=None, now=now)
    before = _rows_of_everybody()

    merge = merge_leads(taro, hanako, take=take, by=in_acme.owner, now=now)
    found = {find_lead_by_email(f"{name}@{host}.example") for name in ("taro", "hanako") for host in ("x", "home")}
    unmerge(merge, by=in_acme.owner, now=now)

    assert found == {taro}
    assert _rows_of_everybody() == before


def _rows_of_everybody() -> list[Any]:
    return [dump(one)["leads_lead"] for one in Lead.objects.order_by("pk")]


def test_an_address_that_was_moved_meanwhile_comes_home(taro: Lead, in_acme: NewWorkspace, now: datetime) -> None:
    hanako = person("hanako", now)
    merge = merge_leads(taro, hanako, take=["email"], by=in_acme.owner, now=now)
    make_main(taro, "taro@home.example", by=None, now=now)  # what came from hanako is a further one now

    unmerge(merge, by=in_acme.owner, now=now)

    assert (main(taro), main(hanako)) == ("Taro@home.example", "hanako@x.example")
    assert other_addresses([taro.pk, hanako.pk]) == {taro.pk: ["taro@x.example"]}
    assert [find_lead_by_email(f"{one}.example") for one in ("taro@home", "hanako@x")] == [taro, hanako]


def test_an_address_typed_since_two_were_joined_stays_found_when_they_are_parted(
    in_acme: NewWorkspace, now: datetime
) -> None:
    taro, hanako = person("taro", now), again(_of("hanako@else.example", now))
    merge = merge_leads(taro, hanako, take=["email"], by=in_acme.owner, now=now)
    _edit(taro, "new@else.example", now)

    parted = unmerge(merge, by=in_acme.owner, now=now)

    found = [find_lead_by_email(one) for one in ("new@else.example", "hanako@else.example", "taro@x.example")]
    assert (found, [one.what for one in parted.kept]) == ([taro, hanako, None], ["email"])
    assert again(taro).email_domain == "else.example"


def _of(email: str, now: datetime) -> Lead:
    return Lead.objects.get(pk=upsert_lead(LeadInput(email=email), by=None, now=now).lead_id)


def test_an_address_that_became_somebody_elses_stays_theirs_when_two_are_parted(
    taro: Lead, in_acme: NewWorkspace, now: datetime
) -> None:
    hanako, jiro = person("hanako", now), person("jiro", now)
    record_consent([ConsentInput(hanako.pk, "news"), ConsentInput(jiro.pk, "seminar")], now=now)
    merge = merge_leads(taro, hanako, take=["email"], by=in_acme.owner, now=now)
    _edit(taro, "new@x.example", now)
    add_address(jiro, "hanako@x.example", by=None, now=now)
    before = dump(jiro)

    parted = unmerge(merge, by=in_acme.owner, now=now)

    found = [find_lead_by_email(f"{name}@x.example") for name in ("taro", "new", "hanako", "jiro")]
    assert (found, main(hanako), [one.what for one in parted.kept]) == ([None, taro, jiro, jiro], "", ["email"])
    assert (dump(jiro), other_addresses([jiro.pk])) == (before, {jiro.pk: ["hanako@x.example"]})
    assert [(line.lead_id, line.topic) for line in evidence_lines(hanako)] == [(hanako.pk, "news")]


def test_the_person_is_exported_and_erased_with_every_address(taro: Lead, in_acme: NewWorkspace, now: datetime) -> None:
    suppress(["taro@home.example"], reason=Suppression.Why.MANUAL, now=now)
    emails = person_of(taro, now=now).emails

    erase_lead(taro, by=in_acme.owner, now=now)

    assert emails == ["taro@x.example", "Taro@home.example"]
    assert (Lead.objects.count(), Merge.objects.count(), Suppression.objects.get().address) == (0, 0, "")


def test_addresses_through_the_page_and_the_api(
    sign_in: SignIn, api: Client, acme: NewWorkspace, now: datetime
) -> None:
    with tenant_scope(acme.workspace):
        lead = person("taro", now)
    browser, page, url = sign_in(), f"/leads/{lead.public_id}/emails", f"/api/v1/leads/{lead.public_id}/emails"
    browser.post(page, {"email": "a@x.example"})
    shown = browser.post(page, {"email": "a@x.example", "to": "main"}, follow=True).content.decode()
    added = api.post(url, {"email": "b@x.example", "main": True}, content_type="application/json")
    gone = [api.delete(f"{url}?email={name}@x.example").status_code for name in ("taro", "taro", "b")]

    assert shown.index("a@x.example") < shown.index("taro@x.example")
    assert added.status_code == 201
    assert [(one["email"], one["main"], one.get("source")) for one in added.json()["results"]] == [
        ("b@x.example", True, None),
        ("taro@x.example", False, "user"),
        ("a@x.example", False, "api"),
    ]
    assert gone == [204, 404, 422]
    assert api.get(f"/api/v1/leads/{lead.public_id}").json()["other_emails"] == ["a@x.example"]
    assert api.get("/api/v1/leads?email=a@x.example").json()["results"][0]["id"] == lead.public_id


def test_an_address_that_came_with_somebody_is_not_made_the_main_one(
    api: Client, sign_in: SignIn, acme: NewWorkspace, now: datetime
) -> None:
    with tenant_scope(acme.workspace):
        lead, hanako = person("taro", now), person("hanako", now)
        add_address(hanako, "hanako@home.example", by=None, now=now)
        merge_leads(lead, hanako, by=acme.owner, now=now)
    url, said = f"/api/v1/leads/{lead.public_id}/emails", {"email": "hanako@home.example", "main": True}
    answers = [api.post(url, {**said, **more}, content_type="application/json") for more in ({}, {"email": lead.email})]
    typed = {"email": "hanako@x.example", "last_name": "改名"}
    by_key = api.patch(f"/api/v1/leads/{lead.public_id}", typed, content_type="application/json")
    by_hand = sign_in().post(f"/leads/{lead.public_id}/edit", typed)
    twice = {"email": "hanako@x.example"}
    page = sign_in().post(f"/leads/{lead.public_id}/emails", twice, follow=True).content.decode()

    assert [one.status_code for one in answers] == [422, 200]
    assert (by_key.status_code, list(by_key.json()["errors"]), by_hand.status_code) == (422, ["email"], 422)
    assert "統合した人のアドレスのため、メインにはできません。" in by_hand.content.decode()
    with tenant_scope(acme.workspace):
        assert (main(lead), again(lead).last_name) == ("taro@x.example", "")
    assert [(one["email"], one.get("joined")) for one in answers[1].json()["results"][1:]] == [
        ("hanako@home.example", hanako.public_id),
        ("hanako@x.example", hanako.public_id),
    ]
    assert "すでにこの人のアドレスです。" in page
