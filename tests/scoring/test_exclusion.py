"""The exclusion list takes scores away and gives them back."""

from __future__ import annotations

from collections.abc import Callable

from leads.actions.exclusions import NewExclusion, add_exclusion, remove_exclusion
from scoring.actions import get_model, rescore
from scoring.heeding import heeds
from scoring.queries import score_of, standings
from scoring.queries.books import rulebook
from tests.conftest import NOW
from tracking.catalogue import Event


def test_who_leaves_the_list_has_the_score_from_before(in_acme, person: Callable[..., int]) -> None:
    lead = person(email="spy@rival.example", job_title="部長")
    rescore([lead], now=NOW)
    before = score_of(lead, now=NOW)

    line = add_exclusion(NewExclusion("domain", "rival.example", "competitor"), by=in_acme.owner, now=NOW)
    rescore([lead], now=NOW)
    away = standings([lead])[lead]
    remove_exclusion(line, by=in_acme.owner, now=NOW)
    rescore([lead], now=NOW)

    assert (away.total, away.excluded is None) == (None, False)
    assert before.total
    assert score_of(lead, now=NOW) == before
    assert standings([lead])[lead].total == before.total
    assert heeds(rulebook(get_model("default"), away.version), Event.LEAD_UPDATED)
