"""Every word the rooms have registered compiles against the real tables, alone and negated."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from conditions import WORDS, compile, parse
from ma_platform.db import sql

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
KEYS = sorted(field.key for field in WORDS.fixed())
FAMILIES = ("source.first.utm_source", "source.last.referrer_host", "consent.newsletter", "random.7")


def count(condition: object) -> int:
    asked = compile(parse(condition), now=NOW, tz=ZoneInfo("Asia/Tokyo"))
    statement = "SELECT count(*) FROM leads_lead AS lead WHERE lead.tenant_id = %(tenant_id)s AND " + asked.sql
    return int(sql.run(statement, **asked.params).value())


def test_the_rooms_have_registered_their_words():
    assert {"lead.email", "company.name", "score.total", "lead.stage", "lead.last_seen_at"} <= set(KEYS)


@pytest.mark.usefixtures("in_acme")
@pytest.mark.parametrize("key", [*KEYS, *FAMILIES])
def test_a_registered_field_compiles(key: str):
    asked = {"field": key, "op": "is_set"}

    assert (count(asked), count({"not": asked})) == (0, 0)


@pytest.mark.usefixtures("in_acme")
@pytest.mark.parametrize("event", ["page_viewed", "form_submitted", "email_clicked", "seminar_registered"])
def test_a_registered_event_compiles(event: str):
    assert count({"event": event, "count": {"op": "gte", "value": 3}, "within": {"days": 14}}) == 0
