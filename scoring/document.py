"""The score model document: JSON in, frozen dataclasses out; refused with the path of the bad part.

What is not built yet (decay, start delay, account bursts) is refused by name, never silently ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from scoring import problems
from scoring.parts import Part
from scoring.wording import Condition, EventWord, event_condition, event_word, lead_condition

VERSION = 1
MOST_RULES = 200
MOST_POINTS = 10_000
REPEATS = ("once", "once_per_object", "every", "max")
PERIODS = ("day", "week", "month")
LANGUAGES = ("ja", "en")


@dataclass(frozen=True)
class Name:
    """A name in each language; one text stands for both."""

    ja: str
    en: str

    def said(self, locale: str) -> str:
        """said("ja") == "標準"; any other language reads the English one."""
        return self.ja if locale.startswith("ja") else self.en


@dataclass(frozen=True)
class FitRule:
    """Points for who the lead is, or where they work."""

    key: str
    name: Name
    when: Condition
    points: int


@dataclass(frozen=True)
class Repeat:
    """Which matching events count: `limit` of them per bucket; None = all."""

    mode: str
    limit: int | None
    per: str | None


@dataclass(frozen=True)
class EngagementRule:
    """Points for what the lead did: each `count`-th matching human event, as often as `repeat` allows."""

    key: str
    name: Name
    event: EventWord
    where: Condition | None
    count: int
    points: int
    group: str | None
    repeat: Repeat
    cap: int | None


@dataclass(frozen=True)
class Axis:
    """How the points of one axis are bounded and graded; `bands` fall from the best to the one at 0."""

    cap: int | None
    floor: int
    bands: tuple[tuple[str, int], ...]

    def band(self, points: int) -> str:
        """The best band whose bound is reached; the last takes everything below."""
        return next((name for name, bound in self.bands if points >= bound), self.bands[-1][0])


@dataclass(frozen=True)
class NamedAction:
    """One human event that makes hot by itself (asked for a quote)."""

    event: EventWord
    where: Condition | None


@dataclass(frozen=True)
class Hot:
    """Hot = total reached, or one of the cells, or a named action. `enter`/`leave` are None without a threshold."""

    enter: int | None
    leave: int | None
    cells: frozenset[str]
    actions: tuple[NamedAction, ...]
    cooldown: timedelta


@dataclass(frozen=True)
class Exclusion:
    """Who gets no score at all, and why."""

    reason: str
    when: Condition


@dataclass(frozen=True)
class Rulebook:
    """One version of a score model, ready to compute with."""

    key: str
    name: Name
    fit: Axis
    fit_rules: tuple[FitRule, ...]
    engagement: Axis
    rules: tuple[EngagementRule, ...]
    group_caps: Mapping[str, int | None]
    hot: Hot
    exclude: tuple[Exclusion, ...]

    @property
    def events(self) -> tuple[int, ...]:
        """The event numbers that can change a score or make hot, sorted."""
        named = {rule.event.code for rule in self.rules} | {action.event.code for action in self.hot.actions}
        return tuple(sorted(named))

    def cell(self, fit: int, engagement: int) -> str:
        """Where a lead stands in the matrix: cell(60, 0) == "A4"."""
        return self.fit.band(fit) + self.engagement.band(engagement)

    def rule_name(self, key: str, locale: str) -> str:
        """What people call a rule; the key itself for the balancing line and for rules of other versions."""
        rules: tuple[FitRule | EngagementRule, ...] = (*self.fit_rules, *self.rules)
        for rule in rules:
            if rule.key == key:
                return rule.name.said(locale)
        return key


def parse(document: object) -> Rulebook:
    """The rulebook a document describes. Raises errors.Refused with the path of the first bad part."""
    fields = Part(document).fields(
        required=("v", "key", "name", "fit", "engagement", "matrix", "hot"), optional=("exclude",)
    )
    fields["v"].whole(low=VERSION, high=VERSION)
    fit_bands, engagement_bands = _matrix(fields["matrix"])
    fit, fit_rules = _fit(fields["fit"], fit_bands)
    engagement, groups, rules = _engagement(fields["engagement"], engagement_bands)
    _refuse_twins(fields)
    return Rulebook(
        key=fields["key"].key(),
        name=_name(fields["name"]),
        fit=fit,
        fit_rules=fit_rules,
        engagement=engagement,
        rules=rules,
        group_caps=groups,
        hot=_hot(fields["hot"], {fit + number for fit, _ in fit_bands for number, _ in engagement_bands}),
        exclude=_exclude(fields.get("exclude")),
    )


def _name(part: Part) -> Name:
    if not isinstance(part.value, dict):
        text = part.text()
        return Name(ja=text, en=text)
    said = {language: name.text() for language, name in part.fields(optional=LANGUAGES).items()}
    if not said:
        raise part.refuse(problems.MISSING)
    return Name(ja=said.get("ja") or said["en"], en=said.get("en") or said["ja"])


def _cap(part: Part | None) -> int | None:
    return None if part is None or part.value is None else part.whole(low=0, high=1_000_000)


def _points(part: Part) -> int:
    return part.whole(low=-MOST_POINTS, high=MOST_POINTS)


def _fit(part: Part, bands: tuple[tuple[str, int], ...]) -> tuple[Axis, tuple[FitRule, ...]]:
    fields = part.fields(required=("rules",), optional=("cap",))
    rules = tuple(_fit_rule(rule) for rule in fields["rules"].items(most=MOST_RULES))
    return Axis(cap=_cap(fields.get("cap")), floor=0, bands=bands), rules


def _fit_rule(part: Part) -> FitRule:
    fields = part.fields(required=("key", "name", "when", "points"))
    return FitRule(
        key=fields["key"].key(),
        name=_name(fields["name"]),
        when=lead_condition(fields["when"]),
        points=_points(fields["points"]),
    )


def _engagement(
    part: Part, bands: tuple[tuple[str, int], ...]
) -> tuple[Axis, dict[str, int | None], tuple[EngagementRule, ...]]:
    fields = part.fields(required=("rules",), optional=("cap", "floor", "groups"))
    groups = _groups(fields.get("groups"))
    rules = tuple(_engagement_rule(rule, groups) for rule in fields["rules"].items(most=MOST_RULES))
    floor = fields["floor"].whole(low=-1_000_000, high=0) if "floor" in fields else 0
    return Axis(cap=_cap(fields.get("cap")), floor=floor, bands=bands), groups, rules


def _groups(part: Part | None) -> dict[str, int | None]:
    if part is None:
        return {}
    return {Part(key, group.path).key(): _cap(group.fields(optional=("cap",)).get("cap"))
            for key, group in part.members().items()}  # fmt: skip


def _engagement_rule(part: Part, groups: Mapping[str, int | None]) -> EngagementRule:
    fields = part.fields(
        required=("key", "name", "event", "points"),
        optional=("where", "count", "group", "repeat", "cap", "decay", "delay"),
    )
    _refuse_unbuilt(fields)
    if "group" in fields and fields["group"].value not in groups:
        raise fields["group"].refuse(problems.NO_GROUP)
    return EngagementRule(
        key=fields["key"].key(),
        name=_name(fields["name"]),
        event=event_word(fields["event"]),
        where=event_condition(fields.get("where")),
        count=fields["count"].whole(low=1, high=1000) if "count" in fields else 1,
        points=_points(fields["points"]),
        group=fields["group"].key() if "group" in fields else None,
        repeat=_repeat(fields.get("repeat")),
        cap=_cap(fields.get("cap")),
    )


def _refuse_unbuilt(fields: Mapping[str, Part]) -> None:
    """Only "no decay" and "no delay" are understood today; anything else would be scored wrongly."""
    if "decay" in fields:
        mode = fields["decay"].fields(required=("mode",), optional=("days",))["mode"]
        if mode.choice(("none", "expire", "linear", "half_life")) != "none":
            raise mode.refuse(problems.NOT_BUILT % {"what": mode.value})
    if "delay" in fields:
        for unit in fields["delay"].fields(optional=("days", "hours", "minutes")).values():
            if unit.whole(low=0, high=10_000):
                raise unit.refuse(problems.NOT_BUILT % {"what": "delay"})


def _repeat(part: Part | None) -> Repeat:
    if part is None:
        return Repeat(mode="once", limit=1, per=None)
    fields = part.fields(required=("mode",), optional=("n", "per"))
    mode = fields["mode"].choice(REPEATS)
    if mode == "every":
        return Repeat(mode=mode, limit=None, per=None)
    if mode != "max":
        return Repeat(mode=mode, limit=1, per=None)
    fields = part.fields(required=("mode", "n", "per"))
    return Repeat(mode=mode, limit=fields["n"].whole(low=1, high=1000), per=fields["per"].choice(PERIODS))


def _matrix(part: Part) -> tuple[tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]]:
    fields = part.fields(required=("fit", "engagement"))
    return _bands(fields["fit"], "ABCDEFGH"), _bands(fields["engagement"], "12345678")


def _bands(part: Part, letters: str) -> tuple[tuple[str, int], ...]:
    members = part.members()
    names = letters[: len(members)] or letters[0]
    bounds = part.fields(required=tuple(names))
    bands = tuple((name, bounds[name].whole(low=0, high=1_000_000)) for name in names)
    falling = all(better > worse for (_, better), (_, worse) in pairwise(bands))
    if not falling or bands[-1][1] != 0:
        raise part.refuse(problems.BANDS_FALL)
    return bands


def _hot(part: Part, cells: set[str]) -> Hot:
    fields = part.fields(required=("any",), optional=("cooldown",))
    ways = [_way(way, cells) for way in fields["any"].items(most=20)]
    if not ways:
        raise fields["any"].refuse(problems.NOTHING_HOT)
    totals = [way for way in ways if isinstance(way, tuple)]
    if len(totals) > 1:
        raise fields["any"].refuse(problems.TWICE)
    enter, leave = totals[0] if totals else (None, None)
    return Hot(
        enter=enter,
        leave=leave,
        cells=frozenset().union(*(way for way in ways if isinstance(way, frozenset))),
        actions=tuple(way for way in ways if isinstance(way, NamedAction)),
        cooldown=_cooldown(fields.get("cooldown")),
    )


def _way(part: Part, cells: set[str]) -> tuple[int, int] | frozenset[str] | NamedAction:
    members = part.members()
    if "account" in members:
        raise members["account"].refuse(problems.NOT_BUILT % {"what": "account"})
    if "total" in members:
        return _threshold(part.fields(required=("total",))["total"])
    if "cells" in members:
        return frozenset(_cell(cell, cells) for cell in part.fields(required=("cells",))["cells"].items(most=64))
    fields = part.fields(required=("event",), optional=("where",))
    return NamedAction(event=event_word(fields["event"]), where=event_condition(fields.get("where")))


def _threshold(part: Part) -> tuple[int, int]:
    fields = part.fields(required=("enter", "leave"))
    enter = fields["enter"].whole(low=1, high=1_000_000)
    leave = fields["leave"].whole(low=0, high=1_000_000)
    if leave > enter:
        raise fields["leave"].refuse(problems.LEAVE_ABOVE)
    return enter, leave


def _cell(part: Part, cells: set[str]) -> str:
    if part.value not in cells:
        raise part.refuse(problems.NO_CELL)
    return str(part.value)


def _cooldown(part: Part | None) -> timedelta:
    if part is None:
        return timedelta()
    units = part.fields(optional=("days", "hours", "minutes"))
    return timedelta(**{unit: value.whole(low=0, high=10_000) for unit, value in units.items()})


def _exclude(part: Part | None) -> tuple[Exclusion, ...]:
    if part is None:
        return ()
    rows = [row.fields(required=("reason", "when")) for row in part.items(most=50)]
    return tuple(Exclusion(reason=row["reason"].text(), when=lead_condition(row["when"])) for row in rows)


def _refuse_twins(fields: Mapping[str, Part]) -> None:
    seen: set[object] = set()
    for axis in ("fit", "engagement"):
        for rule in fields[axis].members()["rules"].items(most=MOST_RULES):
            key = rule.members()["key"]
            if key.value in seen:
                raise key.refuse(problems.TWICE)
            seen.add(key.value)
