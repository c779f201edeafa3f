"""Patterns: what passes means the same in RE2 and in the database, and never fails there."""

from __future__ import annotations

from typing import Any

import pytest
import re2
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from conditions.pattern import PatternRefused, to_postgres

PARTS = [*"ab1-_ .*+?|()[]^${},\\/", "東", "カ", "\n", "[a-z]", "[^a]", "(?:", "{2}", "{1,3}", "{2,}"]
CLASSES = ["\\d", "\\w", "\\s", "\\D", "\\W", "\\S", "\\.", "\\t"]
patterns = st.lists(st.sampled_from(PARTS + CLASSES), min_size=1, max_size=10).map("".join)
letters = st.sampled_from([*"ab1-_ .{},^$\\/A", "東", "カ", "\n", "\t", "１"])
subjects = st.lists(st.lists(letters, max_size=8).map("".join), min_size=1, max_size=4)

FIND = """SELECT subject ~ %(pattern)s FROM unnest(%(subjects)s::text[]) WITH ORDINALITY AS each (subject, place)
           ORDER BY place"""


@settings(max_examples=500, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(pattern=patterns, subjects=subjects)
def test_an_accepted_pattern_finds_what_re2_finds(cursor: Any, pattern: str, subjects: list[str]) -> None:
    try:
        translated = to_postgres(pattern)
    except PatternRefused:
        assume(False)

    cursor.execute(FIND, {"pattern": translated, "subjects": subjects})

    assert [row[0] for row in cursor.fetchall()] == [re2.search(pattern, each) is not None for each in subjects]


NOT_SHARED = [
    "(a)\\1",
    "(?=a)",
    "(?<!a)b",
    "(?i)a",
    "(?P<x>a)",
    "\\ba",
    "\\pL",
    "[[:alpha:]]",
    "a**",
    "^*",
    "a{300}",
    "{",
    "(",
    "[a",
    "[]a]",
    "(a{100}){100}",
    "\\Aa",
    "a\\z",
    "\\x41",
    "[a-c-e]",
    "*a",
    ")",
]


@pytest.mark.parametrize("pattern", [*NOT_SHARED, "a" * 201])
def test_what_the_two_do_not_share_is_refused(pattern: str) -> None:
    with pytest.raises(PatternRefused):
        to_postgres(pattern)


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("^/pricing(/.*)?$", "/pricing/a", True),
        ("^/pricing$", "/pricing\n", False),
        (".", "\n", False),
        ("[^a]", "\n", True),
        ("\\d", "１", False),
        ("\\w+@", "営業@", False),
        ("(課長|部長)代理", "営業部長代理", True),
        ("[-+]", "a-b", True),
        ("a{2,}?b", "caab", True),
        ("(?:)", "", True),
        ("", "x", True),
    ],
)
def test_the_database_reads_it_the_same(cursor: Any, pattern: str, text: str, matches: bool) -> None:
    cursor.execute("SELECT %(text)s ~ %(pattern)s", {"text": text, "pattern": to_postgres(pattern)})

    assert (cursor.fetchone()[0], re2.search(pattern, text) is not None) == (matches, matches)


def test_a_costly_pattern_stays_cheap(cursor: Any) -> None:
    costly = to_postgres("^(a|a)*(a*)*(a{1,30}){1,30}$")
    cursor.execute("SAVEPOINT hurried; SET LOCAL statement_timeout = '2s'")

    cursor.execute("SELECT %(text)s ~ %(pattern)s", {"text": "a" * 1000 + "!", "pattern": costly})

    assert cursor.fetchone() == (False,)
    cursor.execute("ROLLBACK TO hurried")
