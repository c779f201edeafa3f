"""However people, facts and the clock move: the incremental membership is the one a full evaluation finds."""

from __future__ import annotations

from random import Random

import pytest

from tests.leads.segments.histories import History


@pytest.mark.parametrize("seed", range(8))
def test_after_a_random_history_nobody_is_wrongly_in_or_out(in_acme, now, seed):
    history = History(Random(seed), now)
    history.begin(people=8, segments=7)

    wrong = {step: found for step in range(20) if (found := _after_one_thing(history))}

    assert wrong == {}


def _after_one_thing(history: History) -> dict[str, list[int]]:
    history.happen()
    return history.wrong()
