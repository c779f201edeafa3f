"""What a builder offers: the words of a vocabulary in one language, as plain JSON values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from conditions.kinds import CHOICES, Kind
from conditions.operators import Operator, operators_for
from conditions.phrases import Label, Phrase, say
from conditions.times import PERIODS
from conditions.vocabulary import WORDS, Choice, EventWord, Field, Fields, Vocabulary

Json = dict[str, Any]  # Any: JSON

# The longest beginning of a key names its group.
GROUPS = {
    "lead.": Phrase("Person", "人"),
    "lead.attributes.": Phrase("Own items of the person", "人の独自項目"),
    "lead.source.": Phrase("Where they came from", "流入元"),
    "attributes.": Phrase("Own items", "独自項目"),
    "company.": Phrase("Company", "企業"),
    "company.attributes.": Phrase("Own items of the company", "企業の独自項目"),
    "score.": Phrase("Score", "スコア"),
    "deal.": Phrase("Deals", "商談"),
    "consent.": Phrase("Consent", "同意"),
    "mail.": Phrase("Mail", "メール"),
    "source.": Phrase("Where they came from", "流入元"),
    "visit.": Phrase("Visits", "訪問"),
    "visitor.": Phrase("Browser", "ブラウザ"),
    "random.": Phrase("Random", "ランダム"),
}
OTHER = Phrase("Other", "その他")
ARCHIVED = Phrase("{of} (archived)", "{of}（アーカイブ済み）")
# Keys people type themselves.
OPEN = {
    "properties.": Phrase("Own property", "独自の属性"),
    "answers.": Phrase("Answer in the form", "フォームの回答"),
}


def offered(*, locale: str, vocabulary: Vocabulary = WORDS) -> Json:
    """Fields with their kinds and choices, operators by kind, events, memberships, periods: labels in `locale`."""
    order = list(GROUPS)
    fields = sorted(vocabulary.offered(), key=lambda field: order.index(_group(field.key)) if _group(field.key) else 99)
    return {
        "groups": _groups(fields, locale),
        "fields": [_field(field, locale) for field in fields],
        "event_fields": [_field(field, locale) for field in vocabulary.events.fields.offered()],
        "totals": [{"key": one.key, "label": _label(one.label, locale)} for one in vocabulary.events.totals.offered()],
        "open_fields": _open(vocabulary.events.fields, locale),
        "operators": {kind.value: [_operator(row, locale) for row in operators_for(kind)] for kind in Kind},
        "events": [_event(word, locale) for word in vocabulary.events.listed()],
        "segments": _choices(vocabulary.members_listed("segment"), locale),
        "flows": _choices(vocabulary.members_listed("flow"), locale),
        "periods": [{"key": key, "label": period.label.say(locale)} for key, period in PERIODS.items()],
    }


def offered_too(keys: Iterable[str], *, locale: str, vocabulary: Vocabulary = WORDS) -> list[Json]:
    """Fields a condition names though no builder lists them, such as archived ones; keys of no field are left out."""
    found = [vocabulary.find(key) for key in dict.fromkeys(keys)]
    return [_field(field, locale) for field in found if field is not None]


def hints(key: str, typed: str, *, locale: str, event: bool = False, vocabulary: Vocabulary = WORDS) -> list[Json]:
    """Known values of a field that fit what was typed; empty for a field without any."""
    field = (vocabulary.events.fields if event else vocabulary).find(key)
    return [] if field is None or field.hints is None else _choices(field.hints(typed), locale)


def _groups(fields: Sequence[Field], locale: str) -> list[Json]:
    keys = dict.fromkeys(_group(field.key) for field in fields)
    return [{"key": key, "label": GROUPS.get(key, OTHER).say(locale)} for key in keys]


def _group(key: str) -> str:
    fitting = [prefix for prefix in GROUPS if key.startswith(prefix)]
    found = max(fitting, key=len, default="")
    return "source." if found == "lead.source." else found


def _field(field: Field, locale: str) -> Json:
    label = _capital(say(field.label, locale=locale))
    told: Json = {
        "key": field.key,
        "label": ARCHIVED.say(locale, of=label) if field.archived else label,
        "group": _group(field.key),
        "kind": field.kind.value,
        "hints": field.hints is not None,
        "sum": field.kind is Kind.NUMBER and (field.through is None or field.sum_sql is not None),
    }
    if field.kind in CHOICES or field.choices:
        told["choices"] = _choices(field.options(), locale)
    return told


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _open(fields: Fields, locale: str) -> list[Json]:
    shown = [(prefix, fields.find(f"{prefix}x")) for prefix in fields.open_prefixes()]
    return [
        {"prefix": prefix, "label": OPEN.get(prefix, OTHER).say(locale), "kind": field.kind.value}
        for prefix, field in shown
        if field is not None
    ]


def _operator(row: Operator, locale: str) -> Json:
    """`head` stands between the field and the value, `tail` after the value."""
    said = (row.built or row.sentence).say(locale).removeprefix("{field}")
    head, _, tail = said.partition("{value}")
    return {
        "key": row.key,
        "label": row.label.say(locale),
        "head": head.strip(),
        "tail": tail.strip(),
        "shape": row.shape.name.lower(),
        "negative": row.negative,
    }


def _event(word: EventWord, locale: str) -> Json:
    verb = word.verb.say(locale) if word.verb else ""
    return {"key": word.key, "label": _label(word.label, locale), "verb": verb}


def _choices(choices: Sequence[Choice], locale: str) -> list[Json]:
    return [_choice(choice, locale) for choice in choices]


def _choice(choice: Choice, locale: str) -> Json:
    told: Json = {"key": choice.key, "label": _label(choice.label, locale)}
    for name, below in (("parts", choice.parts), ("reasons", choice.reasons)):
        if below:
            told[name] = _choices(below, locale)
    return told


def _label(label: Label, locale: str) -> str:
    return say(label, locale=locale)
