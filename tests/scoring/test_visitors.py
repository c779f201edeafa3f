"""Unknown visitors score by what they do, as the person would; the row follows whoever the browser belongs to."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ma_platform.db import sql
from ma_platform.tenancy.scope import tenant_scope
from scoring.actions import continue_build, get_model, rebuild, rescore_visitors, save_draft
from scoring.actions import publish as publish_draft
from scoring.models import Score, VisitorScore
from scoring.queries import score_of, would_score
from tests.people import make_person
from tests.scoring.test_same_as_reference import PATHS, START, enact, facts, model, rules
from tests.timing import minutes
from tests.tracking.collecting import NOW
from tracking.actions import NewFact, SubjectRef, bind_visitor, erase_visitor, record_many, run_consumers, unbind
from tracking.catalogue import BY_WIRE, Event, Verdict
from tracking.queries import browser_ids

numbers = itertools.count(1)


def viewed(browser: str, path: str, *, at: Any = NOW, verdict: int = 0, event: str = "page_viewed") -> NewFact:
    subject = SubjectRef("page", f"https://x.example{path}")
    return NewFact(BY_WIRE[event], at, visitor=browser, subject=subject, verdict=verdict)


def number(browser: str) -> int:
    (found,) = browser_ids([browser])
    return found


def rows() -> dict[int, tuple[int, int, int]]:
    """Points, raw points and version by browser."""
    found = VisitorScore.objects.values_list("visitor_id", "points", "raw", "version")
    return {visitor: (points, raw, version) for visitor, points, raw, version in found}


def ranked() -> list[tuple[int, int]]:
    """Points and version of what is in force, most points first."""
    in_force = VisitorScore.objects.filter(version=get_model("default").published_version).order_by("-points")
    return list(in_force.values_list("points", "version"))


def finish() -> None:
    while not continue_build(now=NOW, size=1).finished:
        pass


@pytest.mark.usefixtures("in_acme")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rules=rules,
    happened=facts,
    caps=st.tuples(st.none() | st.integers(0, 30), st.integers(0, 9), st.integers(0, 25)),
    shuffled=st.randoms(use_true_random=False),
)
def test_incremental_is_rebuild_is_what_the_person_scores_once_known(
    rules: Any, happened: Any, caps: Any, shuffled: Any
) -> None:
    VisitorScore.objects.all().delete()
    enact(model(rules, caps))
    browser = f"browser-of-property-{next(numbers)}"
    arriving = [viewed(browser, about, at=at, verdict=sure, event=event) for event, about, at, sure in happened]
    shuffled.shuffle(arriving)
    record_many([viewed(browser, "/elsewhere", at=START)])
    visitor = number(browser)

    for fact in arriving:
        record_many([fact])
        rescore_visitors([visitor], now=NOW)
    rescore_visitors([visitor], now=NOW)

    kept, shown = rows().get(visitor, (0, 0, 0)), would_score(visitor, now=NOW)
    assert (rebuild(now=NOW), rows().get(visitor, (0, 0, 0))) == (0, kept)
    assert sum(line.points for line in shown.lines) == shown.points == kept[0]
    lead = make_person(f"{browser}@gmail.com")
    bind_visitor(browser, lead, "form", NOW)
    known = score_of(lead, now=NOW)
    assert known.engagement == kept[0]
    assert [line for line in known.lines if line.axis == "engagement"] == list(shown.lines)


@pytest.fixture
def browsing(acme, globex):
    """A browser of nobody that read two product pages, and one that did in the other workspace."""
    for workspace in (acme.workspace, globex.workspace):
        with tenant_scope(workspace):
            record_many([viewed("browser-0001", path) for path in ("/products/a", "/products/b")])
    run_consumers(now=NOW)
    return acme.workspace


@pytest.mark.django_db(transaction=True)
class TestFollowing:
    """Through the log, as it happens."""

    def test_facts_of_nobody_score(self, browsing):
        with tenant_scope(browsing):
            assert rows() == {number("browser-0001"): (10, 10, 1)}

    def test_the_row_goes_with_the_binding_and_comes_back_with_its_undoing(self, browsing):
        with tenant_scope(browsing):
            lead, visitor = make_person(), number("browser-0001")
            bind_visitor("browser-0001", lead, "form", NOW + minutes(1))
        run_consumers(now=NOW + minutes(1))
        with tenant_scope(browsing):
            bound, engagement = rows(), Score.objects.get(lead_id=lead).engagement
            unbind("browser-0001", lead, at=NOW + minutes(2))
        run_consumers(now=NOW + minutes(2))

        with tenant_scope(browsing):
            assert (bound, engagement) == ({}, 10)
            assert rows() == {visitor: (10, 10, 1)}
            assert Score.objects.get(lead_id=lead).engagement == 0

    def test_points_of_machines_go_and_come_back(self, browsing):
        def judge(verdict: Verdict) -> dict[int, Any]:
            with tenant_scope(browsing):
                visitor = number("browser-0001")
                sql.run(JUDGE, verdict=int(verdict), visitor=visitor)
                told = {"visitors": [visitor], "names": []}
                record_many([NewFact(Event.VERDICT_CHANGED, NOW + minutes(3), props=told)])
            run_consumers(now=NOW + minutes(4))
            with tenant_scope(browsing):
                return rows()

        machine, human = judge(Verdict.MACHINE), judge(Verdict.HUMAN)

        assert (machine, list(human.values())) == ({}, [(10, 10, 1)])

    def test_the_row_goes_with_the_browsers_events(self, browsing):
        with tenant_scope(browsing):
            erase_visitor("browser-0001", by=None, now=NOW + minutes(1))
        run_consumers(now=NOW + minutes(1))

        with tenant_scope(browsing):
            assert rows() == {}

    def test_publishing_brings_the_new_points_at_once_and_never_half(self, browsing):
        with tenant_scope(browsing):
            record_many([viewed("browser-0002", PATHS[0])])
            rule = {"event": "page_viewed", "points": 3, "repeat": {"mode": "every"}, "name": "閲覧"}
            save_draft("default", model([rule], (None, 9, 9)), by=None, now=NOW)
            publish_draft("default", by=None, now=NOW)
            continue_build(now=NOW, size=1)
            halfway = ranked()
            finish()

            assert halfway == [(10, 1)]
            assert ranked() == [(6, 2), (3, 2)]
            assert rows() == {number("browser-0001"): (6, 6, 2), number("browser-0002"): (3, 3, 2)}


JUDGE = "UPDATE tracking_event SET verdict = %(verdict)s WHERE tenant_id = %(tenant_id)s AND visitor_id = %(visitor)s"
