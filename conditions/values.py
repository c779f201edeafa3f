"""The `value` of a test: checked against the field's kind and the operator's shape, and turned into plain Python."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from conditions.kinds import TEXTS, Kind
from conditions.operators import Operator, Shape
from conditions.pattern import PatternRefused, to_postgres
from conditions.refused import ConditionRefused
from conditions.times import MAX_DAYS, PERIODS, UNITS, Duration, Period
from conditions.tree import Scalar, Value
from conditions.vocabulary import Field

MAX_TEXT = 1000
MAX_LIST = 1000
MAX_WHOLE = 2**53
MAX_ANNIVERSARY_DAYS = 366
YEARS = range(1800, 3000)
FARTHEST = timedelta(hours=15, minutes=59)  # of an offset, as Postgres reads it
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)


@dataclass(frozen=True)
class Place:
    """Where a value stands: the field and operator it belongs to, and its path in the document."""

    field: Field
    row: Operator
    path: str

    looked_up: dict[str, int] = dataclasses.field(default_factory=dict)

    @property
    def choices(self) -> dict[str, int]:
        """The place of each choice in order, by key: looked up once for a whole list, since choices may be a query."""
        if not self.looked_up:
            self.looked_up.update({key: place for place, key in enumerate(self.field.stored())})
        return self.looked_up

    def refuse(self, why: str, **facts: object) -> ConditionRefused:
        return ConditionRefused(why, path=self.path, **facts)

    def at(self, key: object) -> Place:
        return dataclasses.replace(self, path=f"{self.path}/{key}")


def read_value(raw: object, place: Place) -> Value:
    """Raises ConditionRefused. Lists become tuples, days `date`, moments aware `datetime`."""
    shape = place.row.shape
    if shape is Shape.DURATION:
        return _for_field(read_duration(raw, path=place.path), place)
    if shape is Shape.MANY:
        return _many(raw, place)
    if shape is Shape.PAIR:
        return _pair(raw, place)
    if shape is Shape.WHEN:
        return _when(raw, place)
    return _scalar(raw, place)


def read_text(raw: object, *, path: str, limit: int = MAX_TEXT) -> str:
    """A text the database can keep: not blank, no NUL, no half of a surrogate pair."""
    if not isinstance(raw, str):
        raise ConditionRefused("shape", path=path, expected="text")
    if not raw:
        raise ConditionRefused("empty", path=path)
    if len(raw) > limit:
        raise ConditionRefused("too_long", path=path, limit=limit)
    if "\0" in raw or any("\ud800" <= char <= "\udfff" for char in raw):
        raise ConditionRefused("characters", path=path)
    return raw


def read_number(raw: object, *, path: str) -> int | float:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise ConditionRefused("shape", path=path, expected="a number")
    if isinstance(raw, float) and not math.isfinite(raw):
        raise ConditionRefused("too_large", path=path)
    if isinstance(raw, int) and abs(raw) > MAX_WHOLE:
        raise ConditionRefused("too_large", path=path)
    return raw


def read_duration(raw: object, *, path: str) -> Duration:
    """`{"days": 14}`, hours or minutes; whole, at least one, at most ten years."""
    if not isinstance(raw, dict) or len(raw) != 1:
        raise ConditionRefused("shape", path=path, expected='{"days": n}, {"hours": n} or {"minutes": n}')
    ((unit, amount),) = raw.items()
    if unit not in UNITS:
        raise ConditionRefused("unknown_key", path=path, key=unit)
    if isinstance(amount, bool) or not isinstance(amount, int) or amount < 1:
        raise ConditionRefused("shape", path=f"{path}/{unit}", expected="a whole number from 1")
    if amount * UNITS[unit] > MAX_DAYS * UNITS["days"]:
        raise ConditionRefused("too_large", path=f"{path}/{unit}")
    return Duration(amount, unit)


def _for_field(duration: Duration, place: Place) -> Duration:
    """Calendar days are measured in days."""
    annual = place.row.key == "anniversary_within"
    if (annual or place.field.kind is Kind.DAY) and duration.unit != "days":
        raise place.at(duration.unit).refuse("shape", expected="days")
    if annual and duration.amount > MAX_ANNIVERSARY_DAYS:
        raise place.at("days").refuse("too_large")
    return duration


def _many(raw: object, place: Place) -> Value:
    if not isinstance(raw, list):
        raise place.refuse("shape", expected="a list")
    if not raw:
        raise place.refuse("empty")
    if len(raw) > MAX_LIST:
        raise place.refuse("too_many", limit=MAX_LIST)
    values = tuple(_scalar(each, place.at(index)) for index, each in enumerate(raw))
    if len({_sort(value) for value in values}) > 1:
        raise place.refuse("shape", expected="values of one type")
    return values


def _sort(value: Scalar) -> type:
    return float if type(value) is int else type(value)


def _pair(raw: object, place: Place) -> Value:
    if not isinstance(raw, list) or len(raw) != 2:
        raise place.refuse("shape", expected="a list of two")
    low, high = (_scalar(each, place.at(index)) for index, each in enumerate(raw))
    if _sort(low) is _sort(high) and _place_in_order(low, place) > _place_in_order(high, place):
        raise place.refuse("backwards")
    return low, high


def _place_in_order(value: Scalar, place: Place) -> float:
    if place.field.kind is Kind.RANK:
        return place.choices[cast("str", value)]
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, date):
        return value.toordinal()
    return cast("float", value)


def _when(raw: object, place: Place) -> Value:
    if isinstance(raw, str) and raw in PERIODS:
        return Period(raw)
    return _day(raw, place)


def _scalar(raw: object, place: Place) -> Scalar:
    return READERS[place.field.kind](raw, place)


def _spelled(raw: object, place: Place) -> str:
    text = read_text(raw, path=place.path)
    if place.row.key == "matches":
        try:
            to_postgres(text)
        except PatternRefused as error:
            raise place.refuse("pattern", detail=error) from None
    return text


def _number(raw: object, place: Place) -> int | float:
    return read_number(raw, path=place.path)


def _boolean(raw: object, place: Place) -> bool:
    if not isinstance(raw, bool):
        raise place.refuse("shape", expected="true or false")
    return raw


def _choice(raw: object, place: Place) -> str:
    text = read_text(raw, path=place.path)
    if text not in place.choices:
        raise place.refuse("choice", value=text)
    return text


def _day(raw: object, place: Place) -> date:
    if not isinstance(raw, str) or not _DAY.fullmatch(raw):
        raise place.refuse("shape", expected="a day as YYYY-MM-DD")
    try:
        day = date.fromisoformat(raw)
    except ValueError:
        raise place.refuse("shape", expected="a day as YYYY-MM-DD") from None
    return _in_range(day, place)


def _moment(raw: object, place: Place) -> date:
    if isinstance(raw, str) and _DAY.fullmatch(raw):
        return _day(raw, place)
    expected = "a time with its offset as 2026-04-01T09:00:00+09:00, or a day"
    if not isinstance(raw, str) or not _MOMENT.fullmatch(raw):
        raise place.refuse("shape", expected=expected)
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        raise place.refuse("shape", expected=expected) from None
    if abs(moment.utcoffset() or timedelta()) > FARTHEST:
        raise place.refuse("shape", expected=expected)
    return _in_range(moment, place)


def _in_range(day: date, place: Place) -> date:
    if day.year not in YEARS:
        raise place.refuse("too_large")
    return day


def _untyped(raw: object, place: Place) -> Scalar:
    """The operator decides where it can; else any text, number or truth value is itself."""
    if Kind.TEXT not in place.row.kinds:
        return _number(raw, place)
    if Kind.NUMBER not in place.row.kinds or isinstance(raw, str):
        return _spelled(raw, place)
    return raw if isinstance(raw, bool) else _number(raw, place)


READERS: Mapping[Kind, Callable[[object, Place], Scalar]] = {
    **dict.fromkeys(TEXTS | {Kind.SET}, _spelled),
    Kind.NUMBER: _number,
    Kind.MOMENT: _moment,
    Kind.DAY: _day,
    Kind.BOOLEAN: _boolean,
    Kind.CHOICE: _choice,
    Kind.RANK: _choice,
    Kind.ANY: _untyped,
}
