"""Folding: what is the same text for a marketer, in Python and in the database alike."""

from __future__ import annotations

import sys
import unicodedata
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conditions import fold

written = st.text(st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\0"))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＡＢＣ", "abc"),
        ("カイシャ", "かいしゃ"),
        ("ｶﾞｲｼｬ", "がいしゃ"),
        ("ヴァイオリン", "ゔぁいおりん"),
        ("㈱アクメ", "(株)あくめ"),
        ("ラーメン", "らーめん"),
        ("ÉCOLE", "école"),
        ("İ", "i"),
        ("ΟΔΟΣ", "οδοσ"),
        ("漢字", "漢字"),
        ("", ""),
    ],
)
def test_width_case_and_kana_do_not_matter(text: str, folded: str) -> None:
    assert fold(text) == folded


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=written)
def test_the_database_folds_as_python_does(cursor: Any, text: str) -> None:
    cursor.execute("SELECT ma_fold(%(text)s)", {"text": text})

    assert cursor.fetchone() == (fold(text),)


def test_every_letter_python_knows_folds_alike_in_the_database(cursor: Any) -> None:
    letters = [chr(code) for code in range(1, sys.maxunicode + 1)]
    known = [letter for letter in letters if unicodedata.category(letter) not in ("Cn", "Cs", "Co")]

    cursor.execute(
        "SELECT letter, ma_fold(letter), folded FROM unnest(%(known)s, %(folded)s) AS pair (letter, folded)"
        " WHERE ma_fold(letter) <> folded",
        {"known": known, "folded": [fold(letter) for letter in known]},
    )

    assert cursor.fetchall() == []
