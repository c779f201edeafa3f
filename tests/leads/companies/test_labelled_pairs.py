"""Company names labelled by hand: what joins by itself is right, what is one company is at least suggested."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from leads.companies import Identity, compare, near_key

LIST = Path(__file__).parents[1] / "data" / "company_pairs.tsv"


@dataclass(frozen=True)
class Pair:
    label: str
    one: Identity
    other: Identity

    @property
    def verdict(self) -> str:
        return compare(self.one, self.other).verdict


def pairs() -> list[Pair]:
    found = []
    for line in LIST.read_text().splitlines():
        if line and not line.startswith("#"):
            label, *cells = line.split("\t")
            one, other, one_domain, other_domain, number, other_number = [*cells, *[""] * 4][:6]
            found.append(
                Pair(
                    label,
                    Identity(one, number, frozenset({one_domain} - {""})),
                    Identity(other, other_number, frozenset({other_domain} - {""})),
                )
            )
    return found


def test_joins_are_right_and_few_are_missed(capsys: pytest.CaptureFixture[str]) -> None:
    verdicts = [(pair, pair.verdict) for pair in pairs()]
    joined = [pair for pair, verdict in verdicts if verdict == "join"]
    same = [(pair, verdict) for pair, verdict in verdicts if pair.label == "same"]
    found = [pair for pair, verdict in same if verdict != "apart"]
    precision = sum(pair.label == "same" for pair in joined) / len(joined)
    recall = len(found) / len(same)
    with capsys.disabled():
        print(f"\n{len(verdicts)} pairs: auto-join precision {precision:.4f}, recall with suggestions {recall:.4f}")

    assert len(verdicts) >= 500
    assert Counter(pair.label for pair, _ in verdicts)["trap"] >= 150
    assert precision >= 0.99, [(pair.one.name, pair.other.name) for pair in joined if pair.label != "same"]
    assert recall >= 0.9, [(pair.one.name, pair.other.name) for pair, verdict in same if verdict == "apart"]


def test_subsidiaries_and_regional_units_are_not_even_suggested() -> None:
    suggested = [pair for pair in pairs() if pair.label == "trap" and pair.verdict == "suggest"]

    assert len(suggested) <= 0.1 * len([pair for pair in pairs() if pair.label == "trap"])


def test_order_says_nothing() -> None:
    assert all(compare(pair.one, pair.other) == compare(pair.other, pair.one) for pair in pairs())


def test_what_is_judged_near_without_a_domain_has_one_near_key() -> None:
    """The database looks for doubles by this key."""
    near = [pair for pair in pairs() if pair.verdict == "suggest" and not pair.one.domains]
    near = [pair for pair in near if "kana_english" in compare(pair.one, pair.other).reasons]

    assert near
    assert all(near_key(pair.one.name) == near_key(pair.other.name) for pair in near)
