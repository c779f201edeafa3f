"""What every template of the dashboard can see, read only when it is used."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from ma_platform import clock
from ma_platform.ui import navigation, slots

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from django.http import HttpRequest

THEMES = ("light", "dark")


class Shell:
    """The frame around a page; nothing is queried before a template asks.

    Signed-out requests have no workspace: the rail is empty and the bell absent.
    """

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def theme(self) -> str:
        """ "light", "dark", or "" for what the system says."""
        chosen = self._request.COOKIES.get("theme", "")
        return chosen if chosen in THEMES else ""

    @cached_property
    def rail_folded(self) -> bool:
        return self._request.COOKIES.get("rail") == "folded"

    @property
    def workspace(self) -> Any:
        return getattr(self._request, "workspace", None)

    @cached_property
    def other_memberships(self) -> Sequence[Any]:
        """The member's workspaces besides this one."""
        here = getattr(self._request, "membership", None)
        return [one for one in getattr(self._request, "memberships", ()) if one != here]

    @property
    def can(self) -> Collection[Any]:
        return getattr(self._request, "can", frozenset())

    @cached_property
    def sections(self) -> list[list[navigation.Entry]]:
        if not self.workspace:
            return []
        return navigation.sections(path=self._request.path, can=self.can)

    @cached_property
    def bell(self) -> slots.Bell | None:
        """The first filler that may answer decides; no filler, no bell."""
        if not self.workspace:
            return None
        fillers = slots.BELL.fillers(self.can)
        return fillers[0].call(self._request, clock.now()) if fillers else None


def shell(request: HttpRequest) -> dict[str, object]:
    """Context processor: `shell` for the frame, `can` for conditions in templates."""
    frame = Shell(request)
    return {"shell": frame, "workspace": frame.workspace, "can": frame.can}
