"""The model every workspace starts with, driven by facts."""

from __future__ import annotations

from collections.abc import Callable

from scoring.actions import rescore
from scoring.queries import score_of, standings
from tests.conftest import NOW
from tests.people import see
from tests.timing import minutes
from tracking.catalogue import Event


def test_a_director_who_reads_two_product_pages_is_hot(person: Callable[..., int]) -> None:
    lead = person(job_title="営業部長")
    see(lead, Event.PAGE_VIEWED, about="/products/crm")
    see(lead, Event.PAGE_VIEWED, about="/products/crm/pricing", at=NOW + minutes(1))

    rescore([lead], now=NOW)

    score = score_of(lead, now=NOW)
    assert (score.fit, score.engagement, score.total, score.cell, score.hot) == (5, 10, 15, "B1", True)
    assert [(line.rule, line.points) for line in score.lines] == [("bucho", 5), ("product", 5), ("product", 5)]


def test_the_same_page_twice_counts_once_and_three_pages_reach_the_cap(person: Callable[..., int]) -> None:
    lead = person()
    for place, page in enumerate(("/products/a", "/products/a", "/products/b", "/pricing", "/features")):
        see(lead, Event.PAGE_VIEWED, about=page, at=NOW + minutes(place))

    rescore([lead], now=NOW)

    score = score_of(lead, now=NOW)
    assert score.total == 15
    assert [(line.points, line.raw_points, line.capped_by) for line in score.lines] == [
        (5, 5, None),
        (5, 5, None),
        (5, 5, None),
        (0, 5, "rule"),
    ]


def test_an_inquiry_makes_hot_without_any_points(person: Callable[..., int]) -> None:
    lead = person()
    see(lead, Event.FORM_SUBMITTED, about="お問い合わせ")

    rescore([lead], now=NOW)

    row = standings([lead])[lead]
    assert (row.total, row.hot) == (0, True)


def test_documents_and_webinars_count_as_in_the_example(person: Callable[..., int]) -> None:
    lead = person(job_title="課長")
    see(lead, Event.ASSET_DOWNLOADED, about="資料A")
    see(lead, Event.ASSET_DOWNLOADED, about="資料B 詳細版")
    see(lead, Event.SEMINAR_REGISTERED)

    rescore([lead], now=NOW)

    score = score_of(lead, now=NOW)
    assert {line.rule: line.points for line in score.lines} == {"kacho": 3, "shiryo_a": 1, "shiryo_b": 2, "webinar": 3}


def test_machines_are_worth_nothing(person: Callable[..., int]) -> None:
    from tracking.actions import NewFact, SubjectRef, record_many

    lead = person()
    page = SubjectRef("page", "https://acme.example/products/a")
    record_many([NewFact(Event.PAGE_VIEWED, NOW, lead=lead, subject=page, verdict=verdict) for verdict in (1, 2)])

    rescore([lead], now=NOW)

    assert score_of(lead, now=NOW).total == 0
