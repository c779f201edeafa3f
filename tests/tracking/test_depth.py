"""How far down pages are read, and that every number of the page report leads to the people behind it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import time_machine

from conditions import compile, parse
from ma_platform.db import sql
from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.collecting import NOW
from tests.tracking.test_watching import PRICES, person, view
from tracking.actions import NewFact, SubjectRef, bind_visitor, record_many
from tracking.catalogue import Event, Verdict
from tracking.queries import PageDepth, PersonTotals, page_depth, person_totals, timeline

DAY = date(2026, 11, 20)
OTHER = SubjectRef("page", "https://www.acme.jp/PRICES", "別のページ", "https://www.acme.jp/PRICES")


def read(
    number: int, *depths: object, visitor: str = "a", verdict: int = 0, page: SubjectRef = PRICES
) -> list[NewFact]:
    """A page view and the slices that told how deep it went."""
    view_id = UUID(int=number, version=4)
    slices = [
        NewFact(
            Event.PAGE_LEFT,
            NOW + timedelta(seconds=second + 1),
            visitor=visitor,
            subject=page,
            visible_ms=1000,
            verdict=verdict,
            props={"view": str(view_id), "scroll": depth},
        )
        for second, depth in enumerate(depths)
    ]
    return [NewFact(Event.PAGE_VIEWED, NOW, visitor=visitor, subject=page, id=view_id, verdict=verdict), *slices]


def test_the_deepest_place_of_each_reading_counts_once(in_acme):
    record_many([*read(1, 20, 74), *read(2, 100, 30, visitor="b"), *read(3), *read(4, 90, verdict=Verdict.MACHINE)])
    record_many(read(5, 50, page=OTHER))

    assert page_depth(PRICES.key, since=DAY, until=DAY) == PageDepth(2, 87, 2, 2, 1, 1)
    assert page_depth(PRICES.key, since=DAY, until=DAY, most=1).readings == 1
    assert page_depth(PRICES.key, since=DAY - timedelta(days=2), until=DAY - timedelta(days=1)) == PageDepth(*[0] * 6)


def test_a_timeline_tells_how_deep_a_view_went_whatever_strangers_state(in_acme):
    record_many([*read(1, 20, 74), *read(2, "deep", visitor="b"), *read(3, 1e300, -4, visitor="c")])
    own = {"scroll": 40}
    record_many([NewFact(Event.PAGE_VIEWED, NOW, visitor="d", subject=PRICES, props=own)])

    told = {one: timeline(visitor_id=number(one))[0].scroll for one in "abcd"}

    assert told == {"a": 74, "b": None, "c": 100, "d": 40}
    assert page_depth(PRICES.key, since=DAY, until=DAY) == PageDepth(3, 71, 3, 2, 1, 1)


def number(key: str) -> int:
    found: int = sql.run(
        "SELECT id FROM tracking_visitor WHERE tenant_id = %(tenant_id)s AND key = %(k)s", k=key
    ).value()
    return found


def test_a_condition_asks_for_the_depth(in_acme):
    record_many([*read(1, 20, 74), *read(2, 60, visitor="b")])
    deep, flat = person("山田"), person("田中")
    bind_visitor("a", deep, "form", NOW)
    bind_visitor("b", flat, "form", NOW)
    asked = {"event": "page_viewed", "where": {"field": "scroll", "op": "gte", "value": 70}}

    piece = compile(parse(asked), now=NOW + timedelta(hours=1), tz=ZoneInfo("Asia/Tokyo"))

    found = sql.run(f"SELECT lead.id FROM leads_lead AS lead WHERE {piece.sql}", **piece.params).values()
    assert found == [deep]


def test_a_person_is_summed_over_all_days_and_browsers(in_acme):
    known = person("山田")
    record_many(
        [view("a", seconds=5), view("b", seconds=7), view("a", seconds=11, minutes=3 * 24 * 60), view("c", seconds=99)]
    )
    for browser in "ab":
        bind_visitor(browser, known, "form", NOW)

    assert person_totals(known) == PersonTotals(views=3, visible_ms=23_000)


@pytest.fixture
def read_by_many(acme):
    """Two known and three unknown readers of the prices, one known reader of a page that differs by case alone."""
    with tenant_scope(acme.workspace):
        record_many([*[view(browser, minutes=1) for browser in "abxyz"], view("c", OTHER)])
        for browser, name in zip("abc", ["山田", "田中", "鈴木"], strict=True):
            bind_visitor(browser, person(name), "form", NOW)
    return acme.workspace


@time_machine.travel(NOW + timedelta(hours=1), tick=False)
@pytest.mark.parametrize("path", ["/tracking/pages/?days=365", f"/tracking/pages/?days=365&url={quote(PRICES.key)}"])
def test_the_numbers_lead_to_the_people_behind_them(sign_in, read_by_many, path):
    client = sign_in()
    shown = unescape(client.get(path).content.decode())

    known = re.findall(r'href="(/leads/\?condition=[^"]*prices[^"]*)"', shown)
    unknown = re.findall(r'href="(/visitors/\?page=[^"]*prices[^"]*)"', shown)

    people = client.get(known[0]).content.decode()
    assert ("山田" in people, "田中" in people, "鈴木" in people) == (True, True, False)
    ranked = client.get(unknown[0]).content.decode()
    assert re.findall(r"/tracking/visitors/(\w)\"", ranked) == ["z", "y", "x"]
    assert "料金" in ranked
