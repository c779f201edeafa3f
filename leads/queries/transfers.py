"""Imports and exports as their pages show them: lists by cursor, and what was refused or kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from leads.models import Export, Import, ImportedRow, ImportProfile
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


def kept_rows(transfer: Import, *, limit: int = 100) -> list[tuple[int, str, list[str]]]:
    """(number, public id, fields) of what undo left alone; no fields: the whole person or company."""
    found = ImportedRow.objects.filter(transfer=transfer, outcome="kept").order_by("number")[:limit]
    return [(row.number, row.subject, (row.reasons or {}).get("kept", [])) for row in found]


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
