"""Send an e-mail to the lead: a message row is made here, the mail room sends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from nurturing.reading import Reader
from nurturing.steps.contract import (
    Caption,
    Decision,
    Exit,
    Go,
    Language,
    Reference,
    Step,
    Visit,
    read_id,
)


@dataclass(frozen=True)
class SendEmail:
    """The effect: one message per run and visit."""

    email: str


@dataclass(frozen=True)
class SendEmailStep(Step):
    """`{"type": "send_email", "email": "eml_…", "next": "s2"}`"""

    type = "send_email"
    label = "Send e-mail"

    email: str
    next: str

    @classmethod
    def parse(cls, reader: Reader, language: Language) -> Self:
        """Read `email` and `next`."""
        del language
        return cls(email=read_id(reader, "email", "eml"), next=reader.key("next"))

    def exits(self) -> tuple[Exit, ...]:
        """One, at once."""
        return (Exit("next", self.next),)

    def decide(self, visit: Visit, answer: int | None) -> Decision:
        """Queue and go on; whether the mail may leave is judged when it is sent."""
        del visit, answer
        return Go(by="next", to=self.next, outcome="queued", effect=SendEmail(self.email))

    def caption(self) -> Caption:
        """The mail's id; the page puts its subject there."""
        return Caption("%(email)s", {"email": self.email})

    def references(self) -> tuple[Reference, ...]:
        """The e-mail."""
        return (Reference("email", self.email, "email"),)
