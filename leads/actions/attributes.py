"""Fields a workspace adds of its own: made, renamed, put in order, laid aside; and values of a company."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from leads.actions.company_past import differences, remember
from leads.actions.provenance import Provenance
from leads.actions.upsert import Actor
from leads.attributes import (
    ATTRIBUTES_LIMIT,
    CHOICE_KEY,
    CHOICES_LIMIT,
    CHOOSING,
    KEY,
    LABEL_LIMIT,
    PREFIX,
    read_stated,
)
from leads.entry import clean_text
from leads.models import SHAPES, Attribute, Company, Lead
from leads.queries.attributes import definitions
from leads.refusals import LeadRefused
from ma_platform import audit
from ma_platform.db import sql
from ma_platform.errors import DomainError
from tracking.actions import NewFact, record_many
from tracking.catalogue import Event

REASONS = {
    "label": _("Please give a name of 1 to 100 characters."),
    "key": _("A key begins with a letter and has only a to z, 0 to 9 and _; at most 40 characters."),
    "taken": _("There is already a field with this key."),
    "kind": _("There is no such kind of field."),
    "subject": _("A field belongs to leads or to companies."),
    "no_choices": _("Please give at least one choice."),
    "no_choices_here": _("Only fields of choice have choices."),
    "choice": _("A choice has a key (a to z, 0 to 9, - and _) and a name of 1 to 100 characters, each only once."),
    "too_many_choices": _("A field has at most 200 choices."),
    "too_many": _("There are already 100 fields. Archive some that nobody uses."),
}


class AttributeRefused(DomainError):
    """A field that cannot be as stated; `errors` says why by part, in words."""

    code = "attribute_refused"
    message = _("The field is not acceptable.")

    def __init__(self, **codes: str) -> None:
        super().__init__(**codes)
        self.errors = {part: [str(REASONS[code])] for part, code in codes.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeInput:
    """A field as stated. `key` "" is made from the label; choices [(key or "", label)] in order."""

    label: str
    kind: str
    key: str = ""
    subject: str = "lead"
    choices: Sequence[tuple[str, str]] = ()


def create_attribute(said: AttributeInput, *, by: Actor, now: datetime) -> Attribute:
    """A new field, at the end. Raises AttributeRefused."""
    if said.kind not in SHAPES:
        raise AttributeRefused(kind="kind")
    if said.subject not in Attribute.Subject.values:
        raise AttributeRefused(subject="subject")
    present = Attribute.objects.filter(subject=said.subject)
    taken = set(present.values_list("key", flat=True))
    key = said.key.strip() or _key_from(said.label, taken)
    if not KEY.match(key):
        raise AttributeRefused(key="key")
    if key in taken:
        raise AttributeRefused(key="taken")
    if len(taken) >= ATTRIBUTES_LIMIT:
        raise AttributeRefused(label="too_many")
    made: Attribute = Attribute.objects.create(
        subject=said.subject,
        key=key,
        label=_label(said.label),
        kind=said.kind,
        choices=_choices(said.kind, said.choices),
        position=(present.aggregate(last=Max("position"))["last"] or 0) + 1,
        created_at=now,
    )
    audit.record(by, "attribute.created", made.public_id, at=now, key=key, kind=made.kind)
    return made


def edit_attribute(
    attribute: Attribute,
    *,
    by: Actor,
    now: datetime,
    label: str | None = None,
    choices: Sequence[tuple[str, str]] | None = None,
) -> tuple[str, ...]:
    """Rename a field or its choices, add choices, change their order; key and kind stay. Returns what changed.

    A choice that is left out is no longer offered; people who have it keep its key. Raises AttributeRefused.
    """
    stated: dict[str, object] = {}
    if label is not None:
        stated["label"] = _label(label)
    if choices is not None:
        stated["choices"] = _choices(attribute.kind, choices)
    changes = {name: value for name, value in stated.items() if value != getattr(attribute, name)}
    if changes:
        Attribute.objects.filter(pk=attribute.pk).update(**changes)
        audit.record(by, "attribute.edited", attribute.public_id, at=now, fields=list(changes))
    return tuple(changes)


def archive_attribute(attribute: Attribute, *, archived: bool, by: Actor, now: datetime) -> None:
    """Lay a field aside, or take it back; its values stay, and conditions that name it go on."""
    if (attribute.archived_at is not None) == archived:
        return
    Attribute.objects.filter(pk=attribute.pk).update(archived_at=now if archived else None)
    audit.record(by, "attribute.archived" if archived else "attribute.restored", attribute.public_id, at=now)


def move_attribute(attribute: Attribute, *, up: bool) -> None:
    """One place up or down among the fields of its subject that are in use."""
    rows = list(
        Attribute.objects.filter(subject=attribute.subject, archived_at=None)
        .order_by("position", "id")
        .values_list("pk", flat=True)
    )
    if attribute.pk not in rows:
        return
    place = rows.index(attribute.pk)
    other = place - 1 if up else place + 1
    if 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
    sql.run(PLACE, ids=rows)


PLACE = """
    UPDATE leads_attribute AS attribute SET position = placed.place
      FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS placed(id, place)
     WHERE attribute.tenant_id = %(tenant_id)s AND attribute.id = placed.id
"""


def edit_company_attributes(
    company: Company, stated: Mapping[str, object], *, by: Actor, now: datetime
) -> tuple[str, ...]:
    """Set a company's own fields, {key: value}; a blank empties. Returns the names that changed.

    Its people are said to have changed (`company.attributes.KEY`). Raises LeadRefused.
    """
    known = definitions("company", keys=list(stated))
    values, errors = read_stated(known, stated)
    if errors:
        raise LeadRefused(errors)
    kept = dict(company.attributes)
    stated_by_key = {name.removeprefix(PREFIX): value for name, value in values.items()}
    changed = {key: value for key, value in stated_by_key.items() if value != kept.get(key)}
    if not changed:
        return ()
    kept = {key: value for key, value in {**kept, **changed}.items() if value is not None}
    sql.run(SET_COMPANY, company_id=company.pk, attributes=orjson.dumps(kept).decode(), now=now)
    moved = differences({"attributes": company.attributes}, {"attributes": kept})
    remember({company.pk: moved}, Provenance.of(by, at=now))
    fields = [f"company.attributes.{key}" for key in changed]
    people = Lead.objects.filter(company=company, merged_into=None).order_by("pk").values_list("pk", flat=True)
    props = {"source": "company", "fields": fields}
    record_many([NewFact(Event.LEAD_UPDATED, lead=pk, at=now, props=dict(props)) for pk in people])
    audit.record(by, "company.edited", company.public_id, at=now, fields=fields)
    return tuple(fields)


SET_COMPANY = """
    UPDATE leads_company SET attributes = %(attributes)s::jsonb, updated_at = %(now)s
     WHERE tenant_id = %(tenant_id)s AND id = %(company_id)s
"""


def _label(label: str) -> str:
    clean = clean_text(label)
    if not 1 <= len(clean) <= LABEL_LIMIT:
        raise AttributeRefused(label="label")
    return clean


def _key_from(label: str, taken: Collection[str]) -> str:
    """key_from("Renewal month") == "renewal_month"; a Japanese name has no key in it, so it is counted: field_1."""
    plain = unicodedata.normalize("NFKC", label).casefold()
    stem = re.sub(r"[^a-z0-9]+", "_", plain, flags=re.ASCII).strip("_").lstrip("0123456789_")[:36] or "field"
    numbered = (f"{stem}_{number}" for number in range(1, ATTRIBUTES_LIMIT + 2))
    first: tuple[str, ...] = () if stem == "field" else (stem,)
    return next(key for key in (*first, *numbered) if key not in taken)


def _choices(kind: str, stated: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    """Choices as they are kept; a new one without a key gets the next free number."""
    if kind not in CHOOSING:
        if stated:
            raise AttributeRefused(choices="no_choices_here")
        return []
    if not stated:
        raise AttributeRefused(choices="no_choices")
    if len(stated) > CHOICES_LIMIT:
        raise AttributeRefused(choices="too_many_choices")
    taken = {key for key, _label_text in stated if key}
    free = (f"c{number}" for number in range(1, 2 * CHOICES_LIMIT + 2) if f"c{number}" not in taken)
    rows = [{"key": key.strip() or next(free), "label": clean_text(label)} for key, label in stated]
    _check_choices(rows)
    return rows


def _check_choices(rows: Sequence[Mapping[str, str]]) -> None:
    keys = [row["key"] for row in rows]
    labels = [unicodedata.normalize("NFKC", row["label"]).casefold() for row in rows]
    shaped = all(CHOICE_KEY.match(key) for key in keys) and all(1 <= len(label) <= LABEL_LIMIT for label in labels)
    if not shaped or len(set(keys)) < len(rows) or len(set(labels)) < len(rows):
        raise AttributeRefused(choices="choice")
