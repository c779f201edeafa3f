"""Wait for a length of time, then for a time of day and an allowed day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from nurturing.reading import Reader
from nurturing.steps.contract import (
    Caption,
    Decision,
    Exit,
    Go,
    KeepWaiting,
    Language,
    Stay,
    Step,
    Visit,
)
from nurturing.workdays import Appointment, read_days, read_duration, read_time

LENGTHS = {
    "minutes": "%(count)s minutes",
    "hours": "%(count)s hours",
    "days": "%(count)s days",
    "business_days": "%(count)s business days",
}


@dataclass(frozen=True)
class WaitStep(Step):
    """`{"type": "wait", "for": {"days": 3}, "at": "09:00"?, "days": "business|any|mon,tue"?, "next": "s3"}`"""

    type = "wait"
    label = "Wait"

    appointment: Appointment
    next: str

    @classmethod
    def parse(cls, reader: Reader, language: Language) -> Self:
        """Read `for`, `at`, `days` and `next`."""
        del language
        appointment = Appointment(
            length=read_duration(reader.take("for"), reader.at("for")),
            at=read_time(reader.find("at"), reader.at("at")) if reader.has("at") else None,
            days=read_days(reader.find("days"), reader.at("days")),
        )
        return cls(appointment=appointment, next=reader.key("next"))

    def exits(self) -> tuple[Exit, ...]:
        """One, later."""
        return (Exit("next", self.next, takes_time=True),)

    def decide(self, visit: Visit, answer: int | None) -> Decision:
        """On arrival the clock is set; it is judged again only when the stay has ended."""
        del answer
        if visit.phase == "arriving":
            return Stay(until=self.appointment.after(visit.now, visit.calendar))
        return Go(by="next", to=self.next, outcome="waited") if visit.overdue else KeepWaiting()

    def caption(self) -> Caption:
        """`3 days`, with the time of day where there is one."""
        length = self.appointment.length
        at = f" {self.appointment.at:%H:%M}" if self.appointment.at else ""
        return Caption(LENGTHS[length.unit], {"count": length.count, "after": at})
