"""Files of imports that no import needs: a request was refused or a process ended after the file was saved, or before
it was unlinked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.core.files.storage import default_storage

from leads.actions.disk import unlink_after_commit
from leads.models import Import
from ma_platform.db import sql
from ma_platform.tenancy.scope import current_tenant

FOLDER = "imports"
SPARED = timedelta(days=1)  # whoever saved it may still be about to commit
READ_NO_MORE = (Import.State.DONE, Import.State.UNDOING, Import.State.UNDONE)


def drop_strays(*, now: datetime) -> int:
    """Remove those of this workspace that are older than a day; returns how many. One statement, however many files."""
    folder = f"{FOLDER}/{current_tenant().code}"
    lying = _lying(folder)
    needed = set(_needed([_import_of(name) for name in lying]))
    strays = [f"{folder}/{name}" for name in lying if _import_of(name) not in needed]
    old = [path for path in strays if _saved_before(path, now - SPARED)]
    unlink_after_commit(old)
    return len(old)


def _saved_before(path: str, moment: datetime) -> bool:
    try:
        return bool(default_storage.get_modified_time(path) < moment)
    except FileNotFoundError:  # unlinked since it was listed
        return False


def _needed(public_ids: Collection[str]) -> list[str]:
    found = Import.objects.filter(public_id__in=public_ids).exclude(path="").exclude(state__in=READ_NO_MORE)
    return list(found.values_list("public_id", flat=True))


def workspaces_with_strays() -> list[int]:
    """Part of a system sweep: workspaces with files that no import needs, or needs yet."""
    codes = default_storage.listdir(FOLDER)[0] if default_storage.exists(FOLDER) else []
    lying = sorted({(code, _import_of(name)) for code in codes for name in _lying(f"{FOLDER}/{code}")})
    codes, public_ids = [code for code, _one in lying], [one for _code, one in lying]
    found = sql.run(STRAYING, codes=codes, public_ids=public_ids, read_no_more=list(READ_NO_MORE))
    return [int(one) for one in found.values()]


STRAYING = """
    SELECT DISTINCT workspace.id
      FROM unnest(%(codes)s::text[], %(public_ids)s::text[]) AS lying(code, public_id)
      JOIN tenancy_workspace AS workspace ON workspace.code = lying.code
     WHERE NOT EXISTS (SELECT FROM leads_import AS needing
                        WHERE needing.tenant_id = workspace.id AND needing.public_id = lying.public_id
                          AND needing.path <> '' AND needing.state <> ALL (%(read_no_more)s::text[]))
"""


def _lying(folder: str) -> list[str]:
    return list(default_storage.listdir(folder)[1]) if default_storage.exists(folder) else []


def _import_of(name: str) -> str:
    """The import a file was saved for: `imp_….file`, `imp_….rows`."""
    return name.partition(".")[0]
