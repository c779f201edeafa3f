"""The counts by day beside the scratch log, and worlds in which windows cut through days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.conditions.random_trees import NOW, event_test, lead_test, text, text_tests, trees
from tests.conditions.scratch import TENANT, Event, Subject, insert

EVER = datetime.min.replace(tzinfo=UTC)
VIEWED, LEFT = 1, 2
ZONES = [ZoneInfo(key) for key in ("Asia/Tokyo", "America/New_York", "Australia/Lord_Howe", "UTC")]
SPANS = [timedelta(days=14), timedelta(days=1), timedelta(hours=2)]
TABLE = """
CREATE TABLE IF NOT EXISTS tracking_daily (
    tenant_id bigint, lead_id bigint, visitor_id bigint, name smallint, subject_id bigint, day date, count int,
    first_at timestamptz, last_at timestamptz);
TRUNCATE tracking_daily;
"""


@dataclass
class Counts:
    """`conditions.Days` over the scratch tables. since: the log begins there, the counts do not; None: not counted."""

    cursor: Any
    since: datetime | None = EVER

    def whole_since(self, code: int, *, now: datetime) -> datetime | None:
        return self.since

    def rows(self, statement: str, params: Mapping[str, object]) -> Sequence[tuple[Any, ...]]:
        self.cursor.execute(statement, {**params, "tenant_id": TENANT})
        return list(self.cursor.fetchall())


def count(cursor: Any, events: list[Event], *, tz: ZoneInfo, tenant: int = TENANT) -> None:
    """Counts as ingest keeps them: people's events; visible time widens its page's row; a verdict changed narrows none.

    page_left has no count of its own.
    """
    cells: dict[tuple[Any, ...], list[Event]] = defaultdict(list)
    for event in events:
        name = VIEWED if event.name == LEFT else event.name
        day = event.occurred_at.astimezone(tz).date()
        cells[event.lead_id, event.visitor_id, name, event.subject and event.subject.id, day].append(event)
    rows = [(tenant, *cell, *_counted(listed)) for cell, listed in cells.items() if any(e.verdict == 0 for e in listed)]
    cursor.execute(TABLE)
    insert(cursor, "tracking_daily", rows)


def _counted(events: list[Event]) -> tuple[int, datetime, datetime]:
    moments = [event.occurred_at for event in events]
    return sum(event.verdict == 0 and event.name != LEFT for event in events), min(moments), max(moments)


# Around now and around the beginning of each window, some of it at the very instant.
around = st.sampled_from(
    [timedelta(), timedelta(microseconds=1), timedelta(minutes=20), timedelta(minutes=40), timedelta(hours=9)]
)
moments = st.builds(
    lambda span, off, sign: NOW - span + sign * off,
    st.sampled_from([*SPANS, timedelta(), timedelta(days=5), timedelta(days=40)]),
    around,
    st.sampled_from([-1, 1]),
)
contents = st.lists(
    st.tuples(st.none() | text, st.sampled_from(["/pricing", "/pricing/enterprise", "/", None])),
    min_size=2,
    max_size=2,
)
done = st.tuples(
    moments,
    st.integers(0, 2),
    st.sampled_from([VIEWED, VIEWED, VIEWED, LEFT, 4, 1000]),
    st.sampled_from([0, 0, 0, 0, 1, 2]),
    st.sampled_from([1, 1, 2, 3, None]),
    st.sampled_from([1, 1, 2, None]),
)


def _events(pages: list[Any], listed: list[Any]) -> list[Event]:
    subjects = [None, *(Subject(place, *page) for place, page in enumerate(pages, start=1))]
    return [
        Event(lead_id=lead, occurred_at=at, name=name, subject=subjects[about], verdict=verdict, visitor_id=visitor)
        for at, about, name, verdict, lead, visitor in listed
    ]


dense_events = st.builds(_events, contents, st.lists(done, min_size=6, max_size=14))
zones = st.sampled_from(ZONES)
since = st.sampled_from([EVER, EVER, EVER, EVER, NOW - timedelta(days=3), NOW - timedelta(days=14), None])

# What such rows can answer, and some that they cannot.
subject_test = st.one_of(
    *text_tests("path", st.sampled_from(["/pricing", "/pricing/enterprise"])), *text_tests("title")
)
spans = st.sampled_from([{"days": 14}, {"days": 1}, {"hours": 2}])
counts = st.fixed_dictionaries({"op": st.sampled_from(["eq", "lt", "lte", "gt", "gte"]), "value": st.integers(0, 4)})
names = st.sampled_from(["page_viewed", "page_viewed", "page_viewed", "asset_downloaded", "trial_started"])
where = trees(st.one_of(*[subject_test] * 5, event_test))
counted_did = st.fixed_dictionaries({"event": names}, optional={"where": where, "count": counts, "within": spans})
counted_condition = trees(st.one_of(counted_did, counted_did, counted_did, lead_test))


def kept_since(events: list[Event], since: datetime | None) -> list[Event]:
    """What is left of the log when all before `since` is deleted."""
    return [event for event in events if since is None or event.occurred_at >= since]


def of_browsers(events: list[Event]) -> list[Event]:
    """The same done in browsers one to three."""
    return [replace(event, visitor_id=event.lead_id) for event in events]
