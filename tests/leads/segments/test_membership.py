"""Who is in a segment: after a build, after facts, after time, and by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leads.actions import LeadInput, add_tag, edit_lead, erase_lead, segments
from leads.models import Lead, Segment, SegmentChange, SegmentMember, SegmentOverride
from leads.queries.segments import find_segment, growth, pending, why
from tests.leads.segments.making import PRICING, confirm, consume, inside, made, said
from tests.people import see
from tracking.actions import record
from tracking.catalogue import Event


def test_a_new_segment_holds_whom_its_condition_finds(in_acme, person, now):
    one, _other = person("a@x.example", department="営業部"), person("b@x.example", department="人事部")

    segment = made({"field": "lead.department", "op": "eq", "value": "営業部"}, now=now)

    assert inside(segment) == {one}
    assert (segment.members, segment.state, segment.version) == (1, Segment.State.READY, 1)


def test_the_first_members_are_no_news(in_acme, person, now):
    person("a@x.example", department="営業部")
    made({"field": "lead.department", "op": "is_set"}, now=now)

    assert said(Event.SEGMENT_ENTERED) == []


def test_a_fact_lets_people_in_and_says_so(in_acme, person, now):
    one, _other = person("a@x.example"), person("b@x.example")
    segment = made(PRICING, now=now)

    see(one, Event.PAGE_VIEWED, at=now, about="/pricing")
    see(one, Event.PAGE_VIEWED, at=now, about="/pricing")
    consume(now)

    assert inside(segment) == {one}
    assert said(Event.SEGMENT_ENTERED) == [(one, segment.public_id, {})]


def test_time_alone_lets_people_out(in_acme, person, now):
    one = person("a@x.example")
    see(one, Event.PAGE_VIEWED, at=now, about="/pricing")
    see(one, Event.PAGE_VIEWED, at=now, about="/pricing")
    segment = made(PRICING, now=now)

    early = now + timedelta(days=30) - timedelta(minutes=1)
    segments.turn_wheel(now=early)
    before = inside(segment)
    segments.turn_wheel(now=now + timedelta(days=30, minutes=1))

    assert (before, inside(segment)) == ({one}, set())


def test_a_changed_field_stirs_only_segments_that_read_it(in_acme, person, now):
    one = person("a@x.example")
    asking = made({"field": "lead.department", "op": "eq", "value": "営業部"}, now=now)
    made({"field": "lead.phone", "op": "is_set"}, now=now, name="phone")

    edit_lead(Lead.objects.get(pk=one), LeadInput(email="a@x.example", department="営業部"), by=None, now=now)
    consume(now)

    assert inside(asking) == {one}


def test_segments_that_ask_about_segments_follow_in_order(in_acme, person, now):
    one = person("a@x.example")
    base = made({"field": "lead.tags", "op": "contains", "value": "VIP"}, now=now, name="base")
    middle = made({"segment": base.public_id}, now=now, name="middle")
    without = made({"not": {"segment": middle.public_id}}, now=now, name="without")

    add_tag([one], "VIP", now=now)
    consume(now)

    assert (inside(base), inside(middle), inside(without)) == ({one}, {one}, set())


def test_a_new_person_is_looked_at_by_every_segment(in_acme, person, now):
    segment = made({"field": "lead.department", "op": "is_not_set"}, now=now)

    one = person("late@x.example")
    consume(now)

    assert inside(segment) == {one}


def test_segments_that_would_ask_about_themselves_are_refused(in_acme, now):
    base = made({"field": "lead.phone", "op": "is_set"}, now=now, name="base")
    upper = made({"segment": base.public_id}, now=now, name="upper")

    with pytest.raises(segments.SegmentRefused) as refused:
        segments.change_condition(base, {"segment": upper.public_id}, by=None, now=now)

    assert (refused.value.why, Segment.objects.get(pk=base.pk).proposed) == ("circle", None)


def test_a_changed_condition_waits_to_be_confirmed(in_acme, person, now):
    one, other = person("a@x.example", department="営業部"), person("b@x.example", department="人事部")
    segment = made({"field": "lead.department", "op": "eq", "value": "営業部"}, now=now)

    segments.change_condition(segment, {"field": "lead.department", "op": "eq", "value": "人事部"}, by=None, now=now)
    segments.build(segment.pk, now=now)
    laid_out = (inside(segment), pending(segment).enters, pending(segment).leaves)
    confirm(segment, enter_flows=False, by=None, now=now)
    segments.build(segment.pk, now=now)

    assert laid_out == ({one}, 1, 1)
    assert inside(segment) == {other}
    assert said(Event.SEGMENT_ENTERED) == [(other, segment.public_id, {"quiet": True})]
    assert not SegmentChange.objects.exists()


def test_facts_between_confirming_and_building_are_not_lost(in_acme, person, now):
    one = person("a@x.example", department="営業部")
    segment = made({"field": "lead.department", "op": "is_set"}, now=now)
    segments.change_condition(segment, {"field": "lead.tags", "op": "contains", "value": "VIP"}, by=None, now=now)
    segments.build(segment.pk, now=now)
    confirm(segment, enter_flows=True, by=None, now=now)

    add_tag([one], "VIP", now=now)
    consume(now)
    waiting = inside(segment)
    segments.build(segment.pk, now=now)
    segments.turn_wheel(now=now)

    assert (waiting, inside(segment)) == ({one}, {one})


def test_put_in_by_hand_and_out_again_when_it_expires(in_acme, person, now):
    one = person("a@x.example")
    segment = made({"field": "lead.phone", "op": "is_set"}, now=now)

    segments.put(segment, [one], True, by=None, now=now, expires_at=now + timedelta(days=1), note="展示会")
    put = inside(segment)
    segments.expire_overrides(now=now + timedelta(days=1))

    assert (put, inside(segment), SegmentOverride.objects.count()) == ({one}, set(), 0)


def test_kept_out_by_hand_whatever_the_condition_says(in_acme, person, now):
    one = person("a@x.example", phone="03-1234-5678")
    segment = made({"field": "lead.phone", "op": "is_set"}, now=now)

    segments.put(segment, [one], False, by=None, now=now)
    out = inside(segment)
    segments.refresh(segment.pk, now=now)
    again = inside(segment)
    segments.release(segment, [one], by=None, now=now)

    assert (out, again, inside(segment)) == (set(), set(), {one})


def test_a_list_is_kept_by_hand(in_acme, person, now):
    one, other = person("a@x.example"), person("b@x.example")
    kept = segments.create_segment("名刺", None, by=None, now=now)

    segments.put(kept, [one, other], True, by=None, now=now)
    segments.put(kept, [other], False, by=None, now=now)

    assert (inside(kept), SegmentOverride.objects.count()) == ({one}, 1)
    assert find_segment(kept.public_id).members == 1


def test_the_check_reports_and_mends_nothing(in_acme, person, now):
    one = person("a@x.example", phone="03-1234-5678")
    segment = made({"field": "lead.phone", "op": "is_set"}, now=now)
    consume(now)
    SegmentMember.objects.filter(lead_id=one).delete()

    later = now + timedelta(hours=1)
    drift = segments.check_segment(segment.pk, now=later)
    reported = (drift, inside(segment))
    segments.refresh(segment.pk, now=later)

    assert (reported, inside(segment)) == ((1, set()), {one})
    assert segments.check_segment(segment.pk, now=later) == 0


def test_a_refresh_that_finds_nothing_writes_nothing(in_acme, person, now):
    person("a@x.example", phone="03-1234-5678")
    segment = made({"field": "lead.phone", "op": "is_set"}, now=now)
    before = list(SegmentMember.objects.values_list())

    done = segments.refresh(segment.pk, now=now + timedelta(hours=1))

    assert (done, list(SegmentMember.objects.values_list())) == (segments.Settled(0, 0), before)


def test_growth_counts_by_the_day_of_the_workspace(in_acme, person, now):
    one, other = person("a@x.example"), person("b@x.example")
    kept = segments.create_segment("名刺", None, by=None, now=now)
    segments.put(kept, [one], True, by=None, now=now)
    segments.put(kept, [other], True, by=None, now=now + timedelta(days=2))

    today = (now + timedelta(days=3)).date()
    days = growth([kept.pk], today=today, days=4)[kept.pk]

    assert [(day.members, day.entered) for day in days] == [(1, 1), (1, 0), (2, 1), (2, 0)]


def test_why_somebody_is_in(in_acme, person, now):
    one = person("a@x.example", phone="03-1234-5678")
    segment = made({"all": [{"field": "lead.phone", "op": "is_set"}, PRICING]}, now=now)

    told = why(segment, Lead.objects.get(pk=one), now=now)

    assert (told.is_member, told.verdict.result) == (False, False)
    assert [node.result for node in told.verdict.children] == [True, False]


def test_an_archived_segment_is_left_by_everybody(in_acme, person, now):
    person("a@x.example", phone="03-1234-5678")
    segment = made({"field": "lead.phone", "op": "is_set"}, now=now)
    upper = made({"segment": segment.public_id}, now=now, name="upper")

    with pytest.raises(segments.SegmentRefused):
        segments.archive_segment(segment, by=None, now=now)
    segments.archive_segment(upper, by=None, now=now)

    assert (inside(upper), find_segment(upper.public_id)) == (set(), None)


def test_who_stands_aside_for_another_leaves(in_acme, person, now):
    one, other = person("a@x.example", phone="03-1234-5678"), person("b@x.example", phone="03-9999-5678")
    segment = made({"field": "lead.phone", "op": "is_set"}, now=now)
    dropped = Lead.objects.get(pk=other)
    Lead.objects.filter(pk=other).update(merged_into_id=one)

    record(Event.LEADS_MERGED, lead=one, at=now, props={"joined": dropped.public_id, "fields": []})
    consume(now)

    assert inside(segment) == {one}


def test_a_segment_that_cannot_be_judged_is_mended_by_another_condition_whatever_happens_meanwhile(
    in_acme, person, now
):
    one = person("a@x.example", phone="03-1234-5678")
    segment = made({"not": {"field": "lead.email", "op": "is_set"}}, now=now)
    Segment.objects.update(condition={"field": "lead.gone", "op": "is_set"})  # as when a room takes a word back
    segments.settle({segment.pk: [one]}, now=now)
    assert Segment.objects.get().state == Segment.State.FAILED

    segments.change_condition(Segment.objects.get(), {"field": "lead.phone", "op": "is_set"}, by=None, now=now)
    segments.settle({segment.pk: [one]}, now=now)
    segments.build(segment.pk, now=now)

    mended = Segment.objects.get()
    assert (mended.state, mended.problem, mended.proposed, inside(mended)) == (Segment.State.READY, "", None, {one})


def test_growth_ends_with_the_number_of_members(in_acme, person, now):
    one, other = person("a@x.example"), person("b@x.example")
    kept = segments.create_segment("名刺", None, by=None, now=now)
    segments.put(kept, [one, other], True, by=None, now=now)
    erase_lead(Lead.objects.get(pk=other), by=None, now=now)

    (today,) = growth([kept.pk], today=now.date(), days=1)[kept.pk]

    assert today.members == Segment.objects.get().members == 1
