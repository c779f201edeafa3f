"""The conditions judged the slow and obvious way: from the JSON, one lead at a time, in Python."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from conditions import fold
from tests.conditions.scratch import Event, Lead
from tests.conditions.words import FLOW_STATES, RANKS

FOLDED = {"lead.name", "lead.department", "lead.tags", "lead.lists", "company.industry", "title", "visitor.marks"}
CODES = {"page_viewed": 1, "asset_downloaded": 4, "trial_started": 1000}
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}
NEGATIVES: dict[str, str] = {"ne": "eq", "not_in": "in", "not_contains": "contains", "not_within_last": "within_last"}
Document = dict[str, Any]


@dataclass(frozen=True)
class World:
    events: list[Event]
    now: datetime
    tz: ZoneInfo
    people: list[Lead] = field(default_factory=list)  # whoever may be somebody's colleague

    @property
    def today(self) -> date:
        return self.now.astimezone(self.tz).date()


def holds(document: Document, lead: Lead, world: World) -> bool:
    if "event" in document:
        return did(document, lead, world)
    if "account" in document:
        return of_company(document["account"], lead, world)
    if "segment" in document:
        return lead.id == 1
    if "flow" in document:
        return (lead.visits or 0) == FLOW_STATES.index(document["state"]) and (
            "reason" not in document or lead.stage == document["reason"]
        )
    return combined(document, lambda each: holds(each, lead, world), lambda key: lead_value(key, lead), world)


def of_company(document: Document, lead: Lead, world: World) -> bool:
    standing = [mate for mate in world.people if mate.company and mate.merged_into_id is None]
    mates = [mate for mate in standing if lead.company and mate.company and mate.company.id == lead.company.id]
    return any(holds(document, mate, world) for mate in mates)


def holds_for_event(document: Document, event: Event, world: World) -> bool:
    each_holds = lambda each: holds_for_event(each, event, world)  # noqa: E731 (a sentence, not a function)
    return combined(document, each_holds, lambda key: event_value(key, event), world)


def combined(document: Document, judge: Callable[[Document], bool], value: Callable[[str], Any], world: World) -> bool:
    if "all" in document:
        return all(judge(each) for each in document["all"])
    if "any" in document:
        return any(judge(each) for each in document["any"])
    if "not" in document:
        return not judge(document["not"])
    return tested(document, value(document["field"]), world)


def lead_value(key: str, lead: Lead) -> Any:
    owner, name = key.split(".", 1)
    if owner == "company":
        return present(getattr(lead.company, name, None))
    if owner == "attributes":
        return present(lead.attributes.get(name))
    if name == "email_domain":
        return present((lead.email or "").partition("@")[2].partition("@")[0])
    return present(getattr(lead, name))


def event_value(key: str, event: Event) -> Any:
    if key in ("visible_ms", "occurred_at"):
        return event.duration if key == "visible_ms" else event.occurred_at
    if key.startswith("properties."):
        return present(event.props.get(key.removeprefix("properties.")))
    return present(getattr(event.subject, {"title": "name"}.get(key, key), None))


def present(value: Any) -> Any:
    return None if value in ("", ()) else value


# One test


def tested(document: Document, value: Any, world: World) -> bool:
    op, wanted = document["op"], document.get("value")
    if op in ("is_set", "is_not_set"):
        known = bool(value is not None and (not isinstance(value, tuple) or any(value)))
        return known is bool(op == "is_set")
    if document["field"] in ("lead.tags", "lead.lists", "visitor.marks"):
        return of_set(document, value or (), world)
    if document["field"].startswith(("attributes.", "properties.")):
        value = as_asked(value, wanted)
    if value is None:
        return bool(document.get("unknown", False))
    return (not positive(document, value, world)) if op in NEGATIVES else positive(document, value, world)


def of_set(document: Document, members: tuple[str, ...], world: World) -> bool:
    op = {"contains": "eq", "in": "in"}[NEGATIVES.get(str(document["op"]), str(document["op"]))]
    one = any(positive({**document, "op": op}, member, world) for member in members)
    return not one if document["op"] in NEGATIVES else one


def as_asked(value: Any, wanted: Any) -> Any:
    """A text reads numbers and truth values as they are written; otherwise another type is no value."""
    if isinstance(wanted[0] if isinstance(wanted, list) else wanted, str) and value is not None:
        return str(value).lower() if isinstance(value, bool) else str(value)
    return value if same_type(value, wanted) else None


def same_type(value: Any, wanted: Any) -> bool:
    sample = wanted[0] if isinstance(wanted, list) else wanted
    if isinstance(sample, bool) or isinstance(value, bool):
        return isinstance(sample, bool) and isinstance(value, bool)
    return isinstance(value, str) == isinstance(sample, str) and value is not None


def positive(document: Document, value: Any, world: World) -> bool:
    op: str = NEGATIVES.get(str(document["op"]), str(document["op"]))
    wanted: Any = document["value"]
    if isinstance(value, str):
        return of_text(op, *folded(document, value, wanted))
    if document["field"] == "lead.job_rank":
        wanted = [RANKS.index(each) for each in wanted] if isinstance(wanted, list) else RANKS.index(wanted)
    if isinstance(value, datetime):
        return of_moment(op, value, wanted, world)
    if isinstance(value, date):
        return of_day(op, value, wanted, world)
    return of_number(op, value, wanted)


def folded(document: Document, value: str, wanted: Any) -> tuple[str, Any]:
    key = document["field"]
    exact = document.get("exact") or document["op"] == "matches"
    if exact or not (key in FOLDED or key.startswith(("attributes.", "properties."))):
        return value, wanted
    return fold(value), [fold(each) for each in wanted] if isinstance(wanted, list) else fold(wanted)


def of_text(op: str, value: str, wanted: Any) -> bool:
    match op:
        case "eq":
            return bool(value == wanted)
        case "in":
            return value in wanted
        case "contains":
            return wanted in value
        case "starts_with":
            return value.startswith(wanted)
        case "ends_with":
            return value.endswith(wanted)
    return re.search(wanted, value) is not None


def of_number(op: str, value: Any, wanted: Any) -> bool:
    if op == "in":
        return value in wanted
    if op == "between":
        return bool(wanted[0] <= value <= wanted[1])
    return COMPARE[op](value, wanted)


def span(duration: dict[str, int]) -> timedelta:
    return timedelta(**duration)


def days_of(name: str, today: date) -> list[date]:
    """Only the periods the random trees use."""
    monday = today - timedelta(days=today.weekday())
    periods = {"today": [today], "this_week": [monday + timedelta(days=each) for each in range(7)]}
    return periods[name] if name in periods else [date.fromisoformat(name)]


def of_day(op: str, value: date, wanted: Any, world: World) -> bool:
    ahead = (value - world.today).days
    match op:
        case "on":
            return value in days_of(wanted, world.today)
        case "between":
            return date.fromisoformat(wanted[0]) <= value <= date.fromisoformat(wanted[1])
        case "before":
            return value < date.fromisoformat(wanted)
        case "after":
            return value > date.fromisoformat(wanted)
        case "within_last":
            return bool(-wanted["days"] < ahead <= 0)
        case "within_next":
            return bool(0 <= ahead < wanted["days"])
    today = world.today  # once: a year is looked through day by day
    return any(comes_round(value, today + timedelta(days=each)) for each in range(wanted["days"]))


def comes_round(day: date, turn: date) -> bool:
    leap = turn.year % 4 == 0 and (turn.year % 100 != 0 or turn.year % 400 == 0)
    month_day = (2, 28) if (day.month, day.day) == (2, 29) and not leap else (day.month, day.day)
    return turn > day and (turn.month, turn.day) == month_day


def of_moment(op: str, value: datetime, wanted: Any, world: World) -> bool:
    local = value.astimezone(world.tz).date()
    if op == "within_last":
        return world.now - span(wanted) < value <= world.now
    if op == "within_next":
        return world.now < value <= world.now + span(wanted)
    if op in ("on", "anniversary_within"):
        return of_day(op, local, wanted, world)
    if op == "between":
        return not beyond(value, wanted[0], local, operator.lt) and not beyond(value, wanted[1], local, operator.gt)
    return beyond(value, wanted, local, {"before": operator.lt, "after": operator.gt}[op])


def beyond(value: datetime, wanted: str, local: date, compare: Callable[[Any, Any], bool]) -> bool:
    if "T" in wanted:
        return compare(value, datetime.fromisoformat(wanted))
    return compare(local, date.fromisoformat(wanted))


# Events


def did(document: Document, lead: Lead, world: World) -> bool:
    matching = events_of(document, lead, world)
    count = document.get("count", {"op": "gte", "value": 1})
    amount: float = len(matching)
    if document.get("sum") == "visible_ms":
        amount = sum(event.duration or 0 for event in matching) / 1000
    if document.get("sum") == "visits":
        amount = len({event.session for event in matching if event.session is not None})
    if document.get("sum") == "properties.amount":
        amount = sum(numbers(matching))
    has_not = (count["op"], count["value"]) in (("eq", 0), ("lte", 0), ("lt", 1))
    if has_not and "within" in document and lead.created_at > world.now - span(document["within"]):
        return False
    return COMPARE[count["op"]](amount, count["value"])


def numbers(events: list[Event]) -> list[float]:
    amounts = [event.props.get("amount") for event in events]
    return [amount for amount in amounts if isinstance(amount, int | float) and not isinstance(amount, bool)]


def events_of(document: Document, lead: Lead, world: World) -> list[Event]:
    return [event for event in world.events if event.lead_id == lead.id and counts(document, event, lead, world)]


def counts(document: Document, event: Event, lead: Lead, world: World) -> bool:
    named = event.name == CODES[document["event"]]
    if document["event"] == "trial_started":
        named = named and event.props.get("name") == "trial_started"
    recent = "within" not in document or event.occurred_at > world.now - span(document["within"])
    if not (named and event.verdict == 0 and recent and event.occurred_at <= world.now):
        return False
    if "where" in document and not holds_for_event(document["where"], event, world):
        return False
    return in_order(document, event, lead, world)


def in_order(document: Document, event: Event, lead: Lead, world: World) -> bool:
    for relation in ("after", "before", "around"):
        if relation in document:
            others = [other for other in events_of(document[relation], lead, world) if other is not event]
            far = span(document[relation]["distance"]) if "distance" in document[relation] else timedelta.max
            return any(is_near(relation, event.occurred_at - other.occurred_at, far) for other in others)
    return True


def is_near(relation: str, gap: timedelta, far: timedelta) -> bool:
    if relation == "around":
        return abs(gap) <= far
    return timedelta() < (gap if relation == "after" else -gap) <= far
