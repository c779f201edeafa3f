"""Patterns people write: RE2 syntax, narrowed to what PostgreSQL's `~` understands the same way.

Understood: letters, `.`, `[a-z]`, `[^…]`, `\\d \\w \\s` (ASCII, as in RE2), `\\t \\n \\r \\f`, escaped punctuation,
`( )`, `(?: )`, `|`, `^`, `$`, `* + ?`, `{m,n}` up to 255 and their lazy forms. Refused: back-references, look-around,
flags, `\\b`, `\\p{…}`, named classes.
RE2 vets the whole first, so what passes is linear there; nothing that passes can fail to compile in the database.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import re2

MAX_LENGTH = 200
MAX_REPEAT = 255  # PostgreSQL's bound; RE2 goes to 1000
SPACE = "\\t\\n\\f\\r\\u0020"
CLASSES = {"d": "0-9", "w": "0-9A-Za-z_", "s": SPACE}
CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
_REPEAT = re.compile(r"\{(\d{1,4})(,?)(\d{0,4})\}")


class PatternRefused(ValueError):
    """Not in the common ground; the text says what, in English, as RE2 does."""


def to_postgres(pattern: str) -> str:
    """The same search for `~`. Raises PatternRefused."""
    if len(pattern) > MAX_LENGTH:
        raise PatternRefused("longer than 200 characters")
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error as error:
        raise PatternRefused(_said(error)) from None
    reader = _Reader(pattern)
    translated = reader.alternatives()
    if reader.rest():
        raise PatternRefused(f"unexpected “{reader.peek()}”")
    return translated


def _said(error: Exception) -> str:
    detail = error.args[0] if error.args else ""
    return detail.decode("utf-8", "replace") if isinstance(detail, bytes) else str(detail)


def _literal(char: str) -> str:
    if char.isascii() and not char.isalnum():
        return f"\\u{ord(char):04x}"
    return char


@dataclass
class _Reader:
    text: str
    at: int = 0

    def rest(self) -> str:
        return self.text[self.at :]

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self) -> str:
        char = self.peek()
        if not char:
            raise PatternRefused("it ends too early")
        self.at += 1
        return char

    def skip(self, expected: str) -> bool:
        if self.text.startswith(expected, self.at):
            self.at += len(expected)
            return True
        return False

    def alternatives(self) -> str:
        branches = [self.branch()]
        while self.skip("|"):
            branches.append(self.branch())
        return "|".join(branches)

    def branch(self) -> str:
        pieces = []
        while self.peek() and self.peek() not in "|)":
            pieces.append(self.piece())
        return "".join(pieces)

    def piece(self) -> str:
        if self.peek() in "^$":
            return self.anchor()
        atom = self.atom()
        repeat = self.repeat()
        if repeat and self.peek() and self.peek() in "*+?{":
            raise PatternRefused("a repetition of a repetition")
        return atom + repeat

    def anchor(self) -> str:
        anchor = self.take()
        if self.peek() and self.peek() in "*+?{":
            raise PatternRefused(f"“{anchor}” cannot be repeated")
        return anchor

    def atom(self) -> str:
        char = self.take()
        if char == "(":
            return self.group()
        if char == "[":
            return self.members()
        if char == "\\":
            return self.escape()
        if char == ".":
            return "[^\\n]"
        if char in "*+?{":
            raise PatternRefused(f"“{char}” has nothing to repeat; write \\{char} for the character")
        return _literal(char)

    def group(self) -> str:
        if not self.skip("?:") and self.peek() == "?":
            raise PatternRefused("groups with (?… are not available, except (?:")
        inner = self.alternatives()
        if not self.skip(")"):
            raise PatternRefused("a parenthesis is not closed")
        return f"(?:{inner})" if inner else "(?:|)"

    def repeat(self) -> str:
        if self.peek() and self.peek() in "*+?":
            sign = self.take()
        elif self.peek() == "{":
            sign = self.counted()
        else:
            return ""
        self.skip("?")  # lazy or greedy finds the same rows
        return sign

    def counted(self) -> str:
        found = _REPEAT.match(self.text, self.at)
        if found is None:
            raise PatternRefused("write \\{ for the character {")
        low, high = int(found[1]), int(found[3] or 0)
        if max(low, high) > MAX_REPEAT:
            raise PatternRefused("repeated more than 255 times")
        self.at = found.end()
        return found[0]

    def escape(self) -> str:
        char = self.take()
        if char in CLASSES:
            return f"[{CLASSES[char]}]"
        if char.lower() in CLASSES:
            return f"[^{CLASSES[char.lower()]}]"
        return _literal(self.escaped(char))

    def escaped(self, char: str) -> str:
        if char in CONTROLS:
            return CONTROLS[char]
        if char.isascii() and not char.isalnum():
            return char
        raise PatternRefused(f"\\{char} is not available")

    def members(self) -> str:
        negated = "^" if self.skip("^") else ""
        if self.peek() == "]":
            raise PatternRefused("write \\] for the character ] in a class")
        items: list[str] = []
        while not self.skip("]"):
            items.append(self.member(first=not items))
        return f"[{negated}{''.join(items)}]"

    def member(self, *, first: bool) -> str:
        if self.text.startswith("[:", self.at):
            raise PatternRefused("named classes are not available")
        if self.peek() == "\\" and self.text[self.at + 1 : self.at + 2] in CLASSES:
            self.at += 2
            return CLASSES[self.text[self.at - 1]]
        low = self.character(first=first)
        if self.peek() != "-" or self.text.startswith("-]", self.at):
            return low
        self.take()
        return f"{low}-{self.character(first=False)}"

    def character(self, *, first: bool) -> str:
        char = self.take()
        if char == "\\":
            return _literal(self.escaped(self.take()))
        if char == "-" and not first and self.peek() != "]":
            raise PatternRefused("write \\- for the character - in a class")
        return _literal(char)
