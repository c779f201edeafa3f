"""The operators: one row each, read by the parser, the compiler, the sentences and the builder.

`build` gives SQL that is true, false, or NULL where there is no value; the writer makes leaves total. Comparisons keep
to leakproof operators (=, <>, ranges, ^@) where an index could serve, since row-level security refuses it to others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from conditions import comparisons as sql
from conditions.comparisons import Site
from conditions.kinds import CHOICES, TEXTS, TIMES, Kind
from conditions.phrases import Phrase


class Shape(Enum):
    """What the JSON `value` must look like. NONE: absent."""

    NONE = auto()
    ONE = auto()
    MANY = auto()
    PAIR = auto()
    WHEN = auto()  # ONE, or the name of a period
    DURATION = auto()


@dataclass(frozen=True)
class Operator:
    """`sentence` has places {field} and {value}. negative: true of values that differ, and by wish of absent ones.

    built: the same sentence where its words stand apart, in a builder, if it would not read there.
    """

    key: str
    kinds: frozenset[Kind]
    shape: Shape
    label: Phrase
    sentence: Phrase
    build: Callable[[Site], str]
    negative: bool = False
    clock: bool = False
    built: Phrase | None = None


UNTYPED = frozenset({Kind.ANY})
EQUAL = TEXTS | CHOICES | {Kind.NUMBER, Kind.BOOLEAN} | UNTYPED
LISTED = TEXTS | CHOICES | {Kind.NUMBER, Kind.SET} | UNTYPED
SIZED = frozenset({Kind.NUMBER, Kind.RANK}) | UNTYPED
SPELLED = TEXTS | UNTYPED
EVERY = frozenset(Kind)

_ROWS = (
    Operator(
        "eq",
        EQUAL,
        Shape.ONE,
        Phrase("is", "が次と等しい"),
        Phrase("{field} is {value}", "{field}が{value}"),
        sql.equal,
        built=Phrase("{field} is {value}", "{field}が{value}である"),
    ),
    Operator(
        "ne",
        EQUAL,
        Shape.ONE,
        Phrase("is not", "が次と異なる"),
        Phrase("{field} is not {value}", "{field}が{value}以外"),
        sql.differs,
        negative=True,
    ),
    Operator(
        "lt",
        SIZED,
        Shape.ONE,
        Phrase("less than", "より小さい"),
        Phrase("{field} is less than {value}", "{field}が{value}未満"),
        sql.less,
    ),
    Operator(
        "lte",
        SIZED,
        Shape.ONE,
        Phrase("at most", "以下"),
        Phrase("{field} is at most {value}", "{field}が{value}以下"),
        sql.at_most,
    ),
    Operator(
        "gt",
        SIZED,
        Shape.ONE,
        Phrase("more than", "より大きい"),
        Phrase("{field} is more than {value}", "{field}が{value}超"),
        sql.more,
    ),
    Operator(
        "gte",
        SIZED,
        Shape.ONE,
        Phrase("at least", "以上"),
        Phrase("{field} is at least {value}", "{field}が{value}以上"),
        sql.at_least,
    ),
    Operator(
        "between",
        SIZED | TIMES,
        Shape.PAIR,
        Phrase("between", "の範囲"),
        Phrase("{field} is between {value}", "{field}が{value}"),
        sql.between,
    ),
    Operator(
        "in",
        LISTED,
        Shape.MANY,
        Phrase("is one of", "のいずれか"),
        Phrase("{field} is one of {value}", "{field}が{value}のいずれか"),
        sql.one_of,
    ),
    Operator(
        "not_in",
        LISTED,
        Shape.MANY,
        Phrase("is none of", "のいずれでもない"),
        Phrase("{field} is none of {value}", "{field}が{value}のいずれでもない"),
        sql.none_of,
        negative=True,
    ),
    Operator(
        "contains",
        SPELLED | {Kind.SET},
        Shape.ONE,
        Phrase("contains", "を含む"),
        Phrase("{field} contains {value}", "{field}に{value}を含む"),
        sql.contains,
    ),
    Operator(
        "not_contains",
        SPELLED | {Kind.SET},
        Shape.ONE,
        Phrase("does not contain", "を含まない"),
        Phrase("{field} does not contain {value}", "{field}に{value}を含まない"),
        sql.lacks,
        negative=True,
    ),
    Operator(
        "starts_with",
        SPELLED,
        Shape.ONE,
        Phrase("starts with", "で始まる"),
        Phrase("{field} starts with {value}", "{field}が{value}で始まる"),
        sql.starts_with,
    ),
    Operator(
        "ends_with",
        SPELLED,
        Shape.ONE,
        Phrase("ends with", "で終わる"),
        Phrase("{field} ends with {value}", "{field}が{value}で終わる"),
        sql.ends_with,
    ),
    Operator(
        "matches",
        SPELLED,
        Shape.ONE,
        Phrase("matches the pattern", "が正規表現に一致"),
        Phrase("{field} matches the pattern {value}", "{field}が正規表現{value}に一致"),
        sql.matches,
    ),
    Operator(
        "is_set",
        EVERY,
        Shape.NONE,
        Phrase("is known", "が入力済み"),
        Phrase("{field} is known", "{field}が入力済み"),
        sql.is_set,
    ),
    Operator(
        "is_not_set",
        EVERY,
        Shape.NONE,
        Phrase("is not known", "が未入力"),
        Phrase("{field} is not known", "{field}が未入力"),
        sql.is_not_set,
    ),
    Operator(
        "on",
        TIMES,
        Shape.WHEN,
        Phrase("on", "が次の日"),
        Phrase("{field} is {value}", "{field}が{value}"),
        sql.on,
        built=Phrase("{field} is in {value}", "{field}が{value}である"),
    ),
    Operator(
        "before",
        TIMES,
        Shape.ONE,
        Phrase("before", "より前"),
        Phrase("{field} is before {value}", "{field}が{value}より前"),
        sql.before,
    ),
    Operator(
        "after",
        TIMES,
        Shape.ONE,
        Phrase("after", "より後"),
        Phrase("{field} is after {value}", "{field}が{value}より後"),
        sql.after,
    ),
    Operator(
        "within_last",
        TIMES,
        Shape.DURATION,
        Phrase("within the last", "が過去〜以内"),
        Phrase("{field} is within the last {value}", "{field}が過去{value}以内"),
        sql.within_last,
        clock=True,
    ),
    Operator(
        "not_within_last",
        TIMES,
        Shape.DURATION,
        Phrase("not within the last", "が過去〜以内ではない"),
        Phrase("{field} is not within the last {value}", "{field}が過去{value}以内ではない"),
        sql.not_within_last,
        negative=True,
        clock=True,
    ),
    Operator(
        "within_next",
        TIMES,
        Shape.DURATION,
        Phrase("within the next", "が今後〜以内"),
        Phrase("{field} is within the next {value}", "{field}が今後{value}以内"),
        sql.within_next,
        clock=True,
    ),
    Operator(
        "anniversary_within",
        TIMES,
        Shape.DURATION,
        Phrase("has its anniversary within", "の記念日が今後〜以内"),
        Phrase("{field} has its anniversary within the next {value}", "{field}の記念日が今後{value}以内"),
        sql.anniversary_within,
        clock=True,
    ),
)

OPERATORS = {row.key: row for row in _ROWS}


def operators_for(kind: Kind) -> tuple[Operator, ...]:
    """What a builder offers for a field of this kind, in the order shown."""
    return tuple(row for row in _ROWS if kind in row.kinds)
