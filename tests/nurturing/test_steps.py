"""Each step type against its table of cases in `cases/<type>.json`."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ma_platform.workdays import japanese_calendar
from nurturing.graph import read_step
from nurturing.reading import DocumentRefused
from nurturing.steps import STEP_TYPES
from nurturing.steps.contract import Decision, Finish, Go, Stay, Visit

from .language import PlainLanguage

CASES = Path(__file__).parent / "cases"
PANELS = Path(__file__).parents[2] / "templates" / "nurturing" / "steps"
FRIDAY = "2026-11-20T06:00:00+00:00"  # 15:00 in Tokyo, before 勤労感謝の日 on Monday


def cases(section: str) -> list[Any]:
    """Every case of a section, named `type: behaviour`."""
    return [
        pytest.param(case, id=f"{file.stem}: {case['name']}")
        for file in sorted(CASES.glob("*.json"))
        for case in json.loads(file.read_text())[section]
    ]


def visit_of(case: dict[str, Any]) -> Visit:
    return Visit(
        phase=case.get("phase", "arriving"),
        now=datetime.fromisoformat(case.get("now", FRIDAY)),
        calendar=japanese_calendar("Asia/Tokyo"),
        overdue=case.get("overdue", False),
    )


def written(decision: Decision) -> dict[str, object]:
    """A decision in the words of the case files."""
    if isinstance(decision, Go):
        effect = {"effect": repr(decision.effect)} if decision.effect else {}
        return {"go": decision.by, "to": decision.to, "outcome": decision.outcome, **effect}
    if isinstance(decision, Stay):
        waiting = {"waiting_for": sorted(decision.waiting_for)} if decision.waiting_for else {}
        return {"stay": decision.until.isoformat() if decision.until else None, **waiting}
    return {"finish": decision.reason} if isinstance(decision, Finish) else {"keep": True}


@pytest.mark.parametrize("case", cases("decides"))
def test_a_step_decides(case: dict[str, Any]) -> None:
    step = read_step("s1", case["step"], PlainLanguage())
    visit = visit_of(case)

    assert (step.question(visit) is not None) is case.get("asks", False)
    assert written(step.decide(visit, case.get("answer"))) == case["expect"]


@pytest.mark.parametrize("case", cases("refuses"))
def test_a_step_is_refused_with_the_path_of_the_bad_part(case: dict[str, Any]) -> None:
    with pytest.raises(DocumentRefused) as refusal:
        read_step("s1", case["step"], PlainLanguage())

    assert [problem.path for problem in refusal.value.problems] == [case["path"]]


def test_every_step_type_has_its_cases_and_its_panel() -> None:
    assert {file.stem for file in CASES.glob("*.json")} == set(STEP_TYPES)
    assert {file.stem for file in PANELS.glob("*.html")} == set(STEP_TYPES)


def test_a_decision_leads_only_where_an_exit_is_drawn() -> None:
    decided = [case.values[0] for case in cases("decides") if "go" in case.values[0]["expect"]]
    drawn = [{(way.key, way.to) for way in read_step("s1", case["step"], PlainLanguage()).exits()} for case in decided]

    assert all((case["expect"]["go"], case["expect"]["to"]) in ways for case, ways in zip(decided, drawn, strict=True))
