"""A sink to send to, and people with consent to write to."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest

from leads.actions import ConsentInput, LeadInput, record_consent, upsert_leads
from ma_platform.env import ENV
from ma_platform.tenancy.models import WorkspaceSettings
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from mailing.actions import create_email
from mailing.models import Email
from mailing.smtp import pooled
from tests.mailing.sink import Sink, running_sink

DOCUMENT = {
    "v": 1,
    "name": "資料送付",
    "kind": "marketing",
    "topic": "newsletter",
    "subject": "{{ lead.last_name|default('ご担当者') }} 様 資料のご案内",
    "body": {"html": '<p>こんにちは <a href="https://shop.example/a">詳しく</a></p>'},
}


@pytest.fixture
def sink(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    with running_sink() as running:
        url = f"smtp://127.0.0.1:{running.port}"
        monkeypatch.setattr("mailing.transport.ENV", replace(ENV, email_url=url))
        yield running
        pooled(url).close()


def complete_sender() -> None:
    WorkspaceSettings.objects.update(
        sender_name="株式会社アクメ", sender_postal_address="東京都千代田区1-1", sender_contact="03-0000-0000"
    )


def make_leads(addresses: list[str], *, now: datetime, consent: bool = True) -> list[int]:
    """Ids of leads with these addresses, in order; with a basis for the newsletter unless told otherwise."""
    rows = [LeadInput(email=address, last_name="山田") for address in addresses]
    ids = [row.lead_id for row in upsert_leads(rows, by=None, now=now)]
    if consent:
        record_consent([ConsentInput(lead_id, "newsletter") for lead_id in ids], now=now)
    return ids


@pytest.fixture
def mail(acme: NewWorkspace, globex: NewWorkspace, now: datetime) -> Email:
    """A marketing mail of acme, whose sender block is complete; nothing is in scope afterwards."""
    with tenant_scope(acme.workspace):
        complete_sender()
        return create_email(DOCUMENT, by=acme.owner, now=now)
