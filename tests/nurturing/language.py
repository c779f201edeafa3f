"""A small language for the pure tests: conditions are kept as written, five events are known."""

from __future__ import annotations

from dataclasses import dataclass

from nurturing.reading import refuse
from nurturing.steps.contract import Condition

EVENTS = {"page_viewed": 1, "asset_downloaded": 4, "form_submitted": 7, "email_clicked": 11, "lead_updated": 39}


@dataclass(frozen=True)
class Written:
    """A condition as it was written."""

    text: str


class PlainLanguage:
    """Accepts any object with a `field`; everything else is refused."""

    def condition(self, raw: object, path: str) -> Condition:
        """Keep it."""
        if not isinstance(raw, dict) or "field" not in raw:
            raise refuse(f"{path}/field", "This is required.")
        return Written(str(raw["field"]))

    def event(self, raw: object, path: str) -> int:
        """Look it up."""
        if raw not in EVENTS:
            raise refuse(path, "There is no event %(event)s.", event=raw)
        return EVENTS[str(raw)]

    def where(self, raw: object, path: str) -> Condition:
        """Keep it."""
        return self.condition(raw, path)

    def wakers(self, condition: Condition, path: str) -> frozenset[int]:
        """A change of the lead."""
        return frozenset({EVENTS["lead_updated"]})
