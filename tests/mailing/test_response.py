"""How many people opened and clicked: a range where a mail program may have done it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.test import Client

from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from mailing.models import Email
from tracking.actions import NewFact, SubjectRef, record_many
from tracking.catalogue import Event, Verdict


def test_a_mails_page_tells_how_many_opened_for_certain_and_at_most(
    sign_in: Callable[..., Client], acme: NewWorkspace, mail: Email, now: datetime
) -> None:
    subject = SubjectRef("email", mail.public_id, mail.name)
    opened = ((1, Verdict.HUMAN), (2, Verdict.UNSURE), (3, Verdict.MACHINE))
    facts = [NewFact(Event.EMAIL_OPENED, now, lead=lead, subject=subject, verdict=verdict) for lead, verdict in opened]
    with tenant_scope(acme.workspace):
        record_many(facts)

    page = sign_in().get(f"/mails/{mail.public_id}").content.decode()

    assert '<span class="stat-value">1–2</span>' in page
    assert "メールソフトによるかもしれない" in page
