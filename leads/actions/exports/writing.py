"""People, companies … written to a file: asked for by a member, read page by page, kept until it expires."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import Any

import orjson
from django.core.cache import cache
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils.translation import gettext, ngettext, override
from django.utils.translation import gettext_lazy as _
from psycopg2.sql import SQL

from conditions import ConditionRefused
from leads.actions.disk import unlink_after_commit
from leads.actions.exports.columns import RANKED, ExportColumn
from leads.actions.exports.kinds import KINDS, ExportKind
from leads.files import FORMATS, open_writer
from leads.models import Export
from leads.queries.selection import Selected
from leads.queries.sensitive import withheld_labels
from leads.titles import rank_key
from leads.vocabulary import RANK_LABELS
from ma_platform import audit
from ma_platform.db import sql
from ma_platform.errors import DomainError
from ma_platform.tenancy import veil
from ma_platform.tenancy.models import Membership, User
from ma_platform.tenancy.permissions import Capability
from ma_platform.tenancy.reach import reach_of_user, reaching
from ma_platform.tenancy.scope import current_tenant, system_scope

State = Export.State
PAGE = 2_000
LIVES_FOR = timedelta(days=7)
STALLED = timedelta(minutes=12)  # longer than a task may take
HOPELESS = timedelta(hours=2)
Cell = str | int | float | None
Row = tuple[Any, ...]  # Any: columns of a statement


class ExportRefused(DomainError):
    """What is asked for cannot be written to a file."""

    code = "export_refused"
    message = _("%(reason)s")


def start_export(
    selection: Mapping[str, Any],  # Any: JSON
    *,
    columns: Sequence[str],
    form: str,
    by: User,
    now: datetime,
    kind: str = "leads",
) -> Export:
    """Have what `kind` of KINDS means written to a file for this member alone. `form` is one of FORMATS.

    Raises ExportRefused.
    """
    can = _capabilities(by)
    picked = KINDS[kind].chosen(columns, can) if KINDS[kind].capability in can else []
    if form not in FORMATS or not picked:
        raise ExportRefused(reason=_("Choose a format and at least one column."))
    try:
        KINDS[kind].selected(selection, now)
    except ConditionRefused as error:
        raise ExportRefused(reason=_("The condition of this list is not understood any more.")) from error
    export: Export = Export.objects.create(
        kind=kind,
        selection=dict(selection),
        columns=[column.key for column in picked],
        format=form,
        by=by,
        created_at=now,
    )
    facts = {"kind": kind, "columns": export.columns, "format": form}  # never what was searched for: it may be a person
    audit.record(by, "export.asked", export.public_id, at=now, **facts)
    return export


def begin(export_id: int) -> bool:
    """Mark an export as being written; whether there is anything to write. Waits until nobody is being erased: what is
    read meanwhile still has them.
    """
    sql.run(HELD_BACK)
    return bool(
        Export.objects.filter(pk=export_id, state__in=[State.WAITING, State.RUNNING]).update(state=State.RUNNING)
    )


def hold_back() -> None:
    """Until this transaction, in which somebody is erased, is over, no export of the workspace is begun."""
    sql.run(HOLD_BACK)


HELD_BACK = "SELECT pg_advisory_xact_lock(hashtextextended('leads_export', %(tenant_id)s))"
HOLD_BACK = "SELECT pg_advisory_xact_lock_shared(hashtextextended('leads_export', %(tenant_id)s))"


def write_export(export_id: int, *, now: datetime) -> int | None:
    """Write the file and keep it; returns how many rows it holds. Reading it takes no lock and no transaction id.

    None, and no file: somebody was erased meanwhile, who may be in it. It waits to be begun again.
    """
    export: Export | None = Export.objects.select_related("by").filter(pk=export_id, state=State.RUNNING).first()
    if export is None or export.by is None:
        return 0
    seen = veil.worn_by(_capabilities(export.by), reading=True)
    with TemporaryFile() as held, reaching(reach_of_user(export.by_id)), seen:
        rows, lost = _write(export, held, now=now)
        size = held.tell()
        held.seek(0)
        name = f"exports/{current_tenant().code}/{export.public_id}.{FORMATS[export.format].extension}"
        path = default_storage.save(name, File(held))
    done = {"path": path, "rows": rows, "bytes": size, "problem": _lost(lost) if lost else "", "state": State.DONE}
    running = Export.objects.filter(pk=export_id, state=State.RUNNING)
    if not running.update(**done, finished_at=now, expires_at=now + LIVES_FOR):
        unlink_after_commit([path])
        return None
    audit.record(export.by, "export.written", export.public_id, at=now, rows=rows)
    return rows


def _lost(count: int) -> str:
    text = ngettext(
        "%(count)d character does not exist in Shift_JIS and is written as 〓.",
        "%(count)d characters do not exist in Shift_JIS and are written as 〓.",
        count,
    )
    return text % {"count": count}


def _write(export: Export, held: Any, *, now: datetime) -> tuple[int, int]:  # Any: a binary file
    writer, rows = open_writer(held, export.format), 0
    assert export.by is not None
    kind = KINDS[export.kind]
    can = _capabilities(export.by)
    columns = kind.chosen(export.columns, can) if kind.capability in can else []
    with override(current_tenant().locale):
        writer.write([[*(str(column.label) for column in columns), *_unseen()]])
        for page in pages(kind, columns, kind.selected(export.selection, now)):
            writer.write(page)
            rows += len(page)
            cache.set(progress_key(export.public_id), rows, 900)
        return rows, writer.close()


def _unseen() -> list[str]:
    """A last heading, over nothing: which fields are not in the file because the member does not see them."""
    labels = gettext(", ").join(withheld_labels())
    return [gettext("Without, as not shown to you: %(fields)s") % {"fields": labels}] if labels else []


def progress_key(public_id: str) -> str:
    """Where the number of rows written so far is found while the file is being written."""
    return f"export:{public_id}"


def pages(kind: ExportKind, columns: Sequence[ExportColumn], picked: Selected) -> Iterator[list[list[Cell]]]:
    """Pages of rows by keyset: memory stays that of one page, whatever the number of rows."""
    own = [column for column in columns if column.sql is not None]
    statement = SQL(kind.page).format(
        columns=SQL("").join(SQL(", {}").format(column.sql) for column in own if column.sql), tests=picked.tests
    )
    last, zone = 0, current_tenant().timezone
    while True:
        rows: list[Row] = sql.run(statement, after=last, limit=PAGE, zone=zone, **picked.params).rows
        if not rows:
            return
        last = rows[-1][0]
        if told := [row for row in rows if row[-1]] if kind.sparse else rows:
            yield _shown(columns, [column.key for column in own], told)


def _shown(columns: Sequence[ExportColumn], own: Sequence[str], rows: Sequence[Row]) -> list[list[Cell]]:
    ids = [row[0] for row in rows]
    loaded = {column.key: column.load.load(ids) for column in columns if column.load}
    place = {key: at for at, key in enumerate(own, start=1)}
    shown: list[list[Cell]] = []
    for row in rows:
        shown.append(
            [
                _text(column.key, row[place[column.key]])
                if column.key in place
                else getattr(loaded[column.key].get(row[0]), "value", "")
                for column in columns
            ]
        )
    return shown


def _text(key: str, value: object) -> Cell:
    if value is None:
        return ""
    if key == RANKED:
        return str(RANK_LABELS[rank_key(int(str(value))) or "staff"])
    if not key.startswith("attributes."):
        return str(value)
    read = orjson.loads(str(value))
    if isinstance(read, list):
        return ";".join(map(str, read))
    return "" if read is None else read if isinstance(read, int | float) and not isinstance(read, bool) else str(read)


def _capabilities(user: User) -> frozenset[Capability]:
    """What the member may do now: a column is not written for somebody who may not see it any more."""
    member = Membership.objects.filter(user=user).first()
    return member.capabilities if member else frozenset()


def resume_exports(start: Callable[[int, int], None], *, now: datetime) -> int:
    """Part of a system sweep: call `start(workspace, export)` for those whose task was lost; give up hopeless ones."""
    with system_scope():
        sql.run(GIVE_UP, before=now - HOPELESS, now=now)
        rows = sql.run(STALLED_ROWS, before=now - STALLED).rows
        for tenant_id, export_id in rows:
            start(tenant_id, export_id)
    return len(rows)


STALLED_ROWS = """
    SELECT waiting.tenant_id, waiting.id FROM leads_export AS waiting
     WHERE waiting.state IN ('waiting', 'running') AND waiting.created_at < %(before)s
     ORDER BY waiting.id
"""
GIVE_UP = """
    UPDATE leads_export SET state = 'failed', finished_at = %(now)s
     WHERE state IN ('waiting', 'running') AND created_at < %(before)s
"""


def note_download(export: Export, *, by: User, now: datetime) -> None:
    """Somebody took the file."""
    audit.record(by, "export.downloaded", export.public_id, at=now, rows=export.rows)
