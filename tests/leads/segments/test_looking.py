"""Who was in on a day, who left and why, people found by name, and conditions that cannot be read any more."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from leads.actions import LeadInput, edit_lead, segments, upsert_lead
from leads.actions.attributes import AttributeInput, create_attribute, edit_attribute
from leads.models import Attribute, Lead, Segment
from leads.queries.segments import list_left, list_members
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.leads.segments.making import inside, made

PHONE = {"field": "lead.phone", "op": "is_set"}
DAY = timedelta(days=1)
FIELD = {"field": "lead.attributes.plan", "op": "eq", "value": "gold"}


@pytest.fixture
def kept(acme: NewWorkspace, now) -> Segment:
    """A list 青木 was put on ten days ago, and taken off five days ago, when 緑川 was put on it."""
    with tenant_scope(acme.workspace):
        said = [("a", "青木"), ("b", "緑川"), ("c", "緑山")]
        for mark, name in said:
            upsert_lead(LeadInput(email=f"{mark}@x.example", last_name=name), by=None, now=now)
        one, other = (Lead.objects.get(email=f"{mark}@x.example").pk for mark in "ab")
        segment = segments.create_segment("名刺", None, by=None, now=now)
        segments.put(segment, [one], True, by=None, now=now - 10 * DAY)
        segments.release(segment, [one], by=None, now=now - 5 * DAY)
        segments.put(segment, [other], True, by=None, now=now - 5 * DAY)
        return segment


def names(client: Client, segment: Segment, **query: str) -> list[str]:
    return [
        row.last_name for row in client.get(reverse("leads:segment", args=[segment.public_id]), query).context["rows"]
    ]


def test_who_was_in_on_a_day_and_who_left(kept, sign_in, monkeypatch, now):
    monkeypatch.setattr("ma_platform.clock.now", lambda: now)
    owner, local = sign_in(), (now + timedelta(hours=9)).date()

    assert names(owner, kept) == ["緑川"]
    assert [names(owner, kept, on=str(local - days * DAY)) for days in (11, 10, 6, 5)] == [
        [],
        ["青木"],
        ["青木"],
        ["緑川"],
    ]
    assert names(owner, kept, on="x") == names(owner, kept, on=str(local)) == ["緑川"]
    assert names(owner, kept, who="left") == ["青木"]


def test_the_api_tells_the_same(acme, api: Client, kept, now):
    address, local = f"/api/v1/segments/{kept.public_id}/leads", (now + timedelta(hours=9)).date()
    early = api.get(address, {"on": str(local - 6 * DAY)}).json()["results"]
    exact = api.get(address, {"on": (now - 5 * DAY - timedelta(seconds=1)).isoformat()}).json()["results"]
    (gone,) = api.get(address, {"left": "true"}).json()["results"]

    assert [one["email"] for one in early] == [one["email"] for one in exact] == ["a@x.example"]
    assert (gone["email"], gone["why"]) == ("a@x.example", "taken_off")
    assert api.get(address, {"on": "yesterday"}).status_code == 422
    assert api.get(address, {"on": "2026-11-20T09:00:00+16:00"}).status_code == 200  # Postgres knows none so far east


def test_why_somebody_left_is_told_and_pages_go_on(in_acme, person, now):
    people = [person(f"{n}@x.example", phone="03-1234-5678") for n in range(4)]
    segment = made(PHONE, now=now - DAY)
    segments.put(segment, people[:1], False, by=None, now=now)
    edit_lead(Lead.objects.get(pk=people[1]), LeadInput(email="1@x.example", phone=""), by=None, now=now)
    segments.settle({segment.pk: people}, now=now + DAY)
    segments.put(segment, people[2:3], False, by=None, now=now)
    segments.release(segment, people[2:3], by=None, now=now)

    (first,) = list_left(segment, limit=1)
    (second,) = list_left(segment, after=[first.until.isoformat(), first.lead_id], limit=1)

    assert [(first.lead_id, first.why), (second.lead_id, second.why)] == [(people[1], "rule"), (people[0], "kept_out")]
    assert len(list_left(segment)) == 2
    assert {row.lead_id for row in list_members(segment, on=now - DAY)} == set(people)


def test_people_are_found_by_name_and_chosen_where_several_fit(acme, kept, sign_in):
    sales, page = sign_in(Role.SALES), reverse("leads:segment", args=[kept.public_id])
    put = reverse("leads:segment_put", args=[kept.public_id])

    several = sales.post(put, {"lead": "緑", "belongs": "in", "days": "7"})
    sole = sales.post(put, {"lead": "緑山", "belongs": "in"})
    asked = sales.get(page, {"lead": "青木"}).context["told"]

    with tenant_scope(acme.workspace):
        chosen = set(Lead.objects.filter(last_name__startswith="緑").values_list("pk", flat=True))
        assert (several.status_code, [one.last_name for one in several.context["choices"]]) == (422, ["緑山", "緑川"])
        assert (sole.status_code, inside(kept)) == (302, chosen)
        assert asked.why.lead.last_name == "青木"
    assert len(sales.get(page, {"lead": "緑"}).context["fitting"]) == 2


def test_somebody_is_put_on_a_list_from_their_own_page(acme, kept, sign_in):
    with tenant_scope(acme.workspace):
        lead = Lead.objects.get(last_name="緑山")
    sales = sign_in(Role.SALES)
    offered = sales.get(reverse("leads:page", args=[lead.public_id])).content.decode()

    sales.post(reverse("leads:lead_segment", args=[lead.public_id]), {"segment": kept.public_id})

    with tenant_scope(acme.workspace):
        assert (f'value="{kept.public_id}"' in offered, lead.pk in inside(kept)) == (True, True)


@pytest.fixture
def plans(acme: NewWorkspace, now) -> Segment:
    """A segment that names a choice of an own field."""
    with tenant_scope(acme.workspace):
        choices = (("gold", "ゴールド"), ("free", "無料"))
        create_attribute(AttributeInput(label="プラン", kind="choice", key="plan", choices=choices), by=None, now=now)
        upsert_lead(LeadInput(email="a@x.example", attributes={"plan": "gold"}), by=None, now=now)
        return made(FIELD, now=now, name="ゴールド会員")


def test_a_condition_that_cannot_be_read_any_more_says_so_instead_of_failing(acme, plans, sign_in, now):
    with tenant_scope(acme.workspace):
        edit_attribute(Attribute.objects.get(), by=acme.owner, now=now, choices=[("free", "無料")])
        segments.refresh(plans.pk, now=now)
        assert Segment.objects.get().state == Segment.State.FAILED

    page = sign_in().get(reverse("leads:segment", args=[plans.public_id]), {"lead": "a@x.example"})

    assert (page.status_code, bool(page.context["told"].problem)) == (200, True)


def test_taking_a_choice_away_names_the_segments_that_ask_about_it_first(acme, plans, sign_in):
    with tenant_scope(acme.workspace):
        attribute = Attribute.objects.get()
    address = reverse("leads:attribute", args=[attribute.public_id])
    said = {"label": "プラン", "choice_key": ["gold", "free"], "choice_label": ["", "無料"], "choice_place": ["1", "2"]}
    owner = sign_in()

    warned = owner.post(address, said)
    anyway = owner.post(address, {**said, "anyway": "1"})

    assert (warned.status_code, "ゴールド会員" in warned.content.decode(), anyway.status_code) == (422, True, 302)


@pytest.mark.parametrize("condition", [{"flow": "flw_x", "state": "in"}, {"not": {"flow": "flw_x", "state": "ended"}}])
def test_a_list_that_names_what_is_not_there_says_so(acme, sign_in, condition):
    owner, query = sign_in(), {"condition": json.dumps(condition)}
    listed, counted = owner.get("/leads/", query), owner.get(reverse("leads:count"), query)

    assert (listed.status_code, counted.status_code, bool(listed.context["asked"].refused)) == (200, 200, True)


def test_looking_at_everybody_again_ends_what_the_check_found(in_acme, person, now):
    one = person("a@x.example", phone="03-1234-5678")
    segment = made(PHONE, now=now)
    segment.stays.filter(lead_id=one).update(until=now)  # as an error of ours would
    later = now + timedelta(hours=1)
    assert segments.check_segment(segment.pk, now=later) == 1

    segments.refresh(segment.pk, now=later)

    assert (Segment.objects.get().drift, inside(segment)) == (0, {one})
