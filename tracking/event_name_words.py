"""Words and shapes of the pages of event names of the workspace's own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from ma_platform.api.pages import encode, number_in
from ma_platform.tenancy.permissions import Capability
from ma_platform.ui import slots
from ma_platform.ui.strangers import plain
from tracking.queries import EventNameFilter, EventNameRow, count_event_names, event_names

STATES = {"live": _("In use"), "ignored": _("Ignored"), "rested": _("No event kept")}
TONES = {"live": "success", "ignored": "warn", "rested": "neutral"}
USES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class EventNameLine:
    """A name with its words. `uses`: the first of what asks about it, `more`: how many others do."""

    row: EventNameRow
    state: str
    tone: str
    vouched: str
    uses: Sequence[slots.Use]
    more: int

    @property
    def title(self) -> str:
        """What it is called, short and without what hides letters."""
        return plain(self.row.label or self.row.name)[:60]


def event_name_page(
    asked: EventNameFilter, cursor: str, *, limit: int, today: date, can: Collection[Capability]
) -> dict[str, object]:
    """What the list shows: `lines`, the cursor of the next page, the total and the choices. Raises ForgedCursor."""
    rows = event_names(asked, today=today, before=number_in(cursor), limit=limit + 1)
    return {
        "lines": event_name_lines(rows[:limit], can=can, most=USES_SHOWN),
        "next_cursor": encode([rows[limit - 1].number]) if len(rows) > limit else "",
        "total": count_event_names(asked),
        "states": [(state, gettext(word)) for state, word in STATES.items()],
    }


def event_name_lines(
    rows: Sequence[EventNameRow], *, can: Collection[Capability], most: int | None = None
) -> list[EventNameLine]:
    """Each with what asks about it, of which `most` are told by name."""
    asking = slots.event_uses({row.number: row.name for row in rows}, can)
    return [_line(row, asking.get(row.number, []), most) for row in rows]


def _line(row: EventNameRow, uses: Sequence[slots.Use], most: int | None) -> EventNameLine:
    shown = uses[:most]
    return EventNameLine(
        row, gettext(STATES[row.state]), TONES[row.state], _vouched(row), shown, len(uses) - len(shown)
    )


def _vouched(row: EventNameRow) -> str:
    if row.added_at:
        return gettext("added by a member")
    return gettext("sent with a secret key") if row.vouched else gettext("sent with the public key only")
