"""Put a tag on the lead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from nurturing.reading import Reader
from nurturing.steps.contract import Caption, Decision, Exit, Go, Language, Step, Visit


@dataclass(frozen=True)
class AddTag:
    """The effect; a lead that has the tag keeps it."""

    tag: str


@dataclass(frozen=True)
class AddTagStep(Step):
    """`{"type": "add_tag", "tag": "展示会", "next": "s2"}`"""

    type = "add_tag"
    label = "Add tag"

    tag: str
    next: str

    @classmethod
    def parse(cls, reader: Reader, language: Language) -> Self:
        """Read `tag` and `next`."""
        del language
        return cls(tag=reader.text("tag", most=60), next=reader.key("next"))

    def exits(self) -> tuple[Exit, ...]:
        """One, at once."""
        return (Exit("next", self.next),)

    def decide(self, visit: Visit, answer: int | None) -> Decision:
        """Tag and go on."""
        del visit, answer
        return Go(by="next", to=self.next, outcome="tagged", effect=AddTag(self.tag))

    def caption(self) -> Caption:
        """The tag."""
        return Caption("%(tag)s", {"tag": self.tag})
