"""What sort of value a field yields; an operator is offered, checked and compiled by kind."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """The SQL type a field's expression must have stands behind each kind."""

    TEXT = "text"  # text: ids, compared letter by letter
    FOLDED = "folded"  # text: what people typed, or type; width, case and kana are folded away unless the test is exact
    NUMBER = "number"  # smallint, integer, bigint, float8 or numeric
    MOMENT = "moment"  # timestamptz
    DAY = "day"  # date
    BOOLEAN = "boolean"  # boolean
    CHOICE = "choice"  # the stored form of one of the field's choices (text, or a whole number)
    RANK = "rank"  # the same, the choices listed from low to high
    SET = "set"  # text[], or, with `through`, the text of one member per row
    ANY = "any"  # jsonb of unknown type: the type of the value asked for decides


TEXTS = frozenset({Kind.TEXT, Kind.FOLDED})
CHOICES = frozenset({Kind.CHOICE, Kind.RANK})
TIMES = frozenset({Kind.MOMENT, Kind.DAY})
