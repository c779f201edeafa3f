"""Why mail to somebody is stopped, as conditions ask."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from conditions import compile, parse
from leads.actions import LeadInput, upsert_leads
from ma_platform.db import sql
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from mailing.actions import suppress
from mailing.actions.refuse import suppress_by_hand, unsuppress
from mailing.models import Suppression
from tests.leads.segments.making import consume, inside, made
from tracking.actions import record
from tracking.catalogue import Event


@pytest.mark.usefixtures("in_acme")
def test_a_stopped_address_is_found_by_its_reason(now: datetime) -> None:
    rows = [LeadInput(email=f"{name}@client.example") for name in ("bounced", "fine")]
    bounced, fine = (one.lead_id for one in upsert_leads(rows, by=None, now=now))
    suppress(["Bounced@client.example"], reason="bounce", now=now)

    def those(**test: str) -> list[int]:
        asked = compile(parse({"field": "mail.stopped", **test}), now=now, tz=ZoneInfo("Asia/Tokyo"))
        statement = "SELECT lead.id FROM leads_lead AS lead WHERE lead.tenant_id = %(tenant_id)s AND {}"
        return sql.run(statement.format(asked.sql), **asked.params).values()

    assert those(op="eq", value="bounce") == [bounced]
    assert those(op="eq", value="manual") == []
    assert those(op="is_not_set") == [fine]


@pytest.mark.usefixtures("in_acme")
def test_segments_that_ask_what_stops_mail_follow_at_once(now: datetime, acme: NewWorkspace) -> None:
    rows = [LeadInput(email=f"{name}@client.example") for name in ("bounced", "stopped")]
    bounced, stopped = (one.lead_id for one in upsert_leads(rows, by=None, now=now))
    assert bounced is not None
    segment = made({"field": "mail.stopped", "op": "is_set"}, now=now)

    suppress_by_hand("Stopped@Client.example", by=acme.owner, now=now)
    by_hand = inside(segment)
    suppress(["bounced@client.example"], reason="bounce", now=now)
    record(Event.EMAIL_BOUNCED, lead=bounced, at=now)
    consume(now)
    heard = inside(segment)
    unsuppress(Suppression.objects.get(reason="manual"), by=acme.owner, now=now)

    assert (by_hand, heard, inside(segment)) == ({stopped}, {bounced, stopped}, {bounced})
