"""The lead list's address read back: saved view, search, filters as conditions, sort, place."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from conditions import WORDS, Compiled, ConditionRefused, compile, describe, parse, refs
from leads.models import Segment
from leads.queries import SORTS, LeadFilter
from leads.queries.listing import WORD_SORTS
from leads.queries.rolled import CountsByDay
from leads.queries.sensitive import check_condition
from ma_platform import clock
from ma_platform.api.pages import decode

ALL = "all"
PAGE_SIZE = 50
Json = dict[str, Any]  # Any: a condition as JSON
SCORE_BANDS = ("80", "50", "20")


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force as a sentence, and the address without it."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, over the saved view it starts from.

    view: the view's public id, or `all`. written: the condition as JSON text. tests: conditions by parameter. unread:
    why other parameters cannot be understood; while there are any the list is empty, never everybody. back: the page
    before the cursor.
    """

    view: str
    q: str
    filters: Mapping[str, str]
    written: str
    tests: Mapping[str, Json]
    unread: Mapping[str, str]
    sort: str
    cursor: str
    back: bool

    @classmethod
    def of(cls, query: QueryDict, *, view: str = ALL, saved: Json | None = None) -> "Asked":
        """Unknown sorts fall back to the default, so that an old bookmark still opens."""
        start = _texts(saved or {})
        texts = {name: query.get(name, start.get(name, "")).replace("\x00", "").strip() for name in STATED}
        filters = {name: texts[name][:200] for name in TESTS}
        tests, unread = _read({**filters, "condition": texts["condition"]})
        known = texts["sort"] in SORTS or texts["sort"].removeprefix("-") in WORD_SORTS
        return cls(
            view=view,
            q=texts["q"][:200],
            filters=filters,
            written=texts["condition"],
            tests=tests,
            unread=unread,
            sort=texts["sort"] if known else "-updated",
            cursor=query.get("cursor", ""),
            back=query.get("back") == "1" and bool(query.get("cursor")),
        )

    @property
    def refused(self) -> str:
        """Why this list cannot be understood; "" where it can."""
        return " / ".join(self.unread.values())

    @property
    def document(self) -> Json | None:
        """Every filter in force as one condition; None where there is none."""
        return {"all": list(self.tests.values())} if self.tests else None

    def narrowed(self) -> bool:
        """Whether anything hides people."""
        return bool(self.q or self.unread or self.tests)

    def chips(self) -> list[Chip]:
        """One chip per filter in force, and per filter that is not understood."""
        locale = get_language() or "ja"
        texts = {name: describe(parse(test), locale=locale) for name, test in self.tests.items()}
        texts |= {name: _unread(name, self.filters.get(name, "")) for name in self.unread}
        chips = [Chip(text, self.address(without=name)) for name, text in texts.items()]
        searched = _("Search: %(text)s") % {"text": self.q}
        return [Chip(searched, self.address(without="q")), *chips] if self.q else chips

    def address(self, *, without: str = "") -> str:
        """The query part that asks the same again from the first page, or the same less one filter."""
        stated = {"q": self.q, **self.filters, "condition": self.written}
        kept = {name: "" if name == without else value for name, value in stated.items()}
        if self.view == ALL:
            kept = {name: value for name, value in kept.items() if value}
        return "?" + urlencode({"view": self.view, **kept, "sort": self.sort})

    def hidden(self) -> list[tuple[str, str]]:
        """The state as fields of a form."""
        stated = {"q": self.q, **self.filters, "condition": self.written, "sort": self.sort}
        return [("view", self.view), *stated.items()]

    def stated(self) -> Json:
        """What a saved view remembers, without its columns; a condition nobody understands stays as it is."""
        filters = {name: value for name, value in self.filters.items() if value}
        return {"q": self.q, "filters": filters, "condition": _as_kept(self.written), "sort": self.sort}

    def selection(self) -> Json:
        """Everybody this list shows, as jobs and exports take it."""
        return {"ids": []} if self.unread else {"q": self.q, "condition": self.document}

    def filter(self, *, now: datetime, zone: ZoneInfo, limit: int = PAGE_SIZE + 1) -> LeadFilter:
        """As the query takes it. Raises rest_framework's ValidationError for a cursor that is not ours."""
        return LeadFilter(
            q=self.q,
            condition=self._compiled(now, zone),
            sort=self.sort,
            after=decode(self.cursor) if self.cursor else None,
            limit=limit,
            back=self.back,
        )

    def _compiled(self, now: datetime, zone: ZoneInfo) -> Compiled | None:
        if self.unread:
            return Compiled("FALSE", {})
        return compile(parse(self.document), now=now, tz=zone, days=CountsByDay(zone)) if self.tests else None


def _texts(saved: Json) -> dict[str, str]:
    """A saved view as the address would say it."""
    condition = saved.get("condition")
    written = json.dumps(condition, ensure_ascii=False) if condition else ""
    stated = {"q": saved.get("q", ""), "sort": saved.get("sort", ""), "condition": written}
    return {**stated, **{name: str(value) for name, value in (saved.get("filters") or {}).items()}}


def _as_kept(written: str) -> object:
    """The condition as JSON; a text that is none as it was written."""
    try:
        return json.loads(written) if written else None
    except (ValueError, RecursionError):
        return written


def _read(stated: Mapping[str, str]) -> tuple[dict[str, Json], dict[str, str]]:
    """Conditions by parameter, and why the others cannot be understood."""
    tests: dict[str, Json] = {}
    unread: dict[str, str] = {}
    for name, value in stated.items():
        try:
            if value:
                tests[name] = _understood(name, value)
        except ConditionRefused as refused:
            unread[name] = str(refused) if name == "condition" else f"{NAMES[name]}: {refused.reason}"
        except (ValueError, RecursionError):
            unread[name] = _("This is not JSON.")
    return tests, unread


def _understood(name: str, value: str) -> Json:
    """Raises ConditionRefused, and ValueError or RecursionError for what is no JSON."""
    test: Json | None = json.loads(value) if name == "condition" else TESTS[name](value)
    if test is None:
        raise ConditionRefused("choice", path="", value=value)
    _check(test)
    return test


def _unread(name: str, value: str) -> str:
    facts = {"filter": NAMES[name], "value": value}
    return (_("%(filter)s: %(value)s (not understood)") if value else _("%(filter)s (not understood)")) % facts


def _score(band: str) -> Json | None:
    if band == "hot":
        return {"field": "score.hot", "op": "eq", "value": True}
    return {"field": "score.total", "op": "gte", "value": int(band)} if band in SCORE_BANDS else None


def _created(when: str) -> Json:
    """`7d` as the last seven days, `2026-11-22` as that day."""
    days = when.removesuffix("d")
    if days != when and days.isdecimal():
        return {"field": "lead.created_at", "op": "within_last", "value": {"days": int(days[:4])}}
    return {"field": "lead.created_at", "op": "on", "value": when}


def _did(stated: str) -> Json:
    """`form_submitted@2026-11-22`: what they did on that day; without a day, ever."""
    event, _, day = stated.partition("@")
    where = {"where": {"field": "occurred_at", "op": "on", "value": day}} if day else {}
    return {"event": event, **where}


TESTS: dict[str, Callable[[str], Json | None]] = {
    "stage": lambda key: {"field": "lead.stage", "op": "eq", "value": key},
    "score": _score,
    "tag": lambda name: {"field": "lead.tags", "op": "contains", "value": name},
    "owner": lambda email: {"field": "lead.owner", "op": "eq", "value": email},
    "created": _created,
    "did": _did,
    "excluded": lambda said: {"field": "lead.excluded_by", "op": "is_set" if said == "yes" else "is_not_set"},
}
STATED = ("q", "sort", "condition", *TESTS)
NAMES = {
    "stage": gettext_lazy("Stage"),
    "score": gettext_lazy("Score"),
    "tag": gettext_lazy("Tag"),
    "owner": gettext_lazy("Lead owner"),
    "created": gettext_lazy("Created"),
    "did": gettext_lazy("Activity"),
    "excluded": gettext_lazy("Exclusion list"),
    "condition": gettext_lazy("Conditions"),
}


def _check(condition: object) -> None:
    """Raise ConditionRefused for what cannot be read, or names who or what is not there or not shown."""
    node = parse(condition)
    check_condition(node)
    _check_segments(refs(node).segments)
    compile(node, now=clock.now(), tz=ZoneInfo("UTC"))


def _check_segments(named: Collection[str]) -> None:
    """An archived one has nobody, so “not in it” would be everybody."""
    living = Segment.objects.filter(public_id__in=named, archived_at=None).values_list("public_id", flat=True)
    for gone in sorted(set(named) - set(living)) if named else ():
        raise ConditionRefused("unknown_member", path="", key=gone)


def options(word: str) -> list[tuple[str, str]]:
    """The choices of a word as pairs for a select; empty while nobody offers the word."""
    field = WORDS.find(word)
    return [(choice.key, str(choice.label)) for choice in field.options()] if field else []


def score_options() -> list[tuple[str, str]]:
    """Bands of the score, once there is one."""
    if WORDS.find("score.total") is None:
        return []
    return [("hot", _("Hot")), *((band, _("%(points)s points and more") % {"points": band}) for band in SCORE_BANDS)]
