"""What is kept how long, what visitors are told of it, and numbers as ranges where it is not certain who came."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.collecting import NOW
from tests.walls.bodies import TRACKING
from tracking.actions import NewFact, SubjectRef, bind_visitor, record_many
from tracking.catalogue import Event, Verdict
from tracking.models import CustomName
from tracking.notice import AGREED, ALWAYS, POSTED, UNREFUSED, Terms, items
from tracking.queries import PageRanges, Range, find_page, page_ranges, retention_days

DAY = date(2026, 11, 20)
KEY = "https://www.acme.jp/prices"
PRICES = SubjectRef("page", KEY, "料金", KEY)


def test_a_workspaces_own_events_have_a_time_too(sign_in, acme):
    with tenant_scope(acme.workspace):
        CustomName.objects.create(name="\u202eplan_chosen", number=1000)
    client = sign_in()

    shown = client.get("/tracking/settings/").content.decode()
    client.post("/tracking/settings/", {**TRACKING, "own_1000": "90", "form_submitted": "730"})

    assert ">plan_chosen" in shown
    assert "\u202e" not in shown
    with tenant_scope(acme.workspace):
        assert retention_days() == {1000: 90, int(Event.FORM_SUBMITTED): 730}


def test_what_was_not_posted_stays_as_it_is(sign_in, acme):
    client = sign_in()
    client.post("/tracking/settings/", {**TRACKING, "page_left": "180"})

    client.post("/tracking/settings/", {name: value for name, value in TRACKING.items() if name != "page_left"})

    with tenant_scope(acme.workspace):
        assert retention_days() == {int(Event.PAGE_LEFT): 180}


@pytest.mark.parametrize("name", ["unsubscribed", "subscribed", "email_bounced", "stage_changed", "deal_won"])
def test_what_proves_something_cannot_be_given_an_end(sign_in, acme, name):
    client = sign_in()

    client.post("/tracking/settings/", {**TRACKING, name: "90"})

    assert f'name="{name}"' not in client.get("/tracking/settings/").content.decode()
    with tenant_scope(acme.workspace):
        assert retention_days() == {}


@pytest.mark.parametrize(("required", "when"), [(True, [ALWAYS, POSTED, AGREED]), (False, [ALWAYS, POSTED, UNREFUSED])])
def test_the_notice_says_that_a_form_is_sent_without_an_answer_about_tracking(required, when):
    told = {item.key: said for item, said in items(Terms(consent_required=required))}

    assert [told["page"], told["form"], told["visitor"]] == when


def test_a_page_tells_what_is_certain_and_what_is_possible(in_acme):
    record_many(
        [
            view("reader"),
            view("reader", verdict=Verdict.UNSURE),
            view("maybe", verdict=Verdict.UNSURE),
            view("robot", verdict=Verdict.MACHINE),
            view("maybe", verdict=Verdict.UNSURE, days=1),
        ]
    )
    bind_visitor("reader", 7, "form", NOW)
    page = find_page(KEY, since=DAY, until=DAY)

    found = page_ranges(page, since=DAY, until=DAY)

    assert found == PageRanges(views=Range(1, 3), people=Range(1, 1), unknown=Range(0, 1))


def view(visitor: str, *, verdict: int = 0, days: int = 0) -> NewFact:
    return NewFact(Event.PAGE_VIEWED, NOW + timedelta(days=days), visitor=visitor, subject=PRICES, verdict=verdict)


def test_the_page_of_a_page_shows_the_range(sign_in, acme, monkeypatch):
    monkeypatch.setattr("ma_platform.clock.now", lambda: NOW + timedelta(hours=1))
    with tenant_scope(acme.workspace):
        record_many([view("reader"), view("maybe", verdict=Verdict.UNSURE)])

    page = sign_in().get("/tracking/pages/", {"url": KEY}).content.decode()

    assert '<span class="stat-value">1–2</span>' in page
    assert "機械かもしれない訪問" in page
