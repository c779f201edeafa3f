"""Every module keeps every habit; every habit can tell good from bad."""

import ast
from pathlib import Path

import pytest

from tests.architecture.habits import HABITS, Habit
from tests.architecture.tree import ROOT, modules

PARSED = {path: ast.parse((ROOT / path).read_text()) for path in modules()}


@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: habit.name)
def test_habit_is_kept_everywhere(habit: Habit):
    broken = [line for path, tree in PARSED.items() for line in habit.find(tree, path)]

    assert broken == []


@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: habit.name)
def test_habit_knows_good_from_bad(habit: Habit):
    assert list(habit.find(ast.parse(habit.good), Path(habit.at))) == []
    assert len(list(habit.find(ast.parse(habit.bad), Path(habit.at)))) == 1
