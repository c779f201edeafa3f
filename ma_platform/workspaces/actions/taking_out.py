"""An owner takes the whole workspace out: asked for by a row, written by a worker, fetched by who asked, for a week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from tempfile import TemporaryFile

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from ma_platform import audit
from ma_platform.db import sql
from ma_platform.errors import DomainError
from ma_platform.tenancy.models import Membership, User, Workspace
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import system_scope, tenant_scope
from ma_platform.workspaces.actions.members import OwnersOnly
from ma_platform.workspaces.actions.whole import write_everything
from ma_platform.workspaces.models import WholeExport

State = WholeExport.State
LIVES_FOR = timedelta(days=7)
STALLED = timedelta(minutes=12)  # longer than a task may take
HOPELESS = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class _Begun:
    """One being written: `path` is in its row before the file is in the storage, so no file is ever without a row."""

    workspace: Workspace
    export_id: int
    path: str
    at: datetime


class OneAtATime(DomainError):
    """The workspace is being written already."""

    code = "one_at_a_time"
    message = _("An export is being written already. Please wait for it.")


def ask_everything(*, by: User, now: datetime) -> WholeExport:
    """Have everything of the workspace in scope written for this owner. Raises OwnersOnly and OneAtATime."""
    must_own(by)
    try:
        with transaction.atomic():
            asked: WholeExport = WholeExport.objects.create(by=by, created_at=now)
    except IntegrityError as error:
        raise OneAtATime from error
    audit.record(by, "workspace.export_asked", asked.public_id, at=now)
    return asked


def must_own(by: User) -> None:
    """Raises OwnersOnly for anybody but an owner of the workspace in scope."""
    if not Membership.objects.filter(user=by, role=Role.OWNER).exists():
        raise OwnersOnly()


def write_next(*, now: datetime) -> int | None:
    """Write one that waits, of any workspace; its rows, None when none waits. Call it outside of any transaction."""
    begun = _begin(now)
    if begun is None:
        return None
    try:
        with TemporaryFile() as held:
            rows = write_everything(begun.workspace, held, now=now)
            size = held.tell()
            held.seek(0)
            default_storage.save(begun.path, File(held))
    except BaseException:  # also the worker's time limit: the row must not say for hours that it is being written
        _settle(begun, now=now, state=State.FAILED)
        default_storage.delete(begun.path)
        raise
    done = {"path": begun.path, "rows": rows, "bytes": size, "expires_at": now + LIVES_FOR}
    if not _settle(begun, now=now, state=State.DONE, **done):
        default_storage.delete(begun.path)  # somebody was erased meanwhile: it is written anew
    return rows


def _begin(now: datetime) -> _Begun | None:
    """Part of a system sweep: the oldest that waits is being written from now on."""
    with system_scope():
        left = sql.run(GIVE_UP, hopeless=now - HOPELESS, stalled=now - STALLED, now=now).values()
        transaction.on_commit(partial(_unlink, left))
        rows = sql.run(BEGIN, now=now, moment=f"{now:%Y%m%d%H%M%S%f}").rows
        if not rows:
            return None
        workspace_id, export_id, path = rows[0]
        return _Begun(Workspace.objects.get(pk=workspace_id), export_id, path, now)


def _settle(begun: _Begun, *, now: datetime, **said: object) -> bool:
    """Write what became of it; False when it is not being written any more, or again by somebody else."""
    with tenant_scope(begun.workspace):
        here = WholeExport.objects.filter(pk=begun.export_id, state=State.RUNNING, begun_at=begun.at)
        export: WholeExport | None = here.select_related("by").select_for_update(of=("self",)).first()
        if export is None:
            return False
        here.update(**said, finished_at=now)
        if said["state"] == State.DONE:
            audit.record(export.by, "workspace.export_written", export.public_id, at=now, rows=said["rows"])
        return True


def note_taken(export: WholeExport, *, by: User, now: datetime) -> None:
    """Somebody fetched the file."""
    audit.record(by, "workspace.export_downloaded", export.public_id, at=now, rows=export.rows)


def drop_whole_exports() -> None:
    """Somebody of the workspace in scope is being erased, who is in every file: they go, and what is being written
    begins anew. Until that is committed none is begun, whenever it was asked for.
    """
    sql.run(HOLD_BACK)
    transaction.on_commit(partial(_unlink, sql.run(DROP).values()))


def expire_whole_exports(*, now: datetime) -> int:
    """Part of a system sweep: remove files whose time is over. Returns how many."""
    with system_scope():
        paths = sql.run(EXPIRE, now=now).values()
        transaction.on_commit(partial(_unlink, paths))
    return len(paths)


def _unlink(paths: list[str]) -> None:
    for path in paths:
        if path:
            default_storage.delete(path)


# What is begun reads the workspace as it is then: still with whoever is being erased in a transaction that is open.
# Erasing shares this lock until its end; for the moment of beginning, it is wanted alone. What was begun before is
# seen by DROP, which runs after the lock is had.
HOLD_BACK = "SELECT pg_advisory_xact_lock_shared(hashtextextended('workspaces_wholeexport', %(tenant_id)s))"
BEGIN = """
    UPDATE workspaces_wholeexport AS export
       SET state = 'running', begun_at = %(now)s,
           path = 'whole/' || workspace.code || '/' || export.public_id || '-' || %(moment)s || '.zip'
      FROM tenancy_workspace AS workspace
     WHERE workspace.id = export.tenant_id
       AND export.id = (SELECT waiting.id FROM workspaces_wholeexport AS waiting
                          JOIN tenancy_workspace AS opened ON opened.id = waiting.tenant_id
                         WHERE waiting.state = 'waiting' AND opened.closed_at IS NULL
                           AND pg_try_advisory_xact_lock(
                               hashtextextended('workspaces_wholeexport', waiting.tenant_id))
                         ORDER BY waiting.created_at, waiting.id LIMIT 1
                           FOR UPDATE OF waiting SKIP LOCKED)
    RETURNING export.tenant_id, export.id, export.path
"""
# A worker that died says nothing more; what it had begun is begun again, but not for ever.
GIVE_UP = """
    UPDATE workspaces_wholeexport
       SET state = CASE WHEN created_at < %(hopeless)s THEN 'failed' ELSE 'waiting' END,
           finished_at = CASE WHEN created_at < %(hopeless)s THEN %(now)s::timestamptz END, path = ''
     WHERE state = 'running' AND begun_at < %(stalled)s
    RETURNING old.path
"""
EXPIRE = """
    UPDATE workspaces_wholeexport AS export
       SET state = CASE state WHEN 'done' THEN 'expired' ELSE state END, path = ''
     WHERE (state = 'done' AND expires_at <= %(now)s) OR (state = 'failed' AND path <> '')
    RETURNING old.path
"""
DROP = """
    UPDATE workspaces_wholeexport AS export
       SET state = CASE state WHEN 'done' THEN 'expired' ELSE 'waiting' END, path = ''
     WHERE tenant_id = %(tenant_id)s AND state IN ('done', 'running')
    RETURNING old.path
"""
