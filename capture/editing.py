"""A form document changed from the boxes of its page: texts, order, what is required, one more field. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from capture.document import Json, Text, say

Document = dict[str, Any]  # Any: a form document as JSON
KEY_LIMIT = 50


@dataclass(frozen=True, slots=True)
class FieldEdit:
    """The boxes of one field. `choices` one per line, "value=label" or just the label; None leaves them alone."""

    label: str
    help: str = ""
    required: bool = False
    order: int = 0
    remove: bool = False
    choices: str | None = None


@dataclass(frozen=True, slots=True)
class Addition:
    """A field to add: `kind` "" adds none; `target` is a field of the lead or "" for an answer of its own."""

    kind: str = ""
    label: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """Everything the page can change at once; `after` is (kind, value)."""

    name: str
    submit_label: str
    after: tuple[str, str]
    fields: Sequence[FieldEdit]
    consents: Sequence[str]
    addition: Addition = field(default_factory=Addition)


def apply(document: Document, edit: Edit, *, locale: str) -> Document:
    """The document with the edit; whether it still makes sense is `parse_form`'s to say."""
    changed = {
        **document,
        "name": _worded(document.get("name", ""), edit.name, locale),
        "fields": _fields(document.get("fields", []), edit, locale),
        "consents": _consents(document.get("consents", []), edit.consents, locale),
        "after": _after(document.get("after", {}), edit.after, locale),
    }
    if edit.submit_label or "submit_label" in document:
        changed["submit_label"] = _worded(document.get("submit_label", ""), edit.submit_label, locale)
    return changed


def _fields(present: Sequence[Document], edit: Edit, locale: str) -> list[Document]:
    pairs = list(zip(present, edit.fields, strict=False))
    kept = sorted((pair for pair in pairs if not pair[1].remove), key=lambda pair: pair[1].order)
    fields = [_field(stated, boxes, locale) for stated, boxes in kept]
    fields += list(present[len(edit.fields) :])
    return [*fields, *_added(edit.addition, {str(one.get("key")) for one in present})]


def _field(stated: Document, boxes: FieldEdit, locale: str) -> Document:
    changed = {**stated, "label": _worded(stated.get("label", ""), boxes.label, locale), "required": boxes.required}
    if boxes.help or "help" in stated:
        changed["help"] = _worded(stated.get("help", ""), boxes.help, locale)
    if boxes.choices is not None and stated.get("type") in ("select", "checkbox"):
        choices = _choices(stated.get("choices", []), boxes.choices, locale)
        changed |= {"choices": choices} if choices or "choices" in stated else {}
    return changed


def _choices(present: Sequence[Json], lines: str, locale: str) -> list[Json]:
    known = {_choice_line(one, locale): one for one in present}
    stated = dict.fromkeys(line.strip() for line in lines.splitlines() if line.strip())
    return [known.get(line) or _choice(line) for line in stated]


def _choice(line: str) -> Json:
    value, equals, label = line.partition("=")
    return {"value": value.strip(), "label": label.strip()} if equals else {"value": line, "label": line}


def choice_lines(choices: Sequence[Json], locale: str) -> str:
    """Choices as the page shows them, one per line."""
    return "\n".join(_choice_line(one, locale) for one in choices)


def _choice_line(one: Json, locale: str) -> str:
    if isinstance(one, str):
        return one
    label = say(one.get("label", one["value"]), locale)
    return label if label == one["value"] else f"{one['value']}={label}"


def _added(addition: Addition, taken: set[str]) -> list[Document]:
    if not addition.kind or not addition.label:
        return []
    base = addition.target.removeprefix("lead.") or addition.kind
    names = (base if number == 1 else f"{base}_{number}" for number in range(1, 1_000))
    key = next(name for name in names if name not in taken)
    kind, multiline = ("text", True) if addition.kind == "long" else (addition.kind, False)
    if addition.kind == "long" and not addition.target:
        key = next(name for name in (f"message_{n}" if n else "message" for n in range(1_000)) if name not in taken)
    added: Document = {"key": key[:KEY_LIMIT], "type": kind, "label": addition.label, "required": False}
    added |= {"multiline": True} if multiline else {}
    added |= {"maps_to": addition.target} if addition.target else {}
    return [added | ({"choices": [addition.label]} if kind == "select" else {})]


def _consents(present: Sequence[Document], texts: Sequence[str], locale: str) -> list[Document]:
    """Wordings by place; an emptied box takes the line away."""
    lines = [
        {**stated, "text": _worded(stated.get("text", ""), text, locale)}
        for stated, text in zip(present, texts, strict=False)
        if text
    ]
    extra = [text for text in texts[len(present) :] if text]
    taken = {str(one.get("topic")) for one in present}
    topics = [name for name in ("newsletter", "seminar", "product", "partner") if name not in taken]
    return [
        *lines,
        *({"topic": topic, "text": text, "required": False} for topic, text in zip(topics, extra, strict=False)),
    ]


def _after(present: Mapping[str, Json], stated: tuple[str, str], locale: str) -> Document:
    kind, value = stated
    return {kind: _worded(present.get(kind, ""), value, locale) if kind == "message" else value}


def _worded(present: Text, text: str, locale: str) -> Text:
    """The text in the page's language; other languages keep theirs."""
    return {**present, locale: text} if isinstance(present, Mapping) else text
