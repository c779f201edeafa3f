"""`{% load ui %}`: how dates, numbers and names are written, and what the components need."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.template.base import NodeList
from django.template.context import Context
from django.template.loader import render_to_string
from django.template.loader_tags import BLOCK_CONTEXT_KEY, BlockNode
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import is_aware, localtime
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ma_platform import clock
from ma_platform.tenancy.veil import withheld
from ma_platform.ui import addresses, drawings, formats, icons, slots, strangers

register = template.Library()

UNSAID = _("•••• (withheld)")
STAGE_TONES = {
    "inquiry": "neutral",
    "nurturing": "info",
    "mql": "brand",
    "sal": "brand",
    "sql": "brand",
    "opportunity": "warn",
    "customer": "success",
    "recycled": "neutral",
    "lost": "danger",
    "disqualified": "neutral",
    "dormant": "neutral",
}


def _language() -> str:
    return "ja" if (get_language() or "").startswith("ja") else "en"


def _shown(value: datetime) -> datetime:
    return localtime(value) if is_aware(value) else value


def _written(value: Any, write: Callable[..., str]) -> str:
    """A dash for nothing, so that no cell is ever blank."""
    return formats.NOTHING if value is None or value == "" else write(value, language=_language())


@register.filter
def moment(value: datetime | None) -> str:
    """2026年11月22日(日) 14:05 in the active time zone."""
    return _written(value, lambda at, language: formats.moment(_shown(at), language=language))


@register.filter
def short_moment(value: datetime | None) -> str:
    return _written(value, lambda at, language: formats.short_moment(_shown(at), language=language))


@register.filter
def day(value: date | None) -> str:
    """Of a datetime: its day in the active time zone."""
    return _written(
        value, lambda on, language: formats.day(_shown(on) if isinstance(on, datetime) else on, language=language)
    )


@register.filter
def clock_time(value: datetime | None) -> str:
    """14:05:09."""
    return _written(value, lambda at, language: f"{_shown(at):%H:%M:%S}")


@register.filter
def ago(value: datetime | None) -> str:
    """3分前; from 30 days on the date."""
    return _written(value, lambda at, language: formats.ago(_shown(at), now=localtime(clock.now()), language=language))


@register.filter
def number(value: float | str | None) -> str:
    """12,345. A component's attribute arrives as text: digits count as a number, other text stays as it is."""
    if isinstance(value, str) and not value.isdecimal():
        return value or formats.NOTHING
    return _written(value, lambda amount, language: formats.number(int(amount) if isinstance(amount, str) else amount))


@register.filter
def between(value: Any) -> str:
    """320–341 for what has `least` and `most`, one number where they agree."""
    return number(value.least) if value.least == value.most else f"{number(value.least)}–{number(value.most)}"


@register.filter
def signed(value: float | None) -> str:
    """+5, −3, 0."""
    return _written(value, lambda amount, language: f"{amount:+,}".replace("-", "−") if amount else "0")


@register.filter
def compact(value: float | None) -> str:
    return _written(value, formats.compact)


@register.filter
def percent(value: float | None) -> str:
    return _written(value, lambda ratio, language: formats.percent(ratio))


@register.filter
def money(value: float | None, currency: str = "JPY") -> str:
    return _written(value, lambda amount, language: formats.money(amount, currency=currency))


@register.filter
def duration(value: float | None) -> str:
    """Seconds as 1分23秒."""
    return _written(value, formats.duration)


@register.filter
def duration_ms(value: float | None) -> str:
    """Milliseconds as 1分23秒."""
    return _written(value, lambda milliseconds, language: formats.duration(milliseconds / 1000, language=language))


@register.filter
def person_name(person: Any) -> str:
    """Anything with last_name, first_name and email, as object or mapping."""
    read = person.get if isinstance(person, Mapping) else lambda key: getattr(person, key, "")
    return formats.person_name(
        last_name=read("last_name") or "",
        first_name=read("first_name") or "",
        email=read("email") or "",
        language=_language(),
    )


@register.filter
def stage_tone(key: str) -> str:
    return STAGE_TONES.get(key, "neutral")


@register.filter
def spark_points(values: Sequence[float]) -> str:
    return drawings.spark_points(values)


@register.filter
def slices(parts: Sequence[Mapping[str, Any]], whole: float | str = "") -> list[drawings.Slice]:
    return drawings.stacked(parts, whole=float(whole) if whole else None)


@register.filter
def funnel_steps(steps: Sequence[Mapping[str, Any]]) -> list[drawings.FunnelStep]:
    return drawings.funnel(steps)


@register.filter(is_safe=True)
def plain(text: object) -> str:
    """A stranger's text for a heading, a tooltip or a sentence: nothing in it turns or hides letters."""
    return "" if text is None else strangers.plain(text)


@register.filter
def stranger(text: object) -> SafeString:
    """A stranger's text in a list: plain, isolated, cut with an ellipsis. Whatever we did not write is shown by it."""
    return SafeString("") if text is None else strangers.cut(text)


@register.filter
def exactly(word: str) -> str:
    """As the pattern of an input that wants just this word: exactly("(株)") == "\\(株\\)"."""
    return "".join(f"\\{letter}" if letter in "^$\\.*+?()[]{}|/" else letter for letter in word)


@register.filter(is_safe=True)
def trimmed(text: str) -> str:
    """Without the white space around it; what was safe stays safe, what was not is escaped."""
    return text.strip()


@register.filter
def chart_rows(chart: Mapping[str, Any]) -> list[tuple[str, list[Any]]]:
    """(label, one value per series) for the table beside a chart."""
    columns = zip(*(series["values"] for series in chart["series"]), strict=True)
    return [(label, list(values)) for label, values in zip(chart["labels"], columns, strict=True)]


@register.simple_tag
def icon(name: str, *, size: int = 20, label: str = "") -> SafeString:
    """`{% icon "home" size=16 %}`; without a label it says nothing to a screen reader."""
    return icons.drawn(str(name), size, str(label))


@register.simple_tag
def avatar(name: str, *, size: str = "md") -> SafeString:
    """The first letters of a name; beside the name itself, so a screen reader passes over it."""
    drawn = '<span class="avatar avatar-{} avatar-hue-{}" aria-hidden="true">{}</span>'
    return format_html(drawn, size, drawings.hue(str(name)), drawings.initials(str(name)))


@register.simple_tag
def choices(options: Iterable[tuple[object, str]], chosen: object = "") -> SafeString:
    """`<option>`s of (key, text), the one whose key reads as `chosen` selected."""
    kept = str(chosen)
    return SafeString("".join(_choice(str(key), text, selected=str(key) == kept) for key, text in options))


def _choice(key: str, text: str, *, selected: bool) -> str:
    return f'<option value="{escape(key)}"{" selected" if selected else ""}>{conditional_escape(text)}</option>'


@register.simple_tag
def page_url(name: str) -> str:
    """`{% page_url "sign_out" as sign_out_url %}` for what every page links to; "" while the page does not exist."""
    return addresses.page(name)


@register.simple_tag
def said(word: str, *values: str) -> str:
    """The first value there is; or that it is withheld, where the reader may not see it: {% said "lead.phone" … %}."""
    if word in withheld():
        return format_html('<span class="muted" title="{}">{}</span>', _("Your role does not see this field."), UNSAID)
    return next(filter(None, values), "")


@register.simple_tag
def constant(template: str, **words: str) -> SafeString:
    """A fragment made of nothing but the language and a few fixed words, drawn once and kept by them.

    It sees no request, member or workspace, so that nothing of one can be kept for another.
    """
    return _constant(template, get_language() or "", frozenset(words.items()))


@lru_cache(maxsize=256)
def _constant(template: str, language: str, words: frozenset[tuple[str, str]]) -> SafeString:
    return render_to_string(template, dict(words))


@register.simple_tag
def icon_sprite() -> SafeString:
    """The symbols `{% icon %}` refers to; our own constants, no input."""
    return icons.sprite()


@register.simple_tag(takes_context=True)
def repeat_block(context: Context, name: str) -> str:
    """What the page put in block `name`, a second time: <title> and h1 from one block."""
    if BLOCK_CONTEXT_KEY not in context.render_context:
        return ""
    return BlockNode(name, NodeList()).render(context)


@register.simple_tag(takes_context=True)
def query_with(context: Context, **changes: object) -> str:
    """The page's query string with changes, "?" first; None or "" drops a key."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        query.pop(key, None)
        if value not in (None, ""):
            query[key] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def panels_of(context: Context, panels: Iterable[slots.Panel]) -> SafeString:
    """Each panel in its card; a panel sees its own context and the request, not the page's."""
    request = context["request"]
    drawn = ((render_to_string("ui/_panel.html", _panel_context(panel, request), request),) for panel in panels)
    return format_html_join("\n", "{}", drawn)


def _panel_context(panel: slots.Panel, request: Any) -> dict[str, object]:
    body = render_to_string(panel.template, dict(panel.context), request)
    return {"panel": panel, "panel_body": body}
