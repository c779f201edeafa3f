"""Django's own mails go by our transport; the local mail box catches them."""

from datetime import datetime

import pytest
from django.core.mail import EmailMultiAlternatives, send_mail
from django.db import transaction

from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from mailing.actions import deliver_due
from mailing.models import MailboxEntry, Message
from tests.mailing.sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)
BACKEND = "mailing.backend.DirectBackend"


@pytest.fixture(autouse=True)
def our_backend(settings: object) -> None:
    settings.EMAIL_BACKEND = BACKEND  # type: ignore[attr-defined]  # pytest-django swaps it


def test_outside_of_a_workspace_it_is_handed_over_at_once(sink: Sink) -> None:
    send_mail("パスワード再設定", "こちら", None, ["user@acme.example"])

    (arrived,) = sink.mails()
    assert arrived["subject"] == "パスワード再設定"
    assert arrived["to"] == "user@acme.example"


def test_inside_a_workspace_it_is_a_row_first(acme: NewWorkspace, sink: Sink, now: datetime) -> None:
    mail = EmailMultiAlternatives("招待", "本文", None, ["new@acme.example"])
    mail.attach_alternative("<p>本文</p>", "text/html")
    with tenant_scope(acme.workspace):
        mail.send()
        assert Message.objects.filter(state="queued").count() == 1
    before = len(sink.accepted)

    from ma_platform import clock

    deliver_due(now=clock.now())

    assert before == 0
    (arrived,) = sink.mails()
    assert arrived.get_body(("html",)).get_content().strip() == "<p>本文</p>"


def test_after_the_commit_of_a_workspace_it_is_a_row_too(acme: NewWorkspace, sink: Sink) -> None:
    with tenant_scope(acme.workspace):
        transaction.on_commit(lambda: send_mail("招待", "本文", None, ["new@acme.example"]))

    with tenant_scope(acme.workspace):
        assert Message.objects.values_list("to_address", flat=True).get() == "new@acme.example"
    assert sink.accepted == []


def test_the_local_mail_box_keeps_what_would_have_left(acme: NewWorkspace) -> None:
    send_mail("件名", "本文", None, ["user@acme.example"])

    assert list(MailboxEntry.objects.values_list("recipient", "subject")) == [("user@acme.example", "件名")]
