"""Why mail to somebody is stopped, as conditions ask."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from conditions import compile, parse
from leads.actions import LeadInput, upsert_leads
from ma_platform.db import sql
from mailing.actions import suppress


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
