"""What is judged for everybody from the counts by day is what the log says, as far back as the log goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from leads.queries.rolled import EVER, CountsByDay
from tests.leads.segments.making import inside, made
from tests.people import see
from tracking.catalogue import Event
from tracking.models import Retention

TOKYO = ZoneInfo("Asia/Tokyo")
DAY = timedelta(days=1)


def test_a_window_that_cuts_a_day_in_two_counts_the_later_half(in_acme, person, now):
    one, other = person("a@x.example"), person("b@x.example")
    for lead, minutes in ((one, (-10, 5, 10)), (other, (-10, -5, 10))):
        for shift in minutes:
            see(lead, Event.PAGE_VIEWED, at=now - 7 * DAY + timedelta(minutes=shift), about="/pricing")
    twice = {"event": "page_viewed", "within": {"days": 7}, "count": {"op": "gte", "value": 2}}

    assert inside(made(twice, now=now)) == {one}


@pytest.mark.parametrize(
    ("done_until", "since"),
    [
        (None, datetime(2026, 10, 24, tzinfo=TOKYO)),
        (datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=TOKYO)),
        (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)),
    ],
)
def test_counts_are_the_log_from_where_nothing_is_due_to_be_deleted(in_acme, done_until, since):
    Retention.objects.create(name=Event.PAGE_VIEWED, days=30, done_until=done_until)
    days, now = CountsByDay(TOKYO), datetime(2026, 11, 22, 18, tzinfo=UTC)  # the 23rd in Tokyo

    assert days.whole_since(Event.PAGE_VIEWED, now=now) == since
    assert days.whole_since(Event.ASSET_DOWNLOADED, now=now) == EVER
    assert days.whole_since(Event.PAGE_LEFT, now=now) is None
