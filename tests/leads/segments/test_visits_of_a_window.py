"""How often somebody came lately: settled with each fact, and by the clock as visits leave the window."""

from __future__ import annotations

from datetime import timedelta

from leads.actions import segments
from tests.leads.segments.making import consume, inside, made
from tests.tracking.collecting import NOW
from tests.tracking.visiting import visit

DAY = 60 * 24
TWICE = {"event": "page_viewed", "sum": "visits", "count": {"op": "gte", "value": 2}, "within": {"days": 7}}


def test_a_second_visit_lets_people_in(in_acme, person):
    one, other = person("a@x.example"), person("b@x.example")
    visit("v1", minutes=-DAY, lead=one)
    visit("v2", minutes=-DAY, lead=other)
    segment = made(TWICE, now=NOW)
    before = inside(segment)

    visit("v3", lead=one)
    consume(NOW)

    assert (before, inside(segment)) == (set(), {one})


def test_a_visit_that_leaves_the_window_lets_them_out(in_acme, person):
    one = person("a@x.example")
    visit(minutes=-DAY, lead=one)
    visit(lead=one)
    segment = made(TWICE, now=NOW)

    segments.turn_wheel(now=NOW + timedelta(days=6, minutes=-1))
    before = inside(segment)
    segments.turn_wheel(now=NOW + timedelta(days=6, minutes=1))

    assert (before, inside(segment)) == ({one}, set())
