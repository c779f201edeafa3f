"""What stands in the way of closing, deleting and taking out: others go on, nothing is forgotten, nothing is left."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import psycopg2
import pytest
import redis
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import IntegrityError

from ma_platform import clock
from ma_platform.env import ENV
from ma_platform.tenancy.scope import system_scope, tenant_scope
from ma_platform.workspaces.actions import ask_everything, close_workspace
from ma_platform.workspaces.actions.clearing import clear_due
from ma_platform.workspaces.actions.taking_out import STALLED, _begin, expire_whole_exports, write_next
from ma_platform.workspaces.models import Closing, WholeExport
from ma_platform.workspaces.tasks import tell_closings
from tests.conftest import NOW
from tests.tenancy.mailbox import BACKEND

LATER = NOW + timedelta(minutes=3)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("trouble", [PermissionError, redis.ConnectionError, IntegrityError, KeyError])
def test_one_that_cannot_be_deleted_keeps_no_other_waiting(acme, globex, monkeypatch, trouble):
    default_storage.save(f"whole/{acme.workspace.code}/a.zip", ContentFile(b"a"))
    for made in (acme, globex):
        with tenant_scope(made.workspace):
            close_workspace(by=None, now=NOW, days=0)
    delete = FileSystemStorage.delete

    def stuck(storage: FileSystemStorage, name: str) -> None:
        if acme.workspace.code in name:
            raise trouble(name)
        delete(storage, name)

    monkeypatch.setattr(FileSystemStorage, "delete", stuck)

    assert [clear_due(now=LATER).gone, clear_due(now=LATER).gone] == [False, True]
    with system_scope():
        left = Closing.objects.get(deleted_at=None)
    assert (left.workspace, left.tried_at) == (acme.workspace.pk, LATER)
    monkeypatch.undo()
    assert clear_due(now=LATER).gone


@pytest.mark.django_db(transaction=True)
def test_one_that_is_open_is_never_deleted(acme):
    with system_scope():
        Closing.objects.create(workspace=acme.workspace.pk, public_id="x", closed_at=NOW, delete_at=NOW)

    assert clear_due(now=LATER).more is False
    with system_scope():
        assert Closing.objects.get().begun_at is None


CLOSE = """INSERT INTO workspaces_closing (workspace, public_id, closed_at, delete_at, rows)
           VALUES (%s, 'x', now(), now(), 0)"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scope", ["acme", "globex"])
def test_the_web_closes_only_what_is_closed_and_its_own(acme, globex, scope):
    with closing(psycopg2.connect(os.environ["DATABASE_URL"])) as web, web.cursor() as cursor:
        own = (acme if scope == "acme" else globex).workspace.pk
        cursor.execute("SELECT set_config('app.tenant_id', %s, true)", [str(own)])
        if scope == "globex":
            cursor.execute("UPDATE tenancy_workspace SET closed_at = now() WHERE id = %s", [acme.workspace.pk])
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute(CLOSE, [acme.workspace.pk])


@pytest.mark.django_db(transaction=True)
def test_a_server_that_is_away_is_tried_again(acme, globex, settings, monkeypatch):
    settings.EMAIL_BACKEND = BACKEND
    with tenant_scope(acme.workspace):
        close_workspace(by=acme.owner, now=clock.now())
    with monkeypatch.context() as away:
        away.setattr("mailing.transport.ENV", replace(ENV, email_url="smtp://127.0.0.1:9"))
        assert tell_closings() == {"told": 0}
    with system_scope():
        assert (Closing.objects.get().told_at, Closing.objects.update(tried_at=NOW)) == (None, 1)

    assert [tell_closings(), tell_closings()] == [{"told": 1}, {"told": 0}]


def whole_files(code: str) -> list[str]:
    folder = f"whole/{code}"
    return default_storage.listdir(folder)[1] if default_storage.exists(folder) else []


@pytest.mark.django_db(transaction=True)
def test_a_file_whose_writing_was_cut_off_does_not_stay(acme, monkeypatch):
    with tenant_scope(acme.workspace):
        ask_everything(by=acme.owner, now=NOW)
    begun = _begin(NOW)  # and then its process is killed, with the file saved
    assert begun is not None
    default_storage.save(begun.path, ContentFile(b"half"))

    again = NOW + STALLED + timedelta(seconds=1)
    assert write_next(now=again) is not None
    with tenant_scope(acme.workspace):
        done = WholeExport.objects.get()
    assert (done.state, whole_files(acme.workspace.code)) == ("done", [done.path.rpartition("/")[2]])

    assert (expire_whole_exports(now=again + timedelta(days=8)), whole_files(acme.workspace.code)) == (1, [])
