"""Somebody is erased while a file that may hold them is being written: the file is not kept.

Nor is one begun meanwhile, whenever it was asked for, of a list or of the whole workspace.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar
from zipfile import ZipFile

import pytest
from django.core.files.storage import default_storage
from django.db import connection, connections

from leads.actions import erase_leads
from leads.actions.exports import begin, start_export, write_export
from leads.models import Export
from ma_platform.db import sql
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions import ask_everything
from ma_platform.workspaces.actions.taking_out import write_next
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from ma_platform.workspaces.models import WholeExport
from tests.conftest import NOW
from tests.people import make_person
from tests.timing import eventually, somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)
HELD = "LOCK TABLE leads_lead IN ACCESS EXCLUSIVE MODE"
T = TypeVar("T")


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


def test_one_that_is_asked_for_while_somebody_is_being_erased_is_begun_afterwards(acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        gone, _stays = make_person(email="gone@x.example"), make_person(email="stays@x.example")

    with ThreadPoolExecutor(1) as pool:
        with tenant_scope(acme.workspace):
            erase_leads([gone], by=None, now=NOW)
            export = beside(partial(asked, acme))
            begun = pool.submit(partial(began, acme, export))
            eventually(lambda: somebody_waits(connection), every=0.02)
        assert begun.result(30)

    with tenant_scope(acme.workspace):
        assert write_export(export.pk, now=NOW) == 1


def asked(acme: NewWorkspace) -> Export:
    with tenant_scope(acme.workspace):
        return start_export({"q": ""}, columns=["email"], form="csv", by=acme.owner, now=NOW)


def began(acme: NewWorkspace, export: Export) -> bool:
    try:
        with tenant_scope(acme.workspace):
            return begin(export.pk)
    finally:
        connections.close_all()


def beside(deed: Callable[[], T]) -> T:
    """What another process gets, which knows nothing of the transaction that is open here."""

    def alone() -> T:
        try:
            return deed()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(alone).result(30)


def ask(made: NewWorkspace) -> None:
    with tenant_scope(made.workspace):
        ask_everything(by=made.owner, now=NOW)


def write_whole() -> int | None:
    return write_next(now=NOW)


def people_in_the_file(made: NewWorkspace) -> int:
    """Of the one that is done."""
    with tenant_scope(made.workspace):
        path = WholeExport.objects.get(state=WholeExport.State.DONE).path
    with default_storage.open(path) as content, ZipFile(content) as archive:
        return len(archive.read("tables/leads_lead.jsonl").splitlines())


def test_a_whole_export_that_waits_is_not_begun_while_somebody_is_being_erased(
    acme: NewWorkspace, globex: NewWorkspace
) -> None:
    with tenant_scope(acme.workspace):
        gone, _stays = make_person(email="gone@x.example"), make_person(email="stays@x.example")
    ask(acme)

    with tenant_scope(acme.workspace):
        erase_leads([gone], by=None, now=NOW)
        assert beside(write_whole) is None
        beside(lambda: ask(globex))
        assert beside(write_whole) is not None  # the other workspace's
    write_whole()

    assert (people_in_the_file(acme), people_in_the_file(globex)) == (1, 0)


def test_nor_is_one_that_is_asked_for_meanwhile(acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        gone, _stays = make_person(email="gone@x.example"), make_person(email="stays@x.example")

    with tenant_scope(acme.workspace):
        erase_leads([gone], by=None, now=NOW)
        beside(lambda: ask(acme))
        assert beside(write_whole) is None
    write_whole()

    assert people_in_the_file(acme) == 1
