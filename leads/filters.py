"""The lead list's address read back: search, filters as conditions, sort, place."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from conditions import WORDS, ConditionRefused, compile, describe, parse
from leads.queries import SORTS, LeadFilter
from leads.queries.listing import WORD_SORTS
from ma_platform.api.pages import decode

PAGE_SIZE = 50
Json = dict[str, Any]  # Any: a condition as JSON
SCORE_BANDS = ("80", "50", "20")


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force as a sentence, and the parameter that takes it away."""

    text: str
    parameter: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for."""

    q: str
    stage: str
    score: str
    tag: str
    owner: str
    created: str
    did: str
    sort: str
    cursor: str

    @classmethod
    def of(cls, query: QueryDict) -> "Asked":
        """Unknown sorts fall back to the default, so that an old bookmark still opens."""
        sort = query.get("sort", "")
        known = sort in SORTS or sort.removeprefix("-") in WORD_SORTS
        texts = {name: query.get(name, "").strip()[:200] for name in ("q", *TESTS, "cursor")}
        return cls(**texts, sort=sort if known else "-updated")

    def tests(self) -> dict[str, Json]:
        """Conditions by parameter, without those this workspace cannot ask."""
        stated = {name: TESTS[name](getattr(self, name)) for name in TESTS if getattr(self, name)}
        return {name: test for name, test in stated.items() if test and _may_ask(test)}

    def narrowed(self) -> bool:
        """Whether anything hides people."""
        return bool(self.q or self.tests())

    def chips(self) -> list[Chip]:
        """One chip per filter in force."""
        locale = get_language() or "ja"
        chips = [Chip(describe(parse(test), locale=locale), name) for name, test in self.tests().items()]
        return [Chip(_("Search: %(text)s") % {"text": self.q}, "q"), *chips] if self.q else chips

    def filter(self, *, now: datetime, zone: ZoneInfo, limit: int = PAGE_SIZE + 1) -> LeadFilter:
        """As the query takes it. Raises rest_framework's ValidationError for a cursor that is not ours."""
        tests = list(self.tests().values())
        return LeadFilter(
            q=self.q,
            condition=compile(parse({"all": tests}), now=now, tz=zone) if tests else None,
            sort=self.sort,
            after=decode(self.cursor) if self.cursor else None,
            limit=limit,
        )


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
}


def _may_ask(test: Json) -> bool:
    try:
        parse(test)
    except ConditionRefused:
        return False
    return True


def options(word: str) -> list[tuple[str, str]]:
    """The choices of a word as pairs for a select; empty while nobody offers the word."""
    field = WORDS.find(word)
    return [(choice.key, str(choice.label)) for choice in field.options()] if field else []


def score_options() -> list[tuple[str, str]]:
    """Bands of the score, once there is one."""
    if WORDS.find("score.total") is None:
        return []
    return [("hot", _("Hot")), *((band, _("%(points)s points and more") % {"points": band}) for band in SCORE_BANDS)]
