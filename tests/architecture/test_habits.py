"""Every module keeps every habit; every habit can tell good from bad."""

import ast
from pathlib import Path

import pytest

from tests.architecture.habits import HABITS, Habit
from tests.architecture.tree import modules, parsed


@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: habit.name)
def test_habit_is_kept_everywhere(habit: Habit):
    broken = [line for path in modules() for line in habit.find(parsed(path), path)]

    assert broken == []


@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: habit.name)
def test_habit_knows_good_from_bad(habit: Habit):
    assert list(habit.find(ast.parse(habit.good), Path(habit.at))) == []
    assert len(list(habit.find(ast.parse(habit.bad), Path(habit.at)))) == 1
