"""Imports and exports as their pages show them: lists by cursor, and what was refused or kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.urls import reverse

from leads.models import Company, Export, Import, ImportedRow, ImportProfile, Lead
from leads.queries.naming import named
from ma_platform.api.pages import moment_of
from ma_platform.tenancy.models import User

LISTED = 30


def list_imports(*, after: Sequence[Any] | None = None, limit: int = LISTED) -> list[Import]:  # Any: a decoded cursor
    """Newest first. Raises ForgedCursor."""
    found = Import.objects.select_related("by").order_by("-created_at", "-id")
    return list(_after(found, after)[:limit])


def list_exports(user: User, *, after: Sequence[Any] | None = None, limit: int = LISTED) -> list[Export]:  # Any: cursor
    """A member's own, newest first: a file is only for who asked for it. Raises ForgedCursor."""
    return list(_after(Export.objects.filter(by=user).order_by("-created_at", "-id"), after)[:limit])


def position(one: Import | Export) -> list[object]:
    """Where a list continues after `one`."""
    return [one.created_at.isoformat(), one.pk]


def _after(found: Any, after: Sequence[Any] | None) -> Any:  # Any: querysets
    if (place := moment_of(after)) is None:
        return found
    moment, pk = place
    return found.filter(created_at__lte=moment).exclude(created_at=moment, pk__gte=pk)


def find_import(public_id: str) -> Import | None:
    found: Import | None = Import.objects.select_related("by").filter(public_id=public_id).first()
    return found


def find_export(public_id: str) -> Export | None:
    """An export; whoever hands out its file asks first for whom it is."""
    found: Export | None = Export.objects.filter(public_id=public_id).first()
    return found


def refused_rows(transfer: Import, *, limit: int | None = None) -> Iterator[tuple[int, list[str], dict[str, str]]]:
    """(number, cells as they were, {field: code}) of the rows that were not taken, in order."""
    found = ImportedRow.objects.filter(transfer=transfer, outcome="rejected", cells__isnull=False).order_by("number")
    rows = found.values_list("number", "cells", "reasons")
    yield from (rows[:limit] if limit else rows.iterator(chunk_size=2_000))


def rows_with(
    transfer: Import, outcome: str, *, after: int = 0, limit: int = LISTED
) -> list[tuple[int, str, list[str]]]:
    """(number, public id, fields) of rows behind number `after`; fields: what undo left alone, none stand for all."""
    found = ImportedRow.objects.filter(transfer=transfer, outcome=outcome, number__gt=after).order_by("number")
    rows = found.values_list("number", "subject", "reasons")[:limit]
    return [(number, subject, (reasons or {}).get("kept", [])) for number, subject, reasons in rows]


def kept_rows(transfer: Import, *, limit: int = LISTED) -> list[tuple[int, str, list[str]]]:
    """The first `rows_with` of what undo left alone."""
    return rows_with(transfer, "kept", limit=limit)


def linked_people(public_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """(name, address) of those of these people who are there and within reach."""
    ids = dict(Lead.objects.filter(public_id__in=public_ids).order_by("pk").values_list("public_id", "pk"))
    people = named(ids.values())
    return {public_id: (people[pk].name, people[pk].href) for public_id, pk in ids.items()}


def linked_companies(public_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """(name, address) of those of these companies that are there."""
    found = Company.objects.filter(public_id__in=public_ids).order_by("pk").values_list("public_id", "name")
    return {public_id: (name, reverse("leads:company", args=[public_id])) for public_id, name in found}


def same_file(transfer: Import) -> Import | None:
    """The last finished import of the very same bytes."""
    found: Import | None = (
        Import.objects.filter(digest=transfer.digest, kind=transfer.kind, state=Import.State.DONE)
        .exclude(pk=transfer.pk)
        .order_by("-id")
        .first()
    )
    return found


def profiles(kind: str) -> list[ImportProfile]:
    """Mappings people saved for files of this kind."""
    return list(ImportProfile.objects.filter(kind=kind).order_by("name"))
