"""What every template of the dashboard can see, read only when it is used."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils.translation import get_language

from ma_platform import clock
from ma_platform.ui import navigation, slots

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest
    from django.utils.safestring import SafeString

    from ma_platform.tenancy.permissions import Capability

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

    @cached_property
    def sees_part(self) -> bool:
        """Whether the member sees a part of the people only."""
        here = getattr(self._request, "membership", None)
        return here is not None and here.is_limited

    @property
    def can(self) -> frozenset[Capability]:
        return getattr(self._request, "can", frozenset())

    @cached_property
    def rail(self) -> SafeString:
        """Drawn once for the rail and for the drawer of a narrow screen."""
        if not self.workspace:
            return rail_for(get_language() or "", None, "")
        return rail_for(get_language() or "", self.can, navigation.current(path=self._request.path, can=self.can))

    @cached_property
    def bell(self) -> slots.Bell | None:
        """The first filler that may answer decides; no filler, no bell."""
        if not self.workspace:
            return None
        fillers = slots.BELL.fillers(self.can)
        return fillers[0].call(self._request, clock.now()) if fillers else None


@lru_cache(maxsize=512)
def rail_for(language: str, can: frozenset[Capability] | None, here: str) -> SafeString:
    """The list of entries, kept by all it is made of: nothing of a workspace or a person is in it. can: None is nobody.

    language: the active one, in which the entries' names come out.
    """
    sections = [] if can is None else navigation.sections(here=here, can=can)
    return render_to_string("ui/_rail_list.html", {"sections": sections})


def shell(request: HttpRequest) -> dict[str, object]:
    """Context processor: `shell` for the frame, `can` for conditions in templates."""
    frame = Shell(request)
    return {"shell": frame, "workspace": frame.workspace, "can": frame.can}
