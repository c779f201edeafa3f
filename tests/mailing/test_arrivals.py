"""A reader lands on a customer's page from a mail, and the browser there is recognised."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from ma_platform.db import sql
from ma_platform.tenancy.scope import current_tenant_id
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from mailing.consumers import bind_arrivals
from mailing.signing import SIGNER
from mailing.tokens import Ticket
from tests.mailing.conftest import make_leads
from tracking.actions import record
from tracking.catalogue import Event, Fact

pytestmark = pytest.mark.django_db


def landing(tenant_id: int, lead_id: int, at: datetime) -> str:
    return SIGNER.landing(Ticket(tenant_id, lead_id, "msg_" + "0" * 32, "eml_" + "0" * 32, 0), at=int(at.timestamp()))


def arrive(token: str, at: datetime) -> Fact:
    record(Event.PAGE_VIEWED, at=at, visitor="browser-1", props={"click_token": token})
    visitor_id = sql.run(
        "SELECT id FROM tracking_visitor WHERE tenant_id = %(tenant_id)s AND key = 'browser-1'"
    ).value()
    props = {"click_token": token}
    return Fact(uuid4(), current_tenant_id(), visitor_id, None, int(Event.PAGE_VIEWED), None, at, at, None, 0, props)


def bound_to() -> int | None:
    found: int | None = sql.run(
        "SELECT lead_id FROM tracking_visitor WHERE tenant_id = %(tenant_id)s AND key = 'browser-1'"
    ).value()
    return found


def test_an_arrival_from_a_mail_binds_the_browser(in_acme: NewWorkspace, now: datetime) -> None:
    (lead,) = make_leads(["a@client.example"], now=now)

    bind_arrivals([arrive(landing(in_acme.workspace.pk, lead, now), now)], now)

    assert bound_to() == lead


def test_an_old_or_foreign_or_forged_token_binds_nobody(
    in_acme: NewWorkspace, globex: NewWorkspace, now: datetime
) -> None:
    (lead,) = make_leads(["a@client.example"], now=now)
    tokens = [
        landing(in_acme.workspace.pk, lead, now - timedelta(hours=1)),
        landing(globex.workspace.pk, lead, now),
        landing(in_acme.workspace.pk, lead + 1000, now),
        "forged",
    ]

    bind_arrivals([arrive(token, now) for token in tokens], now)

    assert bound_to() is None


def test_a_sender_s_own_clock_does_not_keep_a_landing_alive(in_acme: NewWorkspace, now: datetime) -> None:
    (lead,) = make_leads(["a@client.example"], now=now)
    clicked_at = now - timedelta(hours=5)

    backdated = replace(arrive(landing(in_acme.workspace.pk, lead, clicked_at), clicked_at), received_at=now)
    bind_arrivals([backdated], now)

    assert bound_to() is None
