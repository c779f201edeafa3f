"""Words in two languages kept side by side, for sentences that are built rather than looked up."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import translation
from django.utils.functional import Promise


@dataclass(frozen=True)
class Phrase:
    """One text in English and Japanese. `str()` follows the active language; `.say("ja")` does not."""

    en: str
    ja: str

    def say(self, locale: str, /, **facts: object) -> str:
        """The text in `locale` ("ja", "ja-jp" … → ja, anything else → en) with `{name}` places filled in."""
        text = self.ja if locale.startswith("ja") else self.en
        return text.format(**facts) if facts else text

    def __str__(self) -> str:
        return self.say(translation.get_language() or "en")


Label = Phrase | Promise | str


def say(label: Label, *, locale: str) -> str:
    """A label in `locale`, whatever sort of label it is (Phrase, lazy gettext, or plain text the customer wrote)."""
    if isinstance(label, Phrase):
        return label.say(locale)
    if isinstance(label, str):
        return label
    with translation.override(locale):
        return str(label)
