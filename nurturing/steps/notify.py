"""Tell a colleague about the lead, by mail or in the application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from nurturing.reading import Reader
from nurturing.steps.contract import Caption, Decision, Exit, Go, Language, Step, Visit

RECIPIENTS = ("owner", "department", "address")
CHANNELS = ("mail", "in_app")


@dataclass(frozen=True)
class Notify:
    """The effect: one notice per run and visit. `address` is the workspace's alert address."""

    to: str
    channel: str
    text: str


@dataclass(frozen=True)
class NotifyStep(Step):
    """`{"type": "notify", "to": "owner|department|address", "channel": "mail|in_app"?, "text": "…", "next": "s2"}`"""

    type = "notify"
    label = "Notify"

    notice: Notify
    next: str

    @classmethod
    def parse(cls, reader: Reader, language: Language) -> Self:
        """Read the notice and `next`."""
        del language
        notice = Notify(
            to=reader.choice("to", RECIPIENTS),
            channel=reader.choice("channel", CHANNELS, default="mail"),
            text=reader.text("text", most=2000),
        )
        return cls(notice=notice, next=reader.key("next"))

    def exits(self) -> tuple[Exit, ...]:
        """One, at once."""
        return (Exit("next", self.next),)

    def decide(self, visit: Visit, answer: int | None) -> Decision:
        """Write the notice and go on."""
        del visit, answer
        return Go(by="next", to=self.next, outcome="notified", effect=self.notice)

    def caption(self) -> Caption:
        """The first words."""
        return Caption("%(text)s", {"text": self.notice.text[:40]})
