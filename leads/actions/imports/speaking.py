"""A column that speaks for other fields of a row: its policy counts beside theirs, and a full name is one thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from leads.attributes import Value
from leads.files.stating import SPEAKS_FOR, spoken_for
from leads.merging import Policy, Rules
from leads.names import person_key

STRICTER: tuple[Policy, ...] = ("append", "overwrite", "fill", "never")
Said = Mapping[str, Value]


def ruled(values: Said, cells: Mapping[str, str], known: Said, rules: Rules) -> tuple[Said, Rules]:
    """The clean values of a row and the rules for it, {column: value} as they are `known` beside it.

    The stricter policy counts, that of the column or that of a field it speaks for: a mobile number that may only fill
    blanks overwrites no phone.
    """
    for whole in spoken_for(cells):
        parts = SPEAKS_FOR[whole]
        policy = max((rules.of(name) for name in (whole, *parts)), key=STRICTER.index)
        rules = replace(rules, fields={**rules.fields, **dict.fromkeys(parts, policy)})
        if len(parts) > 1:
            values, rules = _named(values, parts, known, rules)
    return values, rules


def _named(values: Said, parts: tuple[str, ...], known: Said, rules: Rules) -> tuple[Said, Rules]:
    """A full name is taken whole or not at all; one without a gap that is known in two parts is the same name.

    山田太郎 over 鈴木 | 花子 leaves no 花子 behind, over 山田 | 太郎 it changes nothing.
    """
    family, given = parts
    said = [str(values.get(part) or "") for part in parts]
    held = [str(known[part] or "") for part in parts]
    differs = any(old and old != new for old, new in zip(held, said, strict=True))
    same = {person_key(held[0]), person_key(*held), person_key(*reversed(held))}
    if (not said[1] and person_key(said[0]) in same) or (differs and rules.of(family) == "fill"):
        return {name: value for name, value in values.items() if name not in parts}, rules
    if said[1]:
        return values, rules
    return {**values, given: ""}, replace(rules, blanks=rules.blanks | {given})
