"""Incremental scores, rebuilt scores and a naive reference agree, whatever happened in whatever order.

Takes seconds: each example publishes a model and computes everybody three times.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.actions import LeadInput, upsert_lead
from scoring.actions import continue_build, publish, rebuild, rescore, save_draft
from scoring.models import Score
from scoring.queries import score_of
from tests.conftest import NOW
from tests.scoring.reference import Seen, score
from tracking.actions import NewFact, SubjectRef, record_many
from tracking.catalogue import BY_WIRE

PATHS = ("/a", "/b", "/c")
START = datetime(2026, 10, 30, 12, tzinfo=UTC)
numbers = itertools.count(1)

repeats = st.one_of(
    st.sampled_from([{"mode": "once"}, {"mode": "once_per_object"}, {"mode": "every"}]),
    st.builds(
        lambda n, per: {"mode": "max", "n": n, "per": per},
        st.integers(1, 2),
        st.sampled_from(["day", "week", "month"]),
    ),
)
rules = st.lists(
    st.fixed_dictionaries(
        {
            "event": st.sampled_from(["page_viewed", "page_left"]),
            "points": st.integers(-6, 9),
            "repeat": repeats,
            "count": st.integers(1, 3),
            "name": st.just("規則"),
        },
        optional={
            "where": st.sampled_from([{"field": "path", "op": "eq", "value": path} for path in PATHS]),
            "cap": st.integers(0, 20),
            "group": st.just("web"),
        },
    ),
    min_size=1,
    max_size=4,
)
facts = st.lists(
    st.tuples(
        st.sampled_from(["page_viewed", "page_viewed", "page_left"]),
        st.sampled_from(PATHS),
        st.integers(0, 20 * 24 * 4).map(lambda quarter: START + timedelta(minutes=15 * quarter)),
        st.sampled_from([0, 0, 0, 0, 1, 2]),
    ),
    max_size=14,
)


def model(engagement: list[dict[str, Any]], caps: tuple[int | None, int, int]) -> dict[str, Any]:
    keyed = [{**rule, "key": f"r{place}"} for place, rule in enumerate(engagement)]
    fit_rules = [
        {
            "key": "boss",
            "name": "長",
            "when": {"field": "lead.job_rank", "op": "gte", "value": "director"},
            "points": 7,
        },
        {
            "key": "free",
            "name": "無料",
            "when": {"field": "lead.email_kind", "op": "eq", "value": "free"},
            "points": -4,
        },
    ]
    return {
        "v": 1,
        "key": "default",
        "name": "標準",
        "fit": {"cap": caps[1], "rules": fit_rules},
        "engagement": {"cap": caps[0], "groups": {"web": {"cap": caps[2]}}, "rules": keyed},
        "matrix": {"fit": {"A": 5, "B": 0}, "engagement": {"1": 10, "2": 0}},
        "hot": {"any": [{"total": {"enter": 12, "leave": 8}}]},
    }


def state(seen: list[Seen], lead: int) -> None:
    record_many(
        [
            NewFact(
                BY_WIRE[one.event],
                one.at,
                lead=lead,
                subject=SubjectRef("page", f"https://x.example{one.about}"),
                id=one.id,
                verdict=one.verdict,
            )
            for one in seen
        ]
    )


def enact(document: dict[str, Any]) -> None:
    save_draft("default", document, by=None, now=NOW)
    publish("default", by=None, now=NOW)
    while not continue_build(now=NOW).finished:
        pass


def stored(lead: int) -> dict[str, Any]:
    return Score.objects.filter(lead_id=lead).values("fit", "engagement", "total", "cell", "over", "hot").get()


@pytest.mark.usefixtures("in_acme")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rules=rules,
    happened=facts,
    caps=st.tuples(st.none() | st.integers(0, 30), st.integers(0, 9), st.integers(0, 25)),
    cuts=st.lists(st.integers(1, 5), max_size=5),
    shuffled=st.randoms(use_true_random=False),
)
def test_incremental_is_rebuild_is_reference(
    rules: Any, happened: Any, caps: Any, cuts: list[int], shuffled: Any
) -> None:
    document = model(rules, caps)
    enact(document)
    number = next(numbers)
    made = upsert_lead(LeadInput(email=f"p{number}@gmail.com", job_title="部長"), by=None, now=NOW)
    lead = made.lead_id or 0
    seen = [Seen(UUID(int=number * 1000 + place), *one) for place, one in enumerate(happened)]
    arriving = list(seen)
    shuffled.shuffle(arriving)

    for chunk in chunks([*arriving, *arriving[:2]], cuts):
        state(chunk, lead)
        rescore([lead], now=NOW)
    rescore([lead], now=NOW)

    agree(lead, score(document, seen, fit_keys={"boss", "free"}))
    kept = stored(lead)
    assert rebuild(now=NOW) == 0
    assert stored(lead) == kept


def agree(lead: int, expected: dict[str, Any]) -> None:
    """What is kept, what is shown and what the reference says are the same, line by line."""
    shown, kept = score_of(lead, now=NOW), stored(lead)
    assert {axis: kept[axis] for axis in ("fit", "engagement", "total")} == {
        axis: expected[axis] for axis in ("fit", "engagement", "total")
    }
    assert (shown.fit, shown.engagement, shown.total, shown.cell) == tuple(
        kept[k] for k in ("fit", "engagement", "total", "cell")
    )
    assert sum(line.points for line in shown.lines) == shown.total
    lines = sorted((line.rule, line.raw_points, line.points) for line in shown.lines if line.rule != "floor")
    assert lines == expected["lines"]


def chunks(seen: list[Seen], cuts: list[int]) -> list[list[Seen]]:
    """Pieces of the given sizes, then the rest."""
    pieces, rest = [], list(seen)
    for size in cuts:
        pieces.append(rest[:size])
        rest = rest[size:]
    return [piece for piece in [*pieces, rest] if piece]


def test_a_rebuild_writes_only_what_differs(person: Callable[..., int]) -> None:
    lead = person(job_title="部長")
    rescore([lead], now=NOW)
    Score.objects.filter(lead_id=lead).update(fit=99, total=99)

    assert rebuild(now=NOW) == 1
    assert stored(lead)["total"] == 5
    assert rebuild(now=NOW) == 0
