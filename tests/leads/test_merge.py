"""Two people joined and parted again: what the survivor gets, and that undoing restores both exactly."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from leads.actions import ConsentInput, LeadInput, edit_lead, erase_lead, record_consent, upsert_lead
from leads.actions.merge import MergeRefused, merge_leads
from leads.actions.segments import build, create_segment
from leads.actions.unmerge import unmerge
from leads.models import Consent, Lead, Merge, Segment, SegmentMember
from leads.queries import find_lead, find_lead_by_email, mailable
from lifecycle.models import DealLead, Position
from mailing.actions import suppress
from nurturing.models import Run
from scoring.models import Score
from tests.leads.joined import again, dump, equip, person, two, visit
from tracking.actions import Sign, bind_visitors, record
from tracking.catalogue import Event
from tracking.models import Daily
from tracking.models import Event as Logged

LATER = timedelta(minutes=5)


def segment(now: Any) -> Segment:
    made = create_segment("部長", {"field": "lead.job_title", "op": "is_set"}, by=None, now=now)
    build(made.pk, now=now)
    return made


def dumps(*people: Lead, until: Any) -> list[Any]:
    return [dump(lead, until=until) for lead in people]


def test_both_are_as_they_were_after_undoing(in_acme, now):
    keep, drop = two(now)
    segment(now)
    before = dumps(keep, drop, until=now + LATER)

    merge = merge_leads(keep, drop, by=None, now=now + LATER)
    during = dumps(keep, drop, until=now + LATER)
    parted = unmerge(merge, by=None, now=now + 2 * LATER)

    assert dumps(keep, drop, until=now + LATER) == before
    assert all(during[0][table] != before[0][table] for table in ("leads_lead", "tracking_event", "scoring_score"))
    assert (during[1]["tracking_event"], during[1]["tracking_daily"], during[1]["scoring_score"]) == ([], [], [])
    assert parted.kept == ()


def test_blanks_are_filled_and_what_was_chosen_is_taken(in_acme, now):
    keep, drop = two(now)
    edit_lead(keep, LeadInput(job_title="主任"), by=None, now=now)

    merge_leads(keep, drop, take={"job_title"}, by=None, now=now + LATER)

    joined = again(keep)
    assert (joined.first_name, joined.phone, joined.job_title, joined.email) == (
        "太郎",
        "03-1234-5678",
        "部長",
        "keep@x.example",
    )
    assert joined.created_at == drop.created_at


def test_the_chosen_address_brings_its_grants_and_either_address_still_finds_the_person(in_acme, now):
    keep, drop = two(now)
    before = dumps(keep, drop, until=now + LATER)

    merge = merge_leads(keep, drop, take={"email"}, by=None, now=now + LATER)

    assert again(keep).email == "drop@x.example"
    assert (find_lead_by_email("keep@x.example"), find_lead_by_email("drop@x.example")) == (keep, keep)
    unmerge(merge, by=None, now=now + 2 * LATER)
    assert dumps(keep, drop, until=now + LATER) == before


def test_what_hangs_on_both_is_there_once(in_acme, now):
    keep, drop = two(now)

    merge_leads(keep, drop, by=None, now=now + LATER)

    assert sorted(keep.lead_tags.values_list("tag__name", flat=True)) == ["both", "drop-browser", "keep-browser"]
    assert DealLead.objects.filter(lead=keep).count() == 2
    assert Position.objects.get(lead=keep).stage_key == "sql"
    assert list(Run.objects.filter(lead=keep).values_list("state", flat=True)) == ["active", "active"]
    assert list(Run.objects.filter(lead=drop).values_list("end_reason", flat=True)) == ["merged"]
    assert not Score.objects.filter(lead=drop).exists()


def test_a_refusal_of_either_holds(in_acme, now):
    keep, drop = two(now)
    record_consent([ConsentInput(drop.pk, "news", "refused", None)], now=now - timedelta(days=60))
    Consent.objects.filter(lead=drop, state="granted").delete()
    assert mailable([keep.pk], "news")[keep.pk].basis == "consent"

    merge = merge_leads(keep, drop, by=None, now=now + LATER)

    assert mailable([keep.pk], "news")[keep.pk].refused
    unmerge(merge, by=None, now=now + 2 * LATER)
    assert mailable([keep.pk, drop.pk], "news")[keep.pk].basis == "consent"
    assert mailable([drop.pk], "news")[drop.pk].refused


def test_a_grant_for_an_address_that_is_not_used_opens_no_other(in_acme, now):
    keep, drop = person("keep", now), person("drop", now)
    record_consent([ConsentInput(drop.pk, "news")], now=now)

    merge_leads(keep, drop, by=None, now=now + LATER)

    assert mailable([keep.pk], "news")[keep.pk].basis is None


def test_a_complaint_at_either_address_closes_both(in_acme, now):
    keep, drop = person("keep", now), person("drop", now)
    record_consent([ConsentInput(keep.pk, "news")], now=now)
    suppress([drop.email], reason="complaint", now=now)

    merge_leads(keep, drop, by=None, now=now + LATER)

    assert mailable([keep.pk], "news")[keep.pk].refused


def test_what_was_refused_as_one_holds_for_both(in_acme, now):
    keep, drop = two(now)
    merge = merge_leads(keep, drop, by=None, now=now + LATER)
    record_consent([ConsentInput(keep.pk, "news", "refused", None)], now=now + 2 * LATER)

    unmerge(merge, by=None, now=now + 3 * LATER)

    found = mailable([keep.pk, drop.pk], "news")
    assert (found[keep.pk].refused, found[drop.pk].refused) == (True, True)


def test_facts_in_between_go_to_whom_they_name(in_acme, now):
    keep, drop = two(now)
    merge = merge_leads(keep, drop, by=None, now=now + LATER)
    at = now + LATER + timedelta(minutes=1)
    record(Event.TOUCHPOINT_VISIT, lead=drop.pk, at=at)
    visit("drop-browser", at)
    visit("keep-browser", at)
    bind_visitors([Sign("third-browser", drop.pk, "form", at)])
    visit("third-browser", at)
    assert not Logged.objects.filter(lead_id=drop.pk).exists()

    unmerge(merge, by=None, now=now + 3 * LATER)

    named = Logged.objects.filter(occurred_at=at).values_list("lead_id", "name")
    viewed, called, bound = Event.PAGE_VIEWED, Event.TOUCHPOINT_VISIT, Event.VISITOR_BOUND
    theirs = [(drop.pk, viewed), (drop.pk, viewed), (drop.pk, called), (drop.pk, bound)]
    assert sorted(named) == sorted([(keep.pk, viewed), *theirs])
    assert again(drop).last_seen_at == at
    assert Daily.objects.filter(lead_id=drop.pk, last_at=at).count() == 4


def test_edits_by_hand_in_between_are_kept_and_listed(in_acme, now):
    keep, drop = two(now)
    merge = merge_leads(keep, drop, by=None, now=now + LATER)
    edit_lead(again(keep), LeadInput(phone="06-1111-2222"), by=None, now=now + 2 * LATER)

    parted = unmerge(merge, by=None, now=now + 3 * LATER)

    assert (again(keep).phone, again(keep).first_name) == ("06-1111-2222", "")
    assert [one.what for one in parted.kept] == ["phone"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_into_one_undone_in_either_order(in_acme, now, order):
    keep, drop = two(now)
    third = person("third", now, last_name="山田", department="総務部", phone="052-111-2222")
    equip(third, "third-browser", now)
    before = dumps(keep, drop, third, until=now + LATER)
    merges = [merge_leads(keep, one, by=None, now=now + LATER) for one in (drop, third)]

    for nth, place in enumerate(order):
        unmerge(merges[place], by=None, now=now + (2 + nth) * LATER)

    assert dumps(keep, drop, third, until=now + LATER) == before


def test_the_second_fills_what_only_the_first_had_filled(in_acme, now):
    keep, drop = two(now)
    third = person("third", now, last_name="山田", phone="052-111-2222")
    first = merge_leads(keep, drop, by=None, now=now + LATER)
    merge_leads(keep, third, by=None, now=now + LATER)
    assert again(keep).phone == "03-1234-5678"

    unmerge(first, by=None, now=now + 2 * LATER)

    assert again(keep).phone == "052-111-2222"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_chain_undone_from_either_end(in_acme, now, order):
    keep, drop = two(now)
    last = person("last", now)
    equip(last, "last-browser", now)
    before = dumps(keep, drop, last, until=now + LATER)
    merges = [
        merge_leads(keep, drop, by=None, now=now + LATER),
        merge_leads(last, again(keep), by=None, now=now + LATER),
    ]
    assert [again(one).merged_into_id for one in (keep, drop)] == [last.pk, last.pk]
    assert Logged.objects.filter(lead_id__in=[keep.pk, drop.pk]).count() == 0

    for nth, place in enumerate(order):
        unmerge(merges[place], by=None, now=now + (2 + nth) * LATER)

    assert dumps(keep, drop, last, until=now + LATER) == before


def test_a_second_time_and_with_oneself_is_refused(in_acme, now):
    keep, drop = two(now)
    merge_leads(keep, drop, by=None, now=now + LATER)

    with pytest.raises(MergeRefused):
        merge_leads(keep, drop, by=None, now=now + LATER)
    with pytest.raises(MergeRefused):
        merge_leads(keep, keep, by=None, now=now + LATER)

    assert Merge.objects.count() == 1


def test_undoing_twice_changes_nothing(in_acme, now):
    keep, drop = two(now)
    merge = merge_leads(keep, drop, by=None, now=now + LATER)
    unmerge(merge, by=None, now=now + 2 * LATER)
    before = dumps(keep, drop, until=None)

    unmerge(merge, by=None, now=now + 3 * LATER)

    assert dumps(keep, drop, until=None) == before


def test_erasing_the_survivor_erases_both(in_acme, now):
    keep, drop = two(now)
    merge_leads(keep, drop, by=None, now=now + LATER)

    erase_lead(again(keep), by=None, now=now + 2 * LATER)

    assert not Lead.objects.filter(pk__in=[keep.pk, drop.pk]).exists()
    assert not Logged.objects.filter(lead_id__in=[keep.pk, drop.pk]).exists()
    assert not any(dump(drop).values())


def test_stated_again_by_either_address_or_id_is_the_survivor(in_acme, now):
    keep, drop = two(now)
    merge_leads(keep, drop, by=None, now=now + LATER)

    by_address = upsert_lead(LeadInput(email="drop@x.example", department="開発部"), by=None, now=now + LATER)
    by_number = upsert_lead(LeadInput(external_ids={"sfa": "9"}, prefecture="東京都"), by=None, now=now + LATER)

    assert {by_address.lead_id, by_number.lead_id} == {keep.pk}
    assert (again(keep).email, again(keep).department, again(drop).department) == ("keep@x.example", "開発部", "")
    assert find_lead(drop.public_id) == keep


def test_segments_have_the_survivor_only(in_acme, now):
    keep, drop = two(now)
    made = segment(now)
    assert list(SegmentMember.objects.filter(until=None).values_list("lead", flat=True)) == [drop.pk]

    merge = merge_leads(keep, drop, by=None, now=now + LATER)
    joined = list(SegmentMember.objects.filter(until=None).values_list("lead", flat=True))
    unmerge(merge, by=None, now=now + 2 * LATER)

    assert joined == [keep.pk]
    assert list(SegmentMember.objects.filter(until=None).values_list("lead", flat=True)) == [drop.pk]
    assert Segment.objects.get(pk=made.pk).members == 1
