"""The audit log as a file: written in parts, each in its own short transaction, and on record before the first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.http import StreamingHttpResponse
from django.test import Client

from ma_platform import audit
from ma_platform.audit.models import AuditEntry
from ma_platform.tenancy.scope import current_scope, tenant_scope
from ma_platform.workspaces.actions import auditing
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.conftest import NOW

FILE = "/settings/audit/export.csv?action=lead.erased"


@pytest.fixture
def logged(acme: NewWorkspace, globex: NewWorkspace, monkeypatch: pytest.MonkeyPatch) -> NewWorkspace:
    """Five lines of acme between as many of globex, in parts of two."""
    monkeypatch.setattr("ma_platform.audit.queries.PAGE", 2)
    for second in range(5):
        for made in (acme, globex):
            with tenant_scope(made.workspace):
                subject = f"lead_{made.workspace.name}{second}"
                audit.record(made.owner, "lead.erased", subject, at=NOW + timedelta(seconds=second))
    return acme


def file_of(client: Client) -> Iterator[bytes]:
    answer = client.get(FILE)
    assert isinstance(answer, StreamingHttpResponse)
    return iter(answer)


def lines(part: bytes) -> list[str]:
    """What the lines of a part are about."""
    return [line.split(",")[5] for line in part.decode("utf-8-sig").splitlines()]


@pytest.mark.django_db(transaction=True)
def test_every_part_is_read_inside_the_workspace_and_nothing_is_held_between(
    logged: NewWorkspace, sign_in: Callable[..., Client]
) -> None:
    parts, held = [], []

    for part in file_of(sign_in()):
        parts.append(lines(part))
        held.append((current_scope(), connection.in_atomic_block))

    mine = [f"lead_{logged.workspace.name}{second}" for second in (4, 3, 2, 1, 0)]
    assert parts == [["ID"], mine[:2], mine[2:4], mine[4:]]
    assert held == [(None, False)] * 4


@pytest.mark.django_db(transaction=True)
def test_whoever_hangs_up_has_taken_it_all_the_same(logged: NewWorkspace, sign_in: Callable[..., Client]) -> None:
    next(file_of(sign_in()))

    with tenant_scope(logged.workspace):
        taken = AuditEntry.objects.get(verb="audit.exported")
    assert (taken.actor, taken.facts) == (logged.owner.email, {"rows": 5})


@pytest.mark.django_db(transaction=True)
def test_the_file_does_not_hold_the_line_about_itself(logged: NewWorkspace, sign_in: Callable[..., Client]) -> None:
    answer = sign_in().get("/settings/audit/export.csv?action=audit.exported")

    assert [lines(part) for part in iter(answer)] == [["ID"]]


@pytest.mark.django_db(transaction=True)
def test_a_file_that_cannot_be_finished_says_so(
    logged: NewWorkspace, sign_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = auditing.audit_pages

    def failing(*args: object, **said: object) -> Iterator[list[AuditEntry]]:
        yield next(whole(*args, **said))  # type: ignore[arg-type]  # handed through
        raise OperationalError("the database is away")

    monkeypatch.setattr(auditing, "audit_pages", failing)

    title, first, last = file_of(sign_in())

    assert (lines(title), len(lines(first))) == (["ID"], 2)
    assert last.decode() == "ファイルはここで途切れています。もう一度ダウンロードしてください。\r\n"
