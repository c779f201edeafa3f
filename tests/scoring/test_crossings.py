"""Becoming hot: once per crossing, with hysteresis, cool-down and named actions."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ma_platform.db import sql
from scoring.actions import continue_build, publish, rebuild, rescore, reset_scores, save_draft
from scoring.default_model import DEFAULT as SHIPPED
from scoring.queries import score_of, standings
from tests.conftest import NOW
from tests.people import see
from tests.timing import minutes
from tracking.catalogue import Event

DEFAULT = {
    **SHIPPED,
    "hot": {**SHIPPED["hot"], "any": [{"total": {"enter": 10, "leave": 7}}, SHIPPED["hot"]["any"][1]]},
}


@pytest.fixture(autouse=True)
def hot_at_ten(in_acme: object) -> None:
    publish_model()


def told(lead: int, event: Event = Event.BECAME_HOT) -> list[dict[str, Any]]:
    text = """SELECT props FROM tracking_event
               WHERE tenant_id = %(tenant_id)s AND lead_id = %(lead)s AND name = %(name)s
               ORDER BY occurred_at, txid, id"""
    return [json.loads(props) for props in sql.run(text, lead=lead, name=int(event)).values()]


def read_products(lead: int, *pages: str) -> None:
    for place, page in enumerate(pages):
        see(lead, Event.PAGE_VIEWED, about=f"/products/{page}", at=NOW + minutes(place))
        rescore([lead], now=NOW + minutes(place))


def publish_model(**changes: Any) -> None:
    save_draft("default", {**DEFAULT, **changes}, by=None, now=NOW)
    publish("default", by=None, now=NOW)
    while not continue_build(now=NOW).finished:
        pass


def test_crossing_the_threshold_is_told_once(person: Callable[..., int]) -> None:
    lead = person()

    read_products(lead, "a", "b", "c", "d")

    (crossing,) = told(lead)
    assert (crossing["reason"], crossing["total"], crossing["event"]) == ("total", 10, None)
    assert standings([lead])[lead].hot is True


def test_wobbling_between_leave_and_enter_is_no_new_crossing(person: Callable[..., int]) -> None:
    lead = person(job_title="課長")
    read_products(lead, "a", "b")
    edit(lead, job_rank=None)
    rescore([lead], now=NOW + timedelta(days=30))
    edit(lead, job_rank=3)

    rescore([lead], now=NOW + timedelta(days=31))

    assert len(told(lead)) == 1


def test_falling_below_leave_and_coming_back_is_a_new_crossing_after_the_cool_down(person: Callable[..., int]) -> None:
    lead = person(job_title="部長")
    read_products(lead, "a")
    edit(lead, job_rank=None)
    rescore([lead], now=NOW + timedelta(days=3))
    assert standings([lead])[lead].hot is False
    edit(lead, job_rank=5)

    rescore([lead], now=NOW + timedelta(days=8))

    assert [crossing["total"] for crossing in told(lead)] == [10, 10]


def test_within_the_cool_down_coming_back_is_silent(person: Callable[..., int]) -> None:
    lead = person(job_title="部長")
    read_products(lead, "a")
    edit(lead, job_rank=None)
    rescore([lead], now=NOW + timedelta(days=1))
    edit(lead, job_rank=5)

    rescore([lead], now=NOW + timedelta(days=2))

    assert standings([lead])[lead].hot is True
    assert len(told(lead)) == 1


def test_an_inquiry_is_told_even_from_somebody_who_is_hot_already(person: Callable[..., int]) -> None:
    lead = person()
    read_products(lead, "a", "b")
    see(lead, Event.FORM_SUBMITTED, about="お問い合わせ", at=NOW + minutes(9), props={"message": "見積りを"})

    rescore([lead], now=NOW + minutes(9))
    rescore([lead], now=NOW + minutes(10))

    assert [crossing["reason"] for crossing in told(lead)] == ["total", "event"]


def test_a_late_older_inquiry_is_no_second_crossing(person: Callable[..., int]) -> None:
    lead = person()
    see(lead, Event.FORM_SUBMITTED, about="お問い合わせ", at=NOW)
    rescore([lead], now=NOW)
    see(lead, Event.FORM_SUBMITTED, about="お問い合わせ", at=NOW - timedelta(days=20))

    rescore([lead], now=NOW + timedelta(days=30))

    assert len(told(lead)) == 1


def test_moving_to_another_cell_is_told_with_both_cells(person: Callable[..., int]) -> None:
    lead = person()

    read_products(lead, "a")

    assert told(lead, Event.SCORE_CROSSED) == [{"from": "D4", "to": "D2", "total": 5}]


def test_publishing_a_model_is_silent_unless_asked(person: Callable[..., int]) -> None:
    lead = person(job_title="部長")
    rescore([lead], now=NOW)

    publish_model(hot={"any": [{"total": {"enter": 5, "leave": 1}}]})

    assert standings([lead])[lead].hot is True
    assert told(lead) == []


def test_publishing_with_announcement_tells_crossings(person: Callable[..., int]) -> None:
    lead = person(job_title="部長")
    rescore([lead], now=NOW)
    save_draft("default", {**DEFAULT, "hot": {"any": [{"cells": ["B4"]}]}}, by=None, now=NOW)
    publish("default", by=None, now=NOW, announce=True)

    while not continue_build(now=NOW).finished:
        pass

    assert [crossing["reason"] for crossing in told(lead)] == ["cell"]


def test_the_old_scores_stay_until_the_build_is_done(person: Callable[..., int]) -> None:
    lead = person(job_title="部長")
    rescore([lead], now=NOW)
    save_draft("default", {**DEFAULT, "fit": {"rules": []}}, by=None, now=NOW)
    publish("default", by=None, now=NOW)

    assert continue_build(now=NOW).finished is False
    see(lead, Event.PAGE_VIEWED, about="/products/a")
    rescore([lead], now=NOW)

    assert score_of(lead, now=NOW).total == 10
    assert continue_build(now=NOW).finished is True
    assert score_of(lead, now=NOW).total == 5
    assert standings([lead])[lead].total == 5


def test_excluded_people_have_no_score_and_are_never_hot(person: Callable[..., int]) -> None:
    publish_model(
        exclude=[{"reason": "競合 100%", "when": {"field": "lead.email_domain", "op": "eq", "value": "rival.example"}}]
    )
    lead = person(email="spy@rival.example", job_title="部長")

    read_products(lead, "a", "b", "c")

    row, score = standings([lead])[lead], score_of(lead, now=NOW)
    assert (row.total, row.cell, row.hot, row.excluded) == (None, None, False, "競合 100%")
    assert (score.total, score.lines, score.excluded) == (None, (), "競合 100%")
    assert told(lead) == []


def test_a_reset_forgets_what_was_done_before(person: Callable[..., int]) -> None:
    lead = person(job_title="部長")
    see(lead, Event.FORM_SUBMITTED, about="お問い合わせ")
    rescore([lead], now=NOW)

    reset_scores([lead], after=NOW + minutes(1), now=NOW + minutes(1))

    row = standings([lead])[lead]
    assert (row.fit, row.engagement, row.hot) == (5, 0, False)
    assert rebuild(now=NOW + minutes(2)) == 0


def edit(lead: int, **columns: Any) -> None:
    from leads.models import Lead

    Lead.objects.filter(pk=lead).update(**columns)


def test_a_reset_holds_for_somebody_who_was_never_scored(person: Callable[..., int]) -> None:
    lead = person()
    see(lead, Event.PAGE_VIEWED, about="/products/a")

    reset_scores([lead], after=NOW + minutes(1), now=NOW + minutes(1))
    rescore([lead], now=NOW + minutes(2))

    assert standings([lead])[lead].engagement == 0
