"""Titles labelled by hand: read as their rank, and what names no post is left to a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from leads.titles import rank_key, rank_of

LIST = Path(__file__).parents[1] / "data" / "titles.txt"


def titles() -> list[tuple[str, str]]:
    lines = [line.partition(": ") for line in LIST.read_text().splitlines()]
    return [(rank, title) for rank, _, listed in lines for title in listed.split(" | ")]


def test_titles_are_read_as_their_rank(capsys: pytest.CaptureFixture[str]) -> None:
    listed = titles()
    wrong = [(rank, title) for rank, title in listed if (rank_key(rank_of(title)) or "unknown") != rank]
    right = 1 - len(wrong) / len(listed)
    with capsys.disabled():
        print(f"\n{len(listed)} titles: {right:.4f} read as their rank")

    assert len(listed) >= 500
    assert right >= 0.95, wrong


def test_what_names_no_post_is_left_to_a_person() -> None:
    assert [title for rank, title in titles() if rank == "unknown" and rank_of(title) is not None] == []
