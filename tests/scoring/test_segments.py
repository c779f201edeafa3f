"""A score that moves without crossing anything is no fact; segments that ask about scores follow all the same."""

from __future__ import annotations

from scoring.actions import rescore
from tests.leads.segments.making import inside, made
from tests.people import see
from tracking.catalogue import Event


def test_a_segment_by_score_follows_the_scoring_itself(in_acme, person, now):
    one = person("a@x.example")
    segment = made({"field": "score.engagement", "op": "gt", "value": 0}, now=now)

    see(one, Event.PAGE_VIEWED, at=now, about="/pricing")
    rescore([one], now=now)

    assert inside(segment) == {one}
