"""A workspace taken out whole, and deleted: no table is forgotten, and its neighbour does not notice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.files.storage import default_storage
from pytest_django.plugin import DjangoDbBlocker

from ma_platform import clock
from ma_platform.db import sql
from ma_platform.tenancy.models import User, Workspace
from ma_platform.tenancy.scope import system_scope, tenant_scope
from ma_platform.workspaces import belongings
from ma_platform.workspaces.actions import ask_everything, clear_due, close_workspace
from ma_platform.workspaces.actions.taking_out import write_next
from ma_platform.workspaces.models import Closing, WholeExport
from tests.emptying import empty_database
from tests.walls.populated import Tenant, populate

Two = tuple[Tenant, Tenant]
LEFT_OUT = {
    "tenancy_user": ["password"],
    "tenancy_workspacesettings": ["identify_secret", "identify_secret_old", "identify_secret_old_until"],
    "tenancy_invitation": ["token_hash"],
    "tenancy_apikey": ["secret_hash"],
    "capture_submission": ["token"],
}


@pytest.fixture
def two(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Two]:
    """acme, which leaves, and globex, which stays."""
    with django_db_blocker.unblock():
        try:
            yield populate("acmemark", now=clock.now()), populate("globexmark", now=clock.now())
        finally:
            empty_database()


def counted(workspace: Workspace) -> dict[str, int]:
    """Rows by table."""
    with tenant_scope(workspace):
        return {model._meta.db_table: model.objects.count() for model in belongings.tables()}


def below(code: str) -> list[str]:
    folders = belongings.folders(code, also_made_by_us=True)
    return [path for folder in folders for path in belongings.files(folder)]


def taken_out(tenant: Tenant) -> dict[str, bytes]:
    """The archive an owner gets, by name."""
    with tenant_scope(tenant.made.workspace):
        asked = ask_everything(by=tenant.made.owner, now=clock.now())
    assert write_next(now=clock.now())
    with tenant_scope(tenant.made.workspace):
        path = WholeExport.objects.get(pk=asked.pk, state="done").path
    with default_storage.open(path) as content, ZipFile(BytesIO(content.read())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def told_by(manifest: dict[str, Any], name: str) -> dict[str, Any]:
    return {table: one[name] for table, one in manifest["tables"].items() if name in one}


def test_a_workspace_leaves_whole_and_then_leaves_nothing(two: Two) -> None:
    leaving, staying = two
    rows, theirs = counted(leaving.made.workspace), counted(staying.made.workspace)

    held = taken_out(leaving)
    _the_archive_is_whole(held, rows)

    _deleted(leaving)
    _nothing_is_left(leaving)
    assert counted(staying.made.workspace) == theirs
    assert below(staying.made.workspace.code) != []


def _the_archive_is_whole(held: dict[str, bytes], rows: dict[str, int]) -> None:
    manifest, text = json.loads(held["manifest.json"]), b"".join(held.values()).decode(errors="replace").lower()
    told = {table: count for table, count in told_by(manifest, "rows").items() if table != "tenancy_user"}
    sums = {table: hashlib.sha256(held[f"tables/{table}.jsonl"]).hexdigest() for table in manifest["tables"]}
    assert told == {
        **rows,
        "workspaces_wholeexport": rows["workspaces_wholeexport"] + 1,
        "audit_auditentry": rows["audit_auditentry"] + 1,
    }
    assert told_by(manifest, "sha256") == sums
    assert told_by(manifest, "left_out") == LEFT_OUT
    assert [json.loads(line)["bytes"] for line in held["files.jsonl"].splitlines()] != []
    assert sum(name.startswith("files/") for name in held) == manifest["files"]["count"]
    assert ("acmemark" in text, "globexmark" in text) == (True, False)
    assert b"ichiro" not in held["lists/leads.csv"].split(b"\r\n")[0]


def _deleted(tenant: Tenant) -> None:
    now = clock.now()
    with tenant_scope(tenant.made.workspace):
        close_workspace(by=tenant.made.owner, now=now)
    assert clear_due(now=now + timedelta(days=13)) == type(clear_due(now=now))()
    later = now + timedelta(days=14, minutes=1)
    assert clear_due(now=later, seconds=0).more  # as one that is killed half way
    while not (done := clear_due(now=later)).gone:
        assert done.more


def _nothing_is_left(tenant: Tenant) -> None:
    workspace = tenant.made.workspace
    with system_scope():
        left = {
            model._meta.db_table: found
            for model in belongings.tables()
            if (found := model.everywhere.filter(tenant_id=workspace.pk).count())
        }
        closing = Closing.objects.get(public_id=workspace.public_id)
    assert left == {}
    assert not Workspace.objects.filter(pk=workspace.pk).exists()
    assert below(workspace.code) == []
    assert (closing.by, closing.rows > 100, closing.deleted_at is not None) == (tenant.made.owner.pk, True, True)
    assert not User.objects.filter(email__contains=tenant.mark).exists()
    assert sql.run("SELECT count(*) FROM account_emailaddress WHERE email LIKE '%%acmemark%%'").value() == 0
