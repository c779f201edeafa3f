"""Cells of long tables, drawn here and not in a template: a page has hundreds of them. Every value is escaped."""

from __future__ import annotations

from html import escape

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ma_platform.ui import slots
from ma_platform.ui.templatetags.ui import UNSAID, stage_tone

NOTHING = format_html('<span class="muted nothing">{}</span>', "—")


def unsaid() -> str:
    """In place of a value the reader may not see."""
    return str(UNSAID)


def unsaid_cell() -> slots.Cell:
    """The same in a list."""
    return slots.Cell(unsaid(), title=_("Your role does not see this field."))


def opening(label: str | Promise, *, numeric: bool = False, whole: bool = False, key: str = "") -> SafeString:
    """The opening tag of every cell of a column. whole: on one line; key: of the column, where it may be typed over."""
    names = [name for name, worn in (("num", numeric), ("nowrap", whole)) if worn]
    kind = format_html(' class="{}"', " ".join(names)) if names else ""
    typed = format_html(' data-cell="{}"', key) if key else ""
    return format_html('<td{} data-label="{}"{}>', kind, label, typed)


def inside(cell: slots.Cell | None) -> SafeString:
    """What stands between the tags of a cell."""
    if cell is None or not cell.value:
        return NOTHING
    value = escape(cell.value)
    if cell.title:
        return SafeString(f'<span class="muted" title="{escape(cell.title)}">{value}</span>')
    if cell.tone:
        return SafeString(f'<span class="badge tone-{escape(_tone(cell.tone))}">{value}</span>')
    return SafeString(f'<a href="{escape(cell.href)}">{value}</a>' if cell.href else value)


def _tone(tone: str) -> str:
    """The badge's tone; `stage-mql` stands for the colour of that stage."""
    return stage_tone(tone.removeprefix("stage-")) if tone.startswith("stage-") else tone


def titled(name: str, href: str, beneath: str) -> SafeString:
    """A name that leads to its page, and something small beneath it."""
    return SafeString(
        f'<span class="person-text"><a class="cell-link" href="{escape(href)}">{escape(name)}</a>'
        f'<span class="person-sub">{escape(beneath)}</span></span>'
    )
