"""The fields a workspace added: as values are held against them, and as pages list them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from leads.attributes import PREFIX, Definition, read_stated
from leads.models import Attribute


def definition_of(attribute: Attribute) -> Definition:
    """A row as the pure rules take it."""
    choices = tuple((str(choice["key"]), str(choice["label"])) for choice in attribute.choices)
    return Definition(
        attribute.key, attribute.label, attribute.kind, choices, archived=attribute.archived_at is not None
    )


def definitions(
    subject: str = "lead", *, keys: Collection[str] | None = None, archived: bool = True
) -> dict[str, Definition]:
    """Fields by key in their order; `keys` only these. One query."""
    found = Attribute.objects.filter(subject=subject)
    if keys is not None:
        found = found.filter(key__in=keys)
    if not archived:
        found = found.filter(archived_at=None)
    return {one.key: definition_of(one) for one in found.order_by("position", "id")}


def acceptable_values(stated: Mapping[str, object]) -> dict[str, object]:
    """{key: stated} without what is not of its kind or has no field: for doors where nobody can be asked again."""
    if not stated:
        return {}
    _values, refused = read_stated(definitions(keys=list(stated)), stated)
    return {key: said for key, said in stated.items() if f"{PREFIX}{key}" not in refused}


def list_attributes(subject: str | None = None) -> list[Attribute]:
    """Every field, of leads first, in order; archived ones last."""
    found = Attribute.objects.all() if subject is None else Attribute.objects.filter(subject=subject)
    rows = list(found.order_by("-subject", "position", "id"))
    return sorted(rows, key=lambda one: one.archived_at is not None)


def find_attribute(public_id: str) -> Attribute | None:
    """The field with this public id; None for a missing or foreign one."""
    found: Attribute | None = Attribute.objects.filter(public_id=public_id).first()
    return found
