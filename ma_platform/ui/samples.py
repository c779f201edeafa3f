"""What the style guide shows: invented people and numbers of a plausible workspace, in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from ma_platform.ui import icons, slots

VISITS: Final = (2, 3, 1, 4, 6, 3, 8, 5, 9, 12, 7, 14)
DAYS: Final = tuple(f"11/{day}" for day in range(11, 23))


@dataclass(frozen=True, slots=True)
class Person:
    """A row of the sample table."""

    last_name: str
    first_name: str
    company: str
    stage: str
    stage_name: str
    points: int
    hot: bool
    verdict: str
    email: str = "sample@example.com"


PEOPLE: Final[dict[str, tuple[Person, ...]]] = {
    "ja": (
        Person("佐々木", "美咲", "株式会社青空製作所", "mql", "MQL", 42, True, "human"),
        Person("髙橋", "健太郎", "みなと精密工業株式会社", "nurturing", "育成", 17, False, "human"),
        Person("五十嵐", "由紀子", "合同会社ひだまり設計事務所", "opportunity", "商談", 61, False, "unsure"),
        Person("長谷川", "翔", "一般社団法人東日本産業デジタル化推進協議会", "lost", "失注", 3, False, "machine"),
    ),
    "en": (
        Person("Okafor", "Ada", "Brightwater Instruments", "mql", "MQL", 42, True, "human"),
        Person("Lindqvist", "Per", "Northline Logistics", "nurturing", "Nurturing", 17, False, "human"),
        Person("Marchetti", "Giulia", "Studio Marchetti & Partners", "opportunity", "Opportunity", 61, False, "unsure"),
        Person(
            "Delacroix-Fontaine",
            "Maximilien",
            "International Association for Industrial Data",
            "lost",
            "Lost",
            3,
            False,
            "machine",
        ),
    ),
}

FUNNEL: Final[dict[str, tuple[tuple[str, int], ...]]] = {
    "ja": (("獲得", 5120), ("育成", 3214), ("MQL", 642), ("SAL", 388), ("商談", 121), ("受注", 34)),
    "en": (("Inquiry", 5120), ("Nurturing", 3214), ("MQL", 642), ("SAL", 388), ("Opportunity", 121), ("Customer", 34)),
}

FLOW_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "ja": (
        "資料請求",
        "お礼メール",
        "3日待つ",
        "料金を見たか",
        "営業へ通知",
        "導入事例メール",
        "終わり",
        "はい",
        "いいえ",
    ),
    "en": (
        "Asked for a document",
        "Thank-you mail",
        "Wait 3 days",
        "Looked at pricing?",
        "Tell sales",
        "Case study mail",
        "End",
        "Yes",
        "No",
    ),
}


class SampleForm(forms.Form):
    """One field of every kind."""

    last_name = forms.CharField(label=_("Last name"))
    email = forms.EmailField(label=_("E-mail address"), help_text=_("We send the confirmation here."))
    stage = forms.ChoiceField(label=_("Stage"), choices=[("inquiry", _("Inquiry")), ("mql", "MQL")], required=False)
    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    topics = forms.MultipleChoiceField(
        label=_("Topics"),
        choices=[("news", _("Newsletter")), ("seminar", _("Seminars"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    agree = forms.BooleanField(
        label=_("I may be contacted by e-mail"), help_text=_("The consent is kept with its wording and time.")
    )


def context(*, language: str, now: datetime, theme: str) -> dict[str, object]:
    """Everything the parts of the style guide read, for one language."""
    return {
        "theme": theme,
        "people": PEOPLE[language],
        "form": _form(theme),
        "now": now,
        "earlier": now - timedelta(hours=3, minutes=12),
        "yesterday": now - timedelta(days=1, hours=2),
        "visits": VISITS,
        "score_parts": _score_parts(),
        "funnel": _funnel(FUNNEL[language]),
        "chart": _chart(),
        "donut": _donut(),
        "graph": _graph(FLOW_WORDS[language]),
        "stages": [("inquiry", _("Inquiry")), ("mql", "MQL")],
        "steps": _steps(),
        "snippet": '<script async src="https://track.example.com/t.js" data-key="wk_9f2c"></script>',
        "icons": _icon_names(),
    }


def _form(theme: str) -> SampleForm:
    """Half filled in and sent, so that errors show; ids differ between the two sides of the page."""
    written = {"last_name": "佐々木", "email": "misaki@", "stage": "mql", "topics": ["news"]}
    return SampleForm({f"{theme}-{name}": value for name, value in written.items()}, prefix=theme)


def _icon_names() -> Sequence[str]:
    return sorted(icons.SHAPES)


def _score_parts() -> list[Mapping[str, object]]:
    return [
        {"label": _("Fit"), "value": 12, "tone": "info", "href": "#"},
        {"label": _("Behaviour"), "value": 24, "tone": "brand", "href": "#"},
        {"label": _("Mail"), "value": 6, "tone": "success", "href": "#"},
    ]


def _funnel(steps: Sequence[tuple[str, int]]) -> list[Mapping[str, object]]:
    before = (None, *(count for _label, count in steps))
    return [
        {"label": label, "count": count, "href": "#", "rate": count / above if above else None}
        for (label, count), above in zip(steps, before, strict=False)
    ]


def _chart() -> Mapping[str, object]:
    return {
        "labels": DAYS,
        "series": [
            {
                "name": str(_("Visitors")),
                "values": [120, 132, 98, 144, 203, 180, 176, 231, 260, 248, 301, 322],
                "tone": "info",
            },
            {"name": str(_("New leads")), "values": [8, 12, 6, 15, 22, 18, 14, 25, 31, 27, 35, 40], "tone": "brand"},
        ],
    }


def _donut() -> Mapping[str, object]:
    labels = [str(_("Search")), str(_("Mail")), str(_("Exhibition")), str(_("Direct"))]
    return {"labels": labels, "series": [{"name": str(_("Source")), "values": [412, 266, 180, 94]}]}


def _steps() -> list[slots.Step]:
    return [
        slots.Step("tag", _("The tag was seen on your site"), True, "#"),
        slots.Step(
            "domain",
            _("Verify the domain you send from"),
            False,
            "#",
            _("Until then mail stays in the local mail box."),
        ),
        slots.Step("form", _("Publish a first form"), False, "#"),
    ]


def _graph(words: Sequence[str]) -> Mapping[str, Any]:
    start, thanks, wait, looked, tell, case, end, yes, no = words
    return {
        "start": "start",
        "steps": {
            "start": {"type": "trigger", "icon": "bolt", "title": start},
            "thanks": {"type": "send_email", "icon": "mail", "title": thanks},
            "wait": {"type": "wait", "icon": "clock", "title": wait},
            "looked": {"type": "branch", "icon": "branch", "title": looked, "text": "/pricing"},
            "tell": {"type": "notify", "icon": "bell", "title": tell},
            "case": {"type": "send_email", "icon": "mail", "title": case},
            "end": {"type": "end", "icon": "stop", "title": end},
        },
        "edges": [
            {"from": "start", "to": "thanks"},
            {"from": "thanks", "to": "wait"},
            {"from": "wait", "to": "looked"},
            {"from": "looked", "to": "tell", "label": yes},
            {"from": "looked", "to": "case", "label": no},
            {"from": "tell", "to": "end"},
            {"from": "case", "to": "end"},
        ],
        "counts": GRAPH_COUNTS,
    }


GRAPH_COUNTS = {
    "start": {"entered": 1240},
    "thanks": {"entered": 1240, "failed": 3},
    "wait": {"entered": 1237, "waiting": 86},
    "looked": {"entered": 1151},
    "tell": {"entered": 212},
    "case": {"entered": 939, "waiting": 4},
    "end": {"entered": 1147},
}
