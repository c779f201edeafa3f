"""Typed reading of one part of a JSON document; every refusal carries the path of the bad part."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ma_platform.errors import Refused
from scoring import problems

KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class Part:
    """A value and where it stands (`/fit/rules/0/points`)."""

    value: object
    path: str = ""

    def refuse(self, reason: object) -> Refused:
        """The refusal to raise for this part."""
        return Refused(path=self.path, reason=reason)

    def fields(self, *, required: Sequence[str] = (), optional: Sequence[str] = ()) -> dict[str, Part]:
        """The named parts of an object; refuses what is missing and what nobody knows."""
        known = (*required, *optional)
        members = self.members()
        for name, part in members.items():
            if name not in known:
                raise part.refuse(problems.UNKNOWN % {"known": ", ".join(known)})
        for name in required:
            if name not in members:
                raise Refused(path=f"{self.path}/{name}", reason=problems.MISSING)
        return members

    def members(self) -> dict[str, Part]:
        """All parts of an object by name, whatever the names are."""
        if not isinstance(self.value, dict):
            raise self.refuse(problems.NOT_OBJECT)
        return {str(name): Part(value, f"{self.path}/{name}") for name, value in self.value.items()}

    def items(self, *, most: int) -> list[Part]:
        """The parts of a list, at most `most` of them."""
        if not isinstance(self.value, list):
            raise self.refuse(problems.NOT_LIST)
        if len(self.value) > most:
            raise self.refuse(problems.TOO_MANY % {"most": most})
        return [Part(value, f"{self.path}/{place}") for place, value in enumerate(self.value)]

    def text(self, *, most: int = 200) -> str:
        """A text that is not blank."""
        if isinstance(self.value, str) and self.value.strip() and len(self.value) <= most:
            return self.value
        raise self.refuse(problems.NOT_TEXT % {"most": most})

    def key(self) -> str:
        """A key the author chose."""
        if isinstance(self.value, str) and KEY.fullmatch(self.value):
            return self.value
        raise self.refuse(problems.NOT_KEY)

    def whole(self, *, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included; true and false are not numbers."""
        if isinstance(self.value, int) and not isinstance(self.value, bool) and low <= self.value <= high:
            return self.value
        raise self.refuse(problems.NOT_WHOLE % {"low": low, "high": high})

    def choice(self, choices: Sequence[str]) -> str:
        """One of the given words."""
        if isinstance(self.value, str) and self.value in choices:
            return self.value
        raise self.refuse(problems.NOT_CHOICE % {"choices": ", ".join(choices)})
