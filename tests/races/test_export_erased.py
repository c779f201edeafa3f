"""Somebody is erased while a file that may hold them is being written: the file is not kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.storage import default_storage
from django.db import connection, connections

from leads.actions import erase_leads
from leads.actions.exports import begin, start_export, write_export
from leads.models import Export
from ma_platform.db import sql
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.conftest import NOW
from tests.people import make_person
from tests.timing import eventually, somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)
HELD = "LOCK TABLE leads_lead IN ACCESS EXCLUSIVE MODE"


def written(acme: NewWorkspace, export: Export) -> int | None:
    try:
        with tenant_scope(acme.workspace):
            return write_export(export.pk, now=NOW)
    finally:
        connections.close_all()


def test_a_file_that_was_being_written_when_somebody_was_erased_is_begun_again(acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        gone, _stays = make_person(email="gone@x.example"), make_person(email="stays@x.example")
        export = start_export({"q": ""}, columns=["email"], form="csv", by=acme.owner, now=NOW)
        begin(export.pk)

    with ThreadPoolExecutor(1) as pool:
        with tenant_scope(acme.workspace):
            sql.run(HELD)  # the writer stands in the middle of its work
            writer = pool.submit(written, acme, export)
            eventually(lambda: somebody_waits(connection), every=0.02)
            erase_leads([gone], by=None, now=NOW)
        assert writer.result(30) is None

    with tenant_scope(acme.workspace):
        waiting = Export.objects.get(pk=export.pk)
        assert (waiting.state, waiting.path) == (Export.State.WAITING, "")
        assert default_storage.listdir(f"exports/{acme.workspace.code}")[1] == []
        begin(export.pk)
        assert write_export(export.pk, now=NOW) == 1
