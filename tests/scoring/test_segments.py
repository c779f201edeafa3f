"""A score that moves without crossing anything is no fact; segments that ask about scores follow all the same."""

from __future__ import annotations

import pytest

from leads.actions import segments
from leads.actions.segments import building
from leads.models import Segment
from ma_platform import jobs
from scoring.actions import continue_build, publish, rescore
from tests.leads.segments.making import inside, made, said
from tests.people import see
from tracking.catalogue import Event


def test_a_segment_by_score_follows_the_scoring_itself(in_acme, person, now):
    one = person("a@x.example")
    segment = made({"field": "score.engagement", "op": "gt", "value": 0}, now=now)

    see(one, Event.PAGE_VIEWED, at=now, about="/pricing")
    rescore([one], now=now)

    assert inside(segment) == {one}


@pytest.mark.parametrize("many", [0, 1], ids=["by a build of its own", "settled"])
@pytest.mark.parametrize(("announce", "told"), [(False, {"quiet": True}), (True, {})])
def test_whom_a_published_model_moves_starts_scenarios_only_when_asked(
    in_acme, person, now, monkeypatch, many, announce, told
):
    monkeypatch.setattr(building, "MANY", many)
    rung: list[tuple[str, int]] = []
    monkeypatch.setattr(jobs, "start", lambda job, _tenant, *said: rung.append((job.name, *said)))
    one = person("a@x.example")
    see(one, Event.PAGE_VIEWED, at=now, about="/pricing")
    segment = made({"field": "score.engagement", "op": "gt", "value": 0}, now=now)

    publish("default", by=None, now=now, announce=announce)
    while not continue_build(now=now).finished:
        pass
    (quiet,) = [said[-1] for name, *said in rung if name == "leads.tasks.refresh_segment"]
    segments.refresh(segment.pk, now=now, quiet=bool(quiet))
    segments.build(segment.pk, now=now)

    assert (inside(segment), Segment.objects.get().state) == ({one}, "ready")
    assert said(Event.SEGMENT_ENTERED) == [(one, segment.public_id, told)]
