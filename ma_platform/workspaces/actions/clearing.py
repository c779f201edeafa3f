"""Deleting what a closed workspace leaves, when its days are over: in pieces, and again from the first table after any
interruption, until nothing of it is left.

Each piece is a transaction of its own, of one tenant: nobody else's rows are locked, and nobody waits long.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.apps import apps
from django.core.files.storage import default_storage
from django.db.models import Exists, F, OuterRef
from psycopg2.sql import SQL, Composed, Identifier

from ma_platform.audit.models import AuditEntry
from ma_platform.db import sql
from ma_platform.tenancy.models import User, Workspace
from ma_platform.tenancy.orm import TenantModel
from ma_platform.tenancy.scope import system_scope, tenant_scope
from ma_platform.workspaces import belongings
from ma_platform.workspaces.models import Closing
from ma_platform.workspaces.partings import forget_elsewhere

log = logging.getLogger(__name__)
AT_ONCE = 2_000  # rows of a piece
SECONDS = 20.0  # of one turn; then other work of the queue has its turn
SETTLED = timedelta(minutes=2)  # since it was closed: what ran in it then is over


@dataclass(frozen=True, slots=True)
class Cleared:
    """What one turn did. `gone`: the workspace is deleted; `more`: another turn is needed now."""

    rows: int = 0
    gone: bool = False
    more: bool = False


def clear_due(*, now: datetime, seconds: float = SECONDS) -> Cleared:
    """One turn at the workspace whose time was over first, of those that nothing stood in the way of.

    What cannot be deleted now, for whatever reason, is logged and keeps no other waiting: its turn comes after theirs.
    Call it outside of any transaction.
    """
    closing = _begin(now)
    if closing is None:
        return Cleared()
    try:
        return _clear(closing, now=now, until=time.monotonic() + seconds)
    except Exception:  # the outermost loop over closings: one that always fails must not be tried for ever
        log.exception("the workspace of closing %s cannot be deleted now", closing.pk)
        with system_scope():
            Closing.objects.filter(pk=closing.pk).update(tried_at=now)
        return Cleared()


def _clear(closing: Closing, *, now: datetime, until: float) -> Cleared:
    with system_scope():
        _forget_people(closing)
    rows = 0
    for model in belongings.tables():
        while piece := _clear_piece(model, closing):
            rows += piece
            if time.monotonic() > until:
                return Cleared(rows, more=True)
    workspace = Workspace.objects.get(pk=closing.workspace)
    _clear_files(workspace)
    forget_elsewhere(workspace)
    return Cleared(rows, gone=_finish(closing, now), more=True)


def _begin(now: datetime) -> Closing | None:
    """Part of a system sweep: from now on it cannot be brought back."""
    with system_scope():
        closed = Exists(Workspace.objects.filter(pk=OuterRef("workspace"), closed_at__isnull=False))
        due = Closing.objects.filter(closed, delete_at__lte=now, closed_at__lte=now - SETTLED, deleted_at=None)
        turn = F("tried_at").asc(nulls_first=True)
        closing: Closing | None = due.select_for_update().order_by(turn, "delete_at", "id").first()
        if closing is not None and closing.begun_at is None:
            Closing.objects.filter(pk=closing.pk).update(begun_at=now)
        return closing


def _forget_people(closing: Closing) -> None:
    """Whoever belongs nowhere else is nobody, before their memberships go.

    Numbers of users stand in the tables of others, so the rows stay; nothing in them says any more who it was.
    """
    users = [int(one) for one in sql.run(FORGET_USERS, workspace=closing.workspace).values()]
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if field.related_model is User and not issubclass(model, TenantModel):
                model._base_manager.filter(**{f"{field.name}__in": users}).delete()


def _clear_piece(model: type[TenantModel], closing: Closing) -> int:
    """Delete some rows of the table; how many."""
    with tenant_scope(closing.workspace):
        if model is AuditEntry:
            done = int(sql.run(FORGET_LOG, workspace=closing.workspace, most=AT_ONCE).value())
        else:
            done = sql.run(_delete(model), most=AT_ONCE).rowcount
        if done:
            sql.run(COUNT, workspace=closing.workspace, rows=done)
        return done


def _delete(model: type[TenantModel]) -> Composed:
    key = [Identifier(column) for column in belongings.key_columns(model)]
    return SQL(DELETE).format(
        table=Identifier(model._meta.db_table),
        key=SQL(", ").join(key),
        same=SQL(" AND ").join(SQL("gone.{one} = chosen.{one}").format(one=one) for one in key),
    )


def _clear_files(workspace: Workspace) -> None:
    for folder in belongings.folders(workspace.code, also_made_by_us=True):
        _clear_folder(folder)


def _clear_folder(folder: str) -> None:
    below, here = default_storage.listdir(folder)
    for name in below:
        _clear_folder(f"{folder}/{name}")
    for name in here:
        default_storage.delete(f"{folder}/{name}")
    default_storage.delete(folder)


def _finish(closing: Closing, now: datetime) -> bool:
    """The workspace itself, if nothing was written meanwhile; the row of its closing is what stays."""
    with tenant_scope(closing.workspace):
        sql.run("SELECT id FROM tenancy_workspace WHERE id = %(id)s FOR UPDATE", id=closing.workspace)
        if any(model.objects.exists() for model in belongings.tables()):
            return False
        sql.run("DELETE FROM tenancy_workspace WHERE id = %(id)s", id=closing.workspace)
        Closing.objects.filter(pk=closing.pk).update(deleted_at=now)
        return True


# The log's months are found by the time in its key, so a piece does not look into all of them.
DELETE = """
    WITH chosen AS MATERIALIZED (
        SELECT {key} FROM {table} WHERE tenant_id = %(tenant_id)s LIMIT %(most)s
    )
    DELETE FROM {table} AS gone USING chosen WHERE gone.tenant_id = %(tenant_id)s AND {same}
"""
FORGET_LOG = "SELECT workspaces_forget_log(%(workspace)s, %(most)s)"
COUNT = "UPDATE workspaces_closing SET rows = rows + %(rows)s WHERE workspace = %(workspace)s"
FORGET_USERS = """
    UPDATE tenancy_user AS person
       SET email = 'gone-' || person.id || '@invalid', name = '', password = '!', is_active = false,
           session_generation = person.session_generation + 1
     WHERE person.id IN (SELECT here.user_id FROM tenancy_membership AS here WHERE here.tenant_id = %(workspace)s)
       AND NOT EXISTS (SELECT FROM tenancy_membership AS elsewhere
                        WHERE elsewhere.user_id = person.id AND elsewhere.tenant_id <> %(workspace)s)
    RETURNING person.id
"""
