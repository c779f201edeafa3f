"""Publications, resets and computations that meet: each is done once, and none waits for another for ever."""

from __future__ import annotations

import pytest

from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from scoring.actions import publish, rescore, reset_scores
from scoring.models import ScoreVersion
from scoring.queries import standings
from tests.conftest import NOW
from tests.people import make_person, see
from tests.timing import at_once, minutes
from tracking.catalogue import Event

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_publications_at_the_same_moment_are_two_versions(acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        before = ScoreVersion.objects.count()

    refused = at_once(acme, *[lambda: publish("default", by=None, now=NOW) for _ in range(2)])

    with tenant_scope(acme.workspace):
        assert ScoreVersion.objects.count() == before + 2
    assert refused == ["", ""]


def test_a_reset_and_a_computation_at_the_same_moment_both_end(acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        lead = make_person(job_title="部長")
        see(lead, Event.PAGE_VIEWED, about="/products/a")
        rescore([lead], now=NOW)

    refused = at_once(
        acme,
        lambda: reset_scores([lead], after=NOW + minutes(2), now=NOW + minutes(2)),
        lambda: rescore([lead], now=NOW + minutes(2)),
    )

    with tenant_scope(acme.workspace):
        assert standings([lead])[lead].engagement == 0
    assert refused == ["", ""]
