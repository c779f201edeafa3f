"""What a visitor sent, checked against the form: clean values or a reason per field. Pure.

Answers stand under their field's key, those about consent under `consents.<topic>`.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from capture.document import Field, FormDocument
from leads.catalogue import COMPANY_LIMIT, TEXT_LIMITS, AddressRefused, PhoneRefused, read_address, read_phone

LINE_LIMIT = 1_000
TARGET_LIMITS = {"lead.company": COMPANY_LIMIT, **{f"lead.{name}": limit for name, limit in TEXT_LIMITS.items()}}
LONG_LIMIT = 10_000
TICKED = frozenset({"on", "true", "1", "yes"})
Value = str | bool | list[str]


@dataclass(frozen=True, slots=True)
class Checked:
    """Clean values by field key, ticked consents by topic; `errors` by key, as codes of ANSWER_REASONS."""

    values: dict[str, Value] = field(default_factory=dict)
    consents: dict[str, bool] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def texts(self) -> dict[str, str]:
        """The answers that are text."""
        return {key: value for key, value in self.values.items() if isinstance(value, str)}


class AnswerRefused(ValueError):
    """One answer is not acceptable; `code` is a key of ANSWER_REASONS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check(form: FormDocument, answers: Mapping[str, object], consents: Mapping[str, object]) -> Checked:
    """Judge every answer on its own. What is not asked for is left out; a hidden field falls back to its default."""
    checked = Checked()
    for asked in form.fields:
        try:
            value = _read(asked, answers.get(asked.key))
        except AnswerRefused as refused:
            checked.errors[asked.key] = refused.code
        else:
            checked.values[asked.key] = value
    for line in form.consents:
        checked.consents[line.topic] = is_ticked(consents.get(line.topic))
        if line.required and not checked.consents[line.topic]:
            checked.errors[f"consents.{line.topic}"] = "consent_required"
    return checked


def is_ticked(value: object) -> bool:
    """A box as browsers and scripts send it."""
    return value is True or (isinstance(value, str) and value.strip().casefold() in TICKED)


def _read(asked: Field, answer: object) -> Value:
    if asked.kind == "checkbox":
        return _ticks(asked, answer)
    if isinstance(answer, list):
        answer = answer[0] if len(answer) == 1 else answer
    if answer is not None and not isinstance(answer, str):
        raise AnswerRefused("not_text")
    text = clean(answer or "", long=asked.multiline)
    if not text and asked.kind == "hidden":
        text = str(asked.default or "")
    if not text:
        if asked.required:
            raise AnswerRefused("choose" if asked.kind == "select" else "required")
        return ""
    return _typed(asked, text)


def _ticks(asked: Field, answer: object) -> Value:
    if not asked.choices:
        if asked.required and not is_ticked(answer):
            raise AnswerRefused("required")
        return is_ticked(answer)
    stated = [answer] if isinstance(answer, str) else answer
    chosen = [value for value in stated if value] if isinstance(stated, list) else []
    offered = {choice.value for choice in asked.choices}
    if any(not isinstance(value, str) or value not in offered for value in chosen):
        raise AnswerRefused("not_a_choice")
    if asked.required and not chosen:
        raise AnswerRefused("choose")
    return list(dict.fromkeys(chosen))


def _typed(asked: Field, text: str) -> str:
    if len(text) > TARGET_LIMITS.get(asked.maps_to, LONG_LIMIT if asked.multiline else LINE_LIMIT):
        raise AnswerRefused("too_long")
    if asked.kind == "email":
        return _address(text)
    if asked.kind == "phone":
        return _phone(text)
    if asked.kind == "select" and text not in {choice.value for choice in asked.choices}:
        raise AnswerRefused("not_a_choice")
    return text


def _address(text: str) -> str:
    try:
        return read_address(text).text
    except AddressRefused as refused:
        raise AnswerRefused("invalid_address") from refused


def _phone(text: str) -> str:
    try:
        return read_phone(text).text
    except PhoneRefused as refused:
        raise AnswerRefused("invalid_phone") from refused


def clean(text: str, *, long: bool = False) -> str:
    """Composed, without control characters; line breaks stay only in a long text."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = (char if (char == "\n" and long) or not _is_control(char) else " " for char in composed)
    return "".join(kept).strip()


def _is_control(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}
