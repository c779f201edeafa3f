"""Choose a way by condition: the first that holds wins, else the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from nurturing.reading import Name, Reader, read_name
from nurturing.steps.contract import (
    Caption,
    Condition,
    Decision,
    Exit,
    FirstTrue,
    Go,
    Language,
    Question,
    Step,
    Visit,
)

MOST_BRANCHES = 20


@dataclass(frozen=True)
class Branch:
    """One way: its name on the canvas, its condition, where it leads."""

    name: Name
    when: Condition
    next: str


@dataclass(frozen=True)
class BranchStep(Step):
    """`{"type": "branch", "branches": [{"name": …, "when": condition, "next": "s6"}], "else": "s7"}`"""

    type = "branch"
    label = "Branch"

    branches: tuple[Branch, ...]
    otherwise: str

    @classmethod
    def parse(cls, reader: Reader, language: Language) -> Self:
        """Read the ways in order; `else` is required, so that nobody is stuck."""
        rows = reader.rows("branches", most=MOST_BRANCHES)
        return cls(
            branches=tuple(read_branch(Reader(raw, path), language) for path, raw in rows),
            otherwise=reader.key("else"),
        )

    def exits(self) -> tuple[Exit, ...]:
        """Each branch, then else."""
        ways = tuple(Exit(f"branches/{index}/next", branch.next) for index, branch in enumerate(self.branches))
        return (*ways, Exit("else", self.otherwise))

    def question(self, visit: Visit) -> Question | None:
        """Which condition holds first."""
        del visit
        return FirstTrue(tuple(branch.when for branch in self.branches))

    def decide(self, visit: Visit, answer: int | None) -> Decision:
        """Leave at once by the answer."""
        del visit
        if answer is None:
            return Go(by="else", to=self.otherwise, outcome="else")
        return Go(
            by=f"branches/{answer}/next",
            to=self.branches[answer].next,
            outcome=f"branch_{answer}",
        )

    def caption(self) -> Caption:
        """How many ways there are."""
        return Caption("%(count)s branches", {"count": len(self.branches) + 1})


def read_branch(reader: Reader, language: Language) -> Branch:
    """One way."""
    branch = Branch(
        name=read_name(reader, "name"),
        when=language.condition(reader.take("when"), reader.at("when")),
        next=reader.key("next"),
    )
    reader.close()
    return branch
