"""Words about browsers: their own, and those of the person they belong to, if anybody."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from conditions.audience import VISITORS
from conditions.tree import Member
from conditions.vocabulary import WORDS, Choice, EventWords, Family, Field, MemberWord, Piece, Vocabulary

OF_SOMEBODY = "lead.id IS NOT NULL"
_COLUMN = re.compile(r"lead\.\w+")


class VisitorWords(Vocabulary):
    """What one can ask of a browser. Its own words win; the others are asked of its person.

    Of an unknown visitor every such word is unknown: negative tests hold for it only with "unknown", sets included.
    """

    audience = VISITORS

    def __init__(self, people: Vocabulary, *fields: Field, families: Mapping[str, Family] | None = None) -> None:
        super().__init__(*fields, families=families)
        self._people = people

    @property
    def events(self) -> EventWords:
        return self._people.events

    @property
    def people(self) -> Vocabulary:
        return self._people

    def find(self, key: str) -> Field | None:
        own = super().find(key)
        if own is not None:
            return own
        of_person = self._people.find(key)
        return None if of_person is None else of_somebody(of_person)

    def member_word(self, of: str) -> MemberWord | None:
        word = self._people.member_word(of)
        return None if word is None else _of_members(word)

    def members_listed(self, of: str) -> Sequence[Choice]:
        return self._people.members_listed(of)

    def offered(self) -> tuple[Field, ...]:
        own = super().offered()
        taken = {field.key for field in own}
        return (*own, *(field for field in self._people.offered() if field.key not in taken))

    def fixed(self) -> tuple[Field, ...]:
        own = super().fixed()
        taken = {field.key for field in own}
        return (*own, *(field for field in self._people.fixed() if field.key not in taken))

    def prefixes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*super().prefixes(), *self._people.prefixes())))


def of_somebody(field: Field) -> Field:
    """A word about people with nobody to ask: NULL, whatever its SQL makes of a row that is not there."""
    if field.through is not None:
        return replace(field, given=OF_SOMEBODY)
    folded = None if field.folded_sql is None else _given(field.folded_sql)
    return replace(field, sql=_given(field.sql), folded_sql=folded, given=OF_SOMEBODY)


def _given(sql: str) -> str:
    return sql if _COLUMN.fullmatch(sql) else f"(CASE WHEN {OF_SOMEBODY} THEN {sql} END)"


def _of_members(word: MemberWord) -> MemberWord:
    def known(member: Member) -> Piece:
        piece = word(member)
        return replace(piece, sql=f"({OF_SOMEBODY} AND ({piece.sql}))")

    return known


VISITOR_WORDS = VisitorWords(WORDS)
