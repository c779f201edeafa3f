"""Everything of a workspace in one ZIP: its tables as they are, its lists as they can be imported, its files.

All of it is of one moment: a transaction that sees what was committed when it began. Secrets stay here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from shutil import copyfileobj
from typing import IO, Any, BinaryIO, cast

import orjson
from django.core.files.storage import default_storage
from django.db import transaction
from psycopg2.sql import SQL, Identifier, Literal

from ma_platform.db import sql
from ma_platform.tenancy.models import Workspace
from ma_platform.tenancy.orm import TenantModel
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces import belongings
from ma_platform.workspaces.archive import Archive
from ma_platform.workspaces.partings import spreadsheets

FORM = 1  # of the archive; it changes when something in it moves
Json = dict[str, Any]  # Any: JSON


def write_everything(workspace: Workspace, into: IO[bytes], *, now: datetime) -> int:
    """Write the archive onto `into`; returns how many rows it holds. Call it outside of any transaction.

    Memory stays that of a row, disk that of the lists. A file that goes while it is written is not in it.
    """
    told: Json = {"form": FORM, "written_at": now, "workspace": _about(workspace)}
    with Archive(into, at=now) as archive:
        with _snapshot(workspace):
            told["versions"] = dict(sql.run(VERSIONS).rows)
            told["tables"] = {model._meta.db_table: _table(archive, model, workspace) for model in belongings.tables()}
            told["tables"]["tenancy_user"] = _people(archive, workspace)
            told["lists"] = {name: _list(archive, name, write) for name, write in spreadsheets(now)}
        told["files"] = _files(archive, workspace)
        with archive.entry("manifest.json") as entry:
            entry.write(orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return sum(int(one["rows"]) for one in told["tables"].values())


@contextmanager
def _snapshot(workspace: Workspace) -> Iterator[None]:
    with transaction.atomic(durable=True):
        sql.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")  # nothing may have been asked before it
        with tenant_scope(workspace):
            yield


def _about(workspace: Workspace) -> Json:
    return {
        "id": workspace.public_id,
        "number": workspace.pk,
        "name": workspace.name,
        "timezone": workspace.timezone,
        "locale": workspace.locale,
        "created_at": workspace.created_at,
    }


def _table(archive: Archive, model: type[TenantModel], workspace: Workspace) -> Json:
    shown, kept_back = belongings.columns(model)
    statement = SQL("SELECT {} FROM {} WHERE tenant_id = {}").format(
        SQL(", ").join(map(Identifier, shown)), Identifier(model._meta.db_table), Literal(workspace.pk)
    )
    entry = archive.copy_rows(f"tables/{model._meta.db_table}.jsonl", statement)
    return {"rows": entry.lines, **entry.told(), **({"left_out": kept_back} if kept_back else {})}


def _people(archive: Archive, workspace: Workspace) -> Json:
    """Who signs in here, so that the numbers of users in the tables can be read."""
    entry = archive.copy_rows("tables/tenancy_user.jsonl", SQL(USERS).format(Literal(workspace.pk)))
    return {"rows": entry.lines, **entry.told(), "left_out": ["password"]}


def _list(archive: Archive, name: str, write: Any) -> Json:  # Any: a Writing
    with archive.later(f"lists/{name}") as held:
        rows = write(cast(BinaryIO, held))
    return {"rows": rows}


def _files(archive: Archive, workspace: Workspace) -> Json:
    """Files as they were uploaded, and a line about each; those are told in a list of their own, there may be many."""
    count = size = 0
    with archive.later("files.jsonl") as lines:
        for folder in belongings.folders(workspace.code, also_made_by_us=False):
            for path in belongings.files(folder):
                line = _file(archive, path)
                lines.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
                count, size = count + int("sha256" in line), size + line.get("bytes", 0)
    return {"count": count, "bytes": size}


def _file(archive: Archive, path: str) -> Json:
    try:
        content = default_storage.open(path)
    except FileNotFoundError:
        return {"path": path, "gone": True}
    with content, archive.entry(f"files/{path}") as entry:
        copyfileobj(content, entry)
    return {"path": path, **entry.told()}


VERSIONS = "SELECT app, max(name) FROM django_migrations GROUP BY app ORDER BY app"
USERS = """
    SELECT id, email, name, language, is_active, created_at FROM tenancy_user
     WHERE id IN (SELECT user_id FROM tenancy_membership WHERE tenant_id = {})
"""
