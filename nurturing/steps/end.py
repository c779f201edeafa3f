"""The end of the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from nurturing.reading import Reader
from nurturing.steps.contract import (
    Caption,
    Decision,
    Exit,
    Finish,
    Language,
    Step,
    Visit,
)


@dataclass(frozen=True)
class EndStep(Step):
    """`{"type": "end", "reason": "…"?}`"""

    type = "end"
    label = "End"

    reason: str

    @classmethod
    def parse(cls, reader: Reader, language: Language) -> Self:
        """Read `reason`; without one the run is completed."""
        del language
        return cls(reason=reader.text("reason", most=80) if reader.has("reason") else "completed")

    def exits(self) -> tuple[Exit, ...]:
        """None."""
        return ()

    def decide(self, visit: Visit, answer: int | None) -> Decision:
        """Over."""
        del visit, answer
        return Finish(self.reason)

    def caption(self) -> Caption:
        """The reason where the author gave one."""
        return Caption("" if self.reason == "completed" else "%(reason)s", {"reason": self.reason})
