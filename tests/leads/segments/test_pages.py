"""Segments through their pages and through the API."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import orjson
import pytest
from django.test import Client
from django.urls import reverse

from leads.actions import LeadInput, segments, upsert_lead
from leads.models import Lead, Segment, SegmentMember
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.leads.segments.making import inside

PHONE = {"field": "lead.phone", "op": "is_set"}
MAIL = {"field": "lead.email", "op": "is_set"}


@pytest.fixture
def two(acme: NewWorkspace, now) -> tuple[Lead, Lead]:
    """One with a telephone, one without."""
    with tenant_scope(acme.workspace):
        said = [LeadInput(email="a@x.example", last_name="青木", phone="03-1234-5678"), LeadInput(email="b@x.example")]
        ids = [upsert_lead(one, by=None, now=now).lead_id for one in said]
        return Lead.objects.get(pk=ids[0]), Lead.objects.get(pk=ids[1])


@pytest.fixture
def built(acme: NewWorkspace, two, now) -> Segment:
    """People with a telephone."""
    with tenant_scope(acme.workspace):
        segment = segments.create_segment("電話あり", PHONE, by=None, now=now)
        segments.build(segment.pk, now=now)
        return Segment.objects.get(pk=segment.pk)


def test_a_segment_made_on_the_page_waits_to_be_built(acme, sign_in, now):
    said = {"name": "電話あり", "description": "", "condition": orjson.dumps(PHONE).decode()}

    answer = sign_in().post(reverse("leads:segment_new"), said)

    with tenant_scope(acme.workspace):
        made = Segment.objects.get()
    assert (answer.status_code, made.state, made.condition) == (302, "building", PHONE)


@pytest.mark.parametrize("condition", ["", "x", "[]", '{"field": "no.such", "op": "eq", "value": 1}'])
def test_a_condition_that_says_nothing_is_refused_beside_its_box(acme, sign_in, condition):
    answer = sign_in().post(reverse("leads:segment_new"), {"name": "x", "condition": condition})

    with tenant_scope(acme.workspace):
        assert (answer.status_code, Segment.objects.count()) == (422, 0)


def test_the_page_says_who_is_in_and_why(built, two, sign_in):
    page = sign_in().get(reverse("leads:segment", args=[built.public_id]), {"lead": two[1].public_id})

    text = page.content.decode()
    assert ("青木" in text, "含まれません" in text, page.status_code) == (True, True, 200)


def test_a_change_is_confirmed_on_the_page(acme, built, two, sign_in, now):
    owner = sign_in()
    said = {"name": "電話あり", "description": "", "condition": orjson.dumps(MAIL).decode()}
    owner.post(reverse("leads:segment_edit", args=[built.public_id]), said)
    with tenant_scope(acme.workspace):
        segments.build(built.pk, now=now)
    page = owner.get(reverse("leads:segment", args=[built.public_id])).content.decode()
    (revision,) = set(re.findall(r'name="revision" value="(\w+)"', page))
    owner.post(reverse("leads:segment_confirm", args=[built.public_id]), {"revision": revision})
    with tenant_scope(acme.workspace):
        segments.build(built.pk, now=now)

        assert ("+1" in page, inside(built)) == (True, {two[0].pk, two[1].pk})


def test_a_change_is_dropped_on_the_page(acme, built, two, sign_in, now):
    revision = proposed(acme, built, MAIL, now).revision

    said = {"discard": "1", "revision": revision}
    sign_in().post(reverse("leads:segment_confirm", args=[built.public_id]), said)

    with tenant_scope(acme.workspace):
        held = Segment.objects.get(pk=built.pk)
    assert (held.state, held.condition, held.proposed) == ("ready", PHONE, None)


def test_somebody_is_put_in_by_hand_for_a_week(acme, built, two, sign_in):
    said = {"lead": "b@x.example", "belongs": "in", "days": "7", "note": "展示会"}

    sign_in(Role.SALES).post(reverse("leads:segment_put", args=[built.public_id]), said)

    with tenant_scope(acme.workspace):
        override = built.overrides.get()
        assert (inside(built), override.note) == ({two[0].pk, two[1].pk}, "展示会")
        assert override.expires_at - override.at == timedelta(days=7)


def test_a_segment_is_deleted_only_by_its_name(acme, built, sign_in):
    owner, address = sign_in(), reverse("leads:segment_archive", args=[built.public_id])
    owner.post(address, {"confirm": "x"})
    with tenant_scope(acme.workspace):
        before = SegmentMember.objects.filter(until=None).count()
    owner.post(address, {"confirm": "電話あり"})

    with tenant_scope(acme.workspace):
        after = SegmentMember.objects.filter(until=None).count()
    assert (before, after) == (1, 0)


def test_the_lead_page_names_the_segments(built, two, sign_in):
    page = sign_in().get(reverse("leads:page", args=[two[0].public_id]))

    assert "電話あり" in page.content.decode()


def test_the_api_makes_reads_and_changes_segments(acme, api: Client, two, now):
    made = api.post("/api/v1/segments", {"name": "電話あり", "condition": PHONE}, content_type="application/json")
    address = f"/api/v1/segments/{made.json()['id']}"
    with tenant_scope(acme.workspace):
        segments.build(Segment.objects.get().pk, now=now)
    read = api.get(address).json()
    people = api.get(f"{address}/leads").json()["results"]
    filtered = api.get("/api/v1/leads", {"segment": made.json()["id"]}).json()["results"]

    assert (made.status_code, made.json()["state"]) == (201, "building")
    assert (read["state"], read["count"]) == ("ready", 1)
    assert [one["id"] for one in people] == [one["id"] for one in filtered] == [two[0].public_id]


def test_the_api_previews_and_explains(acme, api: Client, built, two):
    preview = api.post("/api/v1/segments/preview", {"condition": PHONE}, content_type="application/json").json()
    told = api.get(f"/api/v1/segments/{built.public_id}/explain", {"lead": two[1].public_id}).json()

    assert (preview["count"], [one["id"] for one in preview["sample"]]) == (1, [two[0].public_id])
    assert (told["member"], told["tree"]["result"]) == (False, False)


def test_the_api_keeps_lists_by_hand(acme, api: Client, two):
    made = api.post("/api/v1/lists", {"name": "名刺"}, content_type="application/json").json()
    put = {"add": [two[0].public_id, two[1].public_id]}
    address = f"/api/v1/lists/{made['id']}/leads"
    api.post(address, put, content_type="application/json")
    answer = api.post(address, {"remove": [two[1].public_id]}, content_type="application/json").json()

    assert (answer["kind"], answer["count"]) == ("list", 1)
    assert [one["id"] for one in api.get(address).json()["results"]] == [two[0].public_id]


def test_an_unknown_person_is_named(acme, api: Client, built):
    address = f"/api/v1/segments/{built.public_id}/leads"
    answer = api.post(address, {"add": ["lead_nobody"]}, content_type="application/json")

    assert (answer.status_code, "lead_nobody" in answer.content.decode()) == (422, True)


def proposed(acme: NewWorkspace, segment: Segment, condition: object, now: datetime) -> Segment:
    """The segment with another condition that waits to be confirmed."""
    with tenant_scope(acme.workspace):
        segments.change_condition(segment, condition, by=None, now=now)
        segments.build(segment.pk, now=now)
        return Segment.objects.get(pk=segment.pk)


def test_what_was_not_seen_is_not_confirmed(acme, built, sign_in, now):
    seen = proposed(acme, built, MAIL, now).revision
    held = proposed(acme, built, {"any": [MAIL, PHONE]}, now)

    page = (
        sign_in()
        .post(reverse("leads:segment_confirm", args=[built.public_id]), {"revision": seen}, follow=True)
        .content.decode()
    )

    with tenant_scope(acme.workspace):
        still = Segment.objects.get(pk=built.pk)
    assert "その間にほかの人が変更しました" in page
    assert (still.state, still.condition, still.proposed) == ("proposed", PHONE, held.proposed)


def test_a_change_somebody_else_made_is_not_overwritten(acme, built, sign_in, now):
    owner, address = sign_in(), reverse("leads:segment_edit", args=[built.public_id])
    assert f'name="revision" value="{built.revision}"' in owner.get(address).content.decode()
    theirs = proposed(acme, built, MAIL, now).proposed
    said = {"name": "電話あり", "condition": orjson.dumps({"not": PHONE}).decode(), "revision": built.revision}

    answer = owner.post(address, said)

    with tenant_scope(acme.workspace):
        assert (answer.status_code, Segment.objects.get().proposed) == (422, theirs)


def test_the_api_confirms_what_was_read_and_lets_nobody_into_scenarios_unasked(acme, api: Client, built, now):
    address = f"/api/v1/segments/{built.public_id}"
    seen = api.get(address).json()["revision"]
    proposed(acme, built, MAIL, now)
    late = api.post(f"{address}/confirm", {"revision": seen}, content_type="application/json")
    stale = api.patch(address, {"condition": PHONE, "revision": seen}, content_type="application/json")
    blind = api.post(f"{address}/confirm", {"enter_flows": True}, content_type="application/json")
    read = api.get(address).json()

    done = api.post(f"{address}/confirm", {"revision": read["revision"]}, content_type="application/json")

    assert (late.status_code, stale.status_code, blind.status_code, done.status_code) == (409, 409, 422, 202)
    with tenant_scope(acme.workspace):
        held = Segment.objects.get()
    assert (held.state, held.condition, held.quiet) == ("applying", MAIL, True)


def test_a_change_is_dropped_while_it_is_still_being_built(acme, built, sign_in, now):
    with tenant_scope(acme.workspace):
        segments.change_condition(built, MAIL, by=None, now=now)
        Segment.objects.filter(pk=built.pk).update(moved=1200, to_move=3400)
        revision = Segment.objects.get(pk=built.pk).revision
    owner, address = sign_in(), reverse("leads:segment_confirm", args=[built.public_id])
    page = owner.get(reverse("leads:segment_status", args=[built.public_id])).content.decode()

    owner.post(address, {"discard": "1", "revision": revision})

    with tenant_scope(acme.workspace):
        held = Segment.objects.get(pk=built.pk)
    assert ("1,200 / 3,400" in page, address in page) == (True, True)
    assert (held.state, held.proposed, held.moved, held.to_move) == ("ready", None, 0, 0)


@pytest.mark.parametrize(
    ("who", "expected"), [("enters", ["b@x.example"]), ("leaves", ["a@x.example"]), ("", ["a@x.example"])]
)
def test_the_numbers_of_a_change_lead_to_its_people(acme, built, two, sign_in, now, who, expected):
    proposed(acme, built, {"not": PHONE}, now)
    address = reverse("leads:segment", args=[built.public_id])

    answer = sign_in().get(address, {"who": who})

    assert [row.email for row in answer.context["rows"]] == expected
    assert ('href="?who=enters#members"' in answer.content.decode()) is True


def test_the_people_of_a_change_are_read_page_by_page(acme, built, two, sign_in, now, monkeypatch):
    proposed(acme, built, {"any": [PHONE, MAIL]}, now)
    with tenant_scope(acme.workspace):
        more = [upsert_lead(LeadInput(email=f"{n}@y.example"), by=None, now=now).lead_id for n in range(2)]
    again = proposed(acme, built, MAIL, now)
    monkeypatch.setattr("leads.views.segments.PAGE_SIZE", 2)
    owner, address = sign_in(), reverse("leads:segment", args=[again.public_id])

    first = owner.get(address, {"who": "enters"})
    second = owner.get(address, {"who": "enters", "cursor": first.context["next_cursor"]})
    forged = owner.get(address, {"who": "enters", "cursor": "x"})

    pages = [[row.lead_id for row in answer.context["rows"]] for answer in (first, second)]
    assert pages == [[two[1].pk, more[0]], [more[1]]]
    assert (second.context["next_cursor"], forged.status_code) == ("", 400)


def test_who_came_and_went_within_a_week_is_listed_once_for_each_time(acme, two, sign_in, now, monkeypatch):
    monkeypatch.setattr("ma_platform.clock.now", lambda: now)
    day, (one, other) = timedelta(days=1), two
    with tenant_scope(acme.workspace):
        kept = segments.create_segment("名刺", None, by=None, now=now)
        segments.put(kept, [other.pk], True, by=None, now=now - 9 * day)
        for back in (3, 1):
            segments.put(kept, [one.pk], True, by=None, now=now - back * day)
            segments.release(kept, [one.pk], by=None, now=now - back * day + timedelta(hours=1))
        segments.put(kept, [one.pk], True, by=None, now=now)
    owner, address = sign_in(), reverse("leads:segment", args=[kept.public_id])

    page, came, went = owner.get(address), owner.get(address, {"who": "came"}), owner.get(address, {"who": "went"})

    assert (page.context["entered"], page.context["left"]) == (3, 2)
    assert [row.email for row in came.context["rows"]] == ["a@x.example"] * 3
    assert [row.email for row in went.context["rows"]] == ["a@x.example"] * 2
