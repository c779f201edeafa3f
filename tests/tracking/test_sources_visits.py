"""Visits and touches: every one stays, first and last are questions, and conditions can ask about them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from conditions import compile, parse
from ma_platform.db import sql
from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.collecting import NOW
from tests.tracking.test_drain import keep
from tests.tracking.visiting import moment, visit, visitor_number
from tracking.actions import drain, enrich
from tracking.models import Domain
from tracking.queries import first_and_last, touches, visits

SEARCH = {"channel": "organic_search", "referrer_host": "www.google.com", "landing_path": "/"}
PAID = {"channel": "paid", "utm_source": "google", "utm_campaign": "春", "gclid": "x"}
DIRECT = {"channel": "direct"}


def test_visits_of_a_browser_are_shown_newest_first(in_acme):
    visit(minutes=-60, source=SEARCH, url="https://acme.jp/price", title="料金")
    visit(minutes=-5)

    newest, first = visits(visitor_id=visitor_number())

    assert (first.started_at, first.views, first.visible_ms) == (moment(-60), 3, 83_000)
    assert (first.landing_url, first.landing_name, first.source) == ("https://acme.jp/price", "料金", SEARCH)
    assert (newest.source, newest.channel, newest.company) == (None, "direct", None)
    assert visits(visitor_id=visitor_number(), before=newest.position) == [first]


def test_a_persons_visits_are_those_with_an_event_of_theirs(in_acme, globex):
    mine = visit("shared", lead=5, source=SEARCH)
    visit("shared", minutes=1, lead=6)
    with tenant_scope(globex.workspace):
        visit("shared", lead=5)

    assert [one.id for one in visits(lead_id=5)] == [mine]


def test_visits_are_of_a_browser_or_of_a_person(in_acme):
    with pytest.raises(TypeError):
        visits(lead_id=1, visitor_id=1)


def test_every_touch_stays_and_the_last_is_the_last_that_was_not_direct(in_acme):
    visit(minutes=-90, lead=5, source=SEARCH)
    visit("v2", minutes=-60, lead=5, source=PAID)
    visit(minutes=-30, lead=5, source=DIRECT)
    visit(minutes=-20, lead=5, source={"channel": "referral", "referrer_host": "bot"}, verdict=1)
    visit(minutes=-10, lead=5)

    found = touches(5)

    assert [touch.channel for touch in found.every] == ["organic_search", "paid", "direct"]
    assert (found.first.source, found.last.source) == (SEARCH, PAID)
    assert (first_and_last([5, 6])[5].first, first_and_last([5])[5].last) == (SEARCH, PAID)


def test_only_direct_visits_are_touches_too(in_acme):
    visit(lead=5, source=DIRECT)

    assert (touches(5).first.channel, touches(5).last.channel) == ("direct", "direct")
    assert (touches(6).first, touches(6).last, touches(6).every) == (None, None, ())


def count(condition: dict[str, object]) -> int:
    asked = compile(parse(condition), now=NOW, tz=ZoneInfo("Asia/Tokyo"))
    return int(
        sql.run(
            "SELECT count(*) FROM leads_lead AS lead WHERE lead.tenant_id = %(tenant_id)s AND " + asked.sql,
            **asked.params,
        ).value()
    )


@pytest.fixture
def lead(in_acme):
    from leads.actions import LeadInput, upsert_leads

    done = upsert_leads([LeadInput(email="a@alpha.jp"), LeadInput(email="b@beta.jp")], by=None, now=NOW)
    return done[0].lead_id


@pytest.mark.parametrize(
    ("field", "value"),
    [("visit.channel", "paid"), ("visit.country", "JP"), ("visit.prefecture", "東京都"), ("visit.device", "desktop")],
)
def test_conditions_ask_about_any_visit_of_a_person(lead, field, value):
    visit(lead=lead, source=PAID)
    visit(minutes=40, lead=lead, source=DIRECT)
    enrich(now=NOW)
    sql.run("UPDATE tracking_session SET country = 'JP', prefecture = '東京都' WHERE tenant_id = %(tenant_id)s")

    asked = {"field": field, "op": "contains", "value": value}

    assert (count(asked), count({"not": asked})) == (1, 1)
    assert count({"field": field, "op": "contains", "value": "else"}) == 0


def test_a_machines_visit_is_no_visit_of_a_person(lead):
    visit(lead=lead, source=PAID, verdict=1)

    assert count({"field": "visit.channel", "op": "contains", "value": "paid"}) == 0


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [("channel", "paid", 1), ("utm_campaign", "春", 1), ("utm_campaign", "%E6%98%A5", 0), ("utm_source", "google", 0)],
)
def test_conditions_ask_about_the_visit_of_an_event(lead, field, value, expected):
    visit(lead=lead, source=PAID, url="https://acme.jp/?utm_campaign=%E6%98%A5")

    asked = {"event": "page_viewed", "where": {"field": field, "op": "eq", "value": value}}

    assert count(asked) == expected


SAME_VISIT = "UPDATE tracking_event SET session = %(first)s WHERE tenant_id = %(tenant_id)s AND session = %(again)s"


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({"within": {"hours": 3}}, 2),
        ({"within": {"days": 3}}, 4),
        ({"within": {"days": 3}, "where": {"field": "channel", "op": "eq", "value": "paid"}}, 1),
    ],
)
def test_conditions_count_the_visits_of_a_window(lead, asked, wanted):
    visit(minutes=-10, lead=lead, source=PAID)
    first = visit("v2", minutes=-61, lead=lead)
    again = visit("v2", minutes=-60, lead=lead)
    sql.run(SAME_VISIT, first=first, again=again)
    visit(minutes=-60 * 24, lead=lead)
    visit(minutes=-60 * 48, lead=lead)
    visit(minutes=-5)

    counted = [{"event": "page_viewed", "sum": "visits", "count": {"op": "eq", "value": n}, **asked} for n in range(6)]

    assert [n for n, one in enumerate(counted) if count(one) == 1] == [wanted]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"channel": "referral", "referrer_host": "www.acme-shop.jp"}, None),
        ({"channel": "referral", "referrer_host": "blog.acme-shop.jp"}, None),
        ({"channel": "campaign", "referrer_host": "acme-shop.jp", "utm_campaign": "春"}, "campaign"),
        ({"channel": "referral", "referrer_host": "notacme-shop.jp"}, "referral"),
    ],
)
def test_moving_between_the_own_sites_is_no_arrival(acme, said, kept):
    with tenant_scope(acme.workspace):
        Domain.objects.create(host="www.acme-shop.jp", kind="site", added_at=NOW)
    keep(acme.workspace.pk, "m1", source=said)

    drain(now=NOW)

    with tenant_scope(acme.workspace):
        (source,) = sql.run("SELECT source ->> 'channel' FROM tracking_session").values()
    assert source == kept
