"""What a timeline shows of facts: time on page, causes before effects, texts that survive."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import orjson
import pytest

from ma_platform.db import sql
from tests.tracking.collecting import NOW
from tracking.actions import NewFact, SubjectRef, record, record_many
from tracking.activity import activity
from tracking.catalogue import Event, Verdict
from tracking.queries import BadPosition, last_pages, timeline

VIEW = UUID(int=7, version=4)
PAGE = SubjectRef("page", "https://acme.jp/price", "料金")


def test_a_views_own_time_and_its_later_slices_add_up(in_acme):
    own = NewFact(Event.PAGE_VIEWED, NOW, lead=5, visitor="v1", subject=PAGE, id=VIEW, visible_ms=4000)
    left = NewFact(Event.PAGE_LEFT, NOW, lead=5, visitor="v1", props={"view": str(VIEW)}, visible_ms=1500)
    record_many([own, left, left])

    assert [entry.visible_ms for entry in timeline(lead_id=5)] == [7000]
    assert [entry.visible_ms for entry in last_pages(5)] == [7000]


def test_a_view_without_a_browser_keeps_its_own_time(in_acme):
    record_many([NewFact(Event.PAGE_VIEWED, NOW, lead=5, subject=PAGE, visible_ms=4000)])

    assert [entry.visible_ms for entry in timeline(lead_id=5)] == [4000]


CAUSAL = ["became_hot", "stage_changed", "lead_created", "form_submitted", "page_viewed"]


def test_within_one_moment_effects_stand_above_their_causes(in_acme):
    numbers = [Event[wire.upper()] for wire in CAUSAL]
    ids = [UUID(int=number, version=4) for number in (3, 5, 1, 4, 2)]
    record_many([NewFact(event, NOW, lead=5, id=id) for event, id in zip(numbers, ids, strict=True)])

    assert [entry.name for entry in timeline(lead_id=5)] == CAUSAL
    first = timeline(lead_id=5, limit=2)
    rest = timeline(lead_id=5, before=first[-1].position)
    assert [entry.name for entry in (*first, *rest)] == CAUSAL


@pytest.mark.parametrize(
    "before",
    [
        ["2026-01-01T00:00:00+00:00", str(VIEW)],
        ["x", 1, str(VIEW)],
        [NOW, 99, VIEW],
        ["0001-01-01T00:00:00+20:00", 1, str(VIEW)],
    ],
)
def test_a_place_no_entry_has_is_refused(in_acme, before):
    with pytest.raises(BadPosition):
        timeline(lead_id=5, before=before)


def test_nul_is_dropped_and_its_spelling_survives(in_acme):
    record(
        Event.FORM_SUBMITTED, lead=5, at=NOW, props={"a": "\\u0000 literal", "b": "nul \x00 here", "\x00k": "\\\x00"}
    )

    assert timeline(lead_id=5)[0].props == {"a": "\\u0000 literal", "b": "nul  here", "k": "\\"}


@pytest.mark.parametrize(
    ("received", "kept"),
    [(None, NOW), (NOW + timedelta(hours=2), NOW + timedelta(hours=2)), (NOW - timedelta(hours=2), NOW)],
)
def test_a_fact_is_never_received_before_it_happened(in_acme, received, kept):
    record(Event.TOUCHPOINT_CALL, lead=5, at=NOW, received=received)

    assert timeline(lead_id=5)[0].received_at == kept


def test_todays_activity_counts_local_days_without_machines(in_acme, globex):
    record_many(
        [
            *[NewFact(Event.PAGE_VIEWED, NOW, visitor="v1", subject=PAGE, visible_ms=1000) for _ in range(3)],
            NewFact(Event.PAGE_VIEWED, NOW, visitor="v2", subject=PAGE, verdict=Verdict.MACHINE),
            NewFact(Event.PAGE_VIEWED, NOW - timedelta(days=1), lead=5, subject=PAGE, visible_ms=9000),
            NewFact(Event.FORM_SUBMITTED, NOW, lead=5),
        ]
    )
    today: date = sql.run("SELECT (%(now)s AT TIME ZONE 'Asia/Tokyo')::date", now=NOW).value()

    found = activity(today)

    assert found.today == {
        Event.PAGE_VIEWED: 3,
        Event.FORM_SUBMITTED: 1,
        Event.ASSET_DOWNLOADED: 0,
        Event.EMAIL_CLICKED: 0,
    }
    assert found.visible_ms == 3000
    assert orjson.loads(orjson.dumps(found.chart))["series"][0]["values"] == [*([0] * 12), 1, 3]
