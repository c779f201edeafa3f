"""Segments that ask about the company's people: what one does lets the others in, the moment it is heard."""

from __future__ import annotations

from datetime import timedelta

from leads.actions import LeadInput, edit_lead, erase_lead, segments
from leads.actions.company_joins import join_companies, undo_join
from leads.actions.merge import merge_leads
from leads.actions.unmerge import unmerge
from leads.models import Company, Lead
from leads.queries.segments import why
from scoring.actions import rescore
from tests.leads.segments.making import PRICING, consume, inside, made
from tests.people import see
from tracking.catalogue import Event

SEEN = {"event": "page_viewed", "within": {"days": 2}}


def test_what_a_colleague_does_lets_everybody_of_the_company_in_until_its_time_is_over(in_acme, person, now):
    one, mate = (person(f"{name}@x.example", company="青木商事") for name in "ab")
    person("c@y.example", company="緑川工業")
    segment = made({"account": SEEN}, now=now)

    see(one, Event.PAGE_VIEWED, at=now, about="/pricing")
    consume(now)
    assert inside(segment) == {one, mate}

    later = now + timedelta(days=3)
    segments.turn_wheel(now=later)
    assert inside(segment) == set()


def test_who_joins_the_company_is_in_at_once_and_who_left_it_out(in_acme, person, now):
    one, other = person("a@x.example", company="青木商事"), person("b@y.example", company="緑川工業")
    segment = made({"account": {"field": "lead.department", "op": "eq", "value": "営業部"}}, now=now)

    edit_lead(Lead.objects.get(pk=one), LeadInput(email="a@x.example", department="営業部"), by=None, now=now)
    edit_lead(Lead.objects.get(pk=other), LeadInput(email="b@y.example", company="青木商事"), by=None, now=now)
    consume(now)
    assert inside(segment) == {one, other}

    edit_lead(Lead.objects.get(pk=other), LeadInput(email="b@y.example", company="緑川工業"), by=None, now=now)
    consume(now)
    assert inside(segment) == {one}


def test_who_stays_behind_is_looked_at_when_the_one_colleague_goes_to_another_company_or_is_erased(
    in_acme, person, now
):
    one, mate = (person(f"{name}@x.example", company="青木商事") for name in "ab")
    buyer, peer = (person(f"{name}@y.example", company="緑川工業") for name in "cd")
    segment = made({"account": {"field": "lead.department", "op": "eq", "value": "購買部"}}, now=now)
    for pk, address in ((one, "a@x.example"), (buyer, "c@y.example")):
        edit_lead(Lead.objects.get(pk=pk), LeadInput(email=address, department="購買部"), by=None, now=now)
    consume(now)
    assert inside(segment) == {one, mate, buyer, peer}

    moved = LeadInput(email="a@x.example", company="山川製作所", department="購買部")
    edit_lead(Lead.objects.get(pk=one), moved, by=None, now=now)
    erase_lead(Lead.objects.get(pk=buyer), by=None, now=now)
    segments.turn_wheel(now=now)

    assert inside(segment) == {one}


BUYERS = {"account": {"field": "lead.department", "op": "eq", "value": "購買部"}}


def test_who_stays_behind_is_looked_at_when_two_people_are_joined_and_parted(in_acme, person, now):
    one = person("a@x.example", company="青木商事", department="購買部")
    mate = person("b@x.example", company="青木商事")
    other, peer = (person(f"{name}@y.example", company="緑川工業") for name in "cd")
    segment, (keep, drop) = made(BUYERS, now=now), (Lead.objects.get(pk=pk) for pk in (one, other))
    seen = [inside(segment)]

    merge = merge_leads(keep, drop, take=["company"], by=None, now=now)
    segments.turn_wheel(now=now)
    seen.append(inside(segment))
    unmerge(merge, by=None, now=now)
    segments.turn_wheel(now=now)

    assert [*seen, inside(segment)] == [{one, mate}, {one, peer}, {one, mate}]


def test_who_stays_behind_is_looked_at_when_their_colleague_stands_aside_for_somebody_elsewhere(in_acme, person, now):
    one = person("a@x.example", company="青木商事", department="購買部")
    mate = person("b@x.example", company="青木商事")
    other = person("c@y.example", company="緑川工業", department="購買部")
    segment = made(BUYERS, now=now)
    before = inside(segment)

    merge_leads(Lead.objects.get(pk=other), Lead.objects.get(pk=one), by=None, now=now)
    segments.turn_wheel(now=now)

    assert (before, inside(segment)) == ({one, mate, other}, {other})


def test_who_stays_behind_is_looked_at_when_two_companies_are_parted_again(in_acme, person, now):
    one = person("a@x.example", company="青木商事", department="購買部")
    mate = person("b@y.example", company="緑川工業")
    keep, drop = (Company.objects.get(name=name) for name in ("緑川工業", "青木商事"))
    join = join_companies(keep, drop, by=in_acme.owner, now=now)
    segment = made(BUYERS, now=now)
    joined = inside(segment)

    undo_join(join, by=in_acme.owner, now=now)
    segments.turn_wheel(now=now)

    assert (joined, inside(segment)) == ({one, mate}, {one})


def test_a_segment_of_whoever_has_a_colleague_in_another_follows_it(in_acme, person, now):
    one, mate = (person(f"{name}@x.example", company="青木商事") for name in "ab")
    readers = made(PRICING, now=now, name="readers")
    around = made({"account": {"segment": readers.public_id}}, now=now, name="around")

    for _ in range(2):
        see(one, Event.PAGE_VIEWED, at=now, about="/pricing")
    consume(now)

    assert (inside(readers), inside(around)) == ({one}, {one, mate})


def test_the_score_of_a_company_is_the_best_of_its_people_and_followed_at_once(in_acme, person, now):
    one, mate = (person(f"{name}@x.example", company="青木商事") for name in "ab")
    person("c@y.example", company="緑川工業")
    rescore([one, mate], now=now)
    segment = made({"field": "company.score", "op": "gte", "value": 1}, now=now)
    assert inside(segment) == set()

    see(one, Event.PAGE_VIEWED, at=now, about="/pricing")
    rescore([one], now=now)

    assert inside(segment) == {one, mate}


def test_why_says_how_many_colleagues_there_are(in_acme, person, now):
    one, mate = (person(f"{name}@x.example", company="青木商事") for name in "ab")
    segment = made({"account": SEEN}, now=now)
    see(one, Event.PAGE_VIEWED, at=now, about="/pricing")

    verdict = why(segment, Lead.objects.get(pk=mate), now=now)

    assert verdict.verdict is not None
    told = verdict.verdict.as_json(locale="ja")
    assert (told["result"], told["found"]) == (True, "1人")
