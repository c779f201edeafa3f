"""The operator leaves a closed workspace no days: at once from the start, or later; nobody is promised any."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from ma_platform import clock
from ma_platform.audit.models import AuditEntry
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions import close_workspace
from ma_platform.workspaces.actions.clearing import clear_due
from ma_platform.workspaces.models import Closing
from ma_platform.workspaces.tasks import tell_closings
from tests.tenancy.mailbox import BACKEND, arrived

PROMISE = "/workspace/closed/"
pytestmark = pytest.mark.django_db(transaction=True)


def delete_now(public_id: str) -> str:
    out = StringIO()
    call_command("delete_workspace", public_id, "--now", stdout=out)
    return out.getvalue()


def days_left() -> int:
    return (Closing.objects.get().delete_at - clock.now()).days


def test_one_that_is_closed_already_is_hastened_and_its_members_are_told_again(acme, globex, settings):
    settings.EMAIL_BACKEND = BACKEND
    with tenant_scope(acme.workspace):
        close_workspace(by=acme.owner, now=clock.now() - timedelta(days=1))
    told, left = tell_closings(), days_left()

    said = delete_now(acme.workspace.public_id)

    assert (told, left, days_left(), tell_closings()) == ({"told": 1}, 12, 0, {"told": 1})
    first, second = (mail.get_content() for mail in arrived("owner@acme.example"))
    assert (PROMISE in first, PROMISE in second) == (True, False)
    assert ("完全に削除されます" in second, "is closed and will be deleted after" in said) == (True, True)
    with tenant_scope(acme.workspace):
        assert AuditEntry.objects.filter(verb="workspace.deletion_hastened", actor="").count() == 1
    assert clear_due(now=clock.now() + timedelta(minutes=3)).gone


def test_one_that_is_closed_and_deleted_at_once_promises_nothing(acme, globex, settings):
    settings.EMAIL_BACKEND = BACKEND

    delete_now(acme.workspace.public_id)

    assert tell_closings() == {"told": 1}
    (mail,) = arrived("owner@acme.example")
    assert (PROMISE in mail.get_content(), "元に戻すことはできません" in mail.get_content()) == (False, True)


def test_what_is_being_deleted_cannot_be_hastened(acme, globex):
    delete_now(acme.workspace.public_id)
    clear_due(now=clock.now() + timedelta(minutes=3), seconds=0)
    delete_at = Closing.objects.get().delete_at

    with pytest.raises(CommandError):
        delete_now(acme.workspace.public_id)

    assert Closing.objects.get().delete_at == delete_at


def test_without_now_a_closed_one_keeps_its_days(acme, globex):
    with tenant_scope(acme.workspace):
        close_workspace(by=acme.owner, now=clock.now())

    with pytest.raises(CommandError):
        call_command("delete_workspace", acme.workspace.public_id, stdout=StringIO())

    assert days_left() == 13
