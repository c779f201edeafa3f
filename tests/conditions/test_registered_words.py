"""Every word the rooms have registered compiles against the real tables, alone and negated."""

from zoneinfo import ZoneInfo

import pytest

from conditions import VISITOR_WORDS, VISITORS, WORDS, compile, parse
from ma_platform.db import sql
from tests.conftest import NOW
from tracking.actions import record
from tracking.catalogue import Event

KEYS = sorted(field.key for field in WORDS.fixed())
VISITOR_KEYS = sorted(field.key for field in VISITOR_WORDS.fixed())
FAMILIES = (
    "source.first.utm_source",
    "source.last.referrer_host",
    "source.any.utm_campaign",
    "consent.newsletter",
    "random.7",
)

OF_EVERY_VISITOR = {
    "visitor.known",
    "visitor.visits",
    "visitor.first_seen_at",
    "visitor.last_seen_at",
    "visitor.points",
}


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


def count_visitors(condition: object) -> int:
    asked = compile(
        parse(condition, vocabulary=VISITOR_WORDS), now=NOW, tz=ZoneInfo("Asia/Tokyo"), vocabulary=VISITOR_WORDS
    )
    statement = f"SELECT count(*) FROM {VISITORS.rows} WHERE visitor.tenant_id = %(tenant_id)s AND {asked.sql}"
    return int(sql.run(statement, **asked.params).value())


@pytest.mark.usefixtures("in_acme")
@pytest.mark.parametrize("key", [*VISITOR_KEYS, *FAMILIES, "lead.source.first.utm_source"])
def test_every_word_is_known_or_unknown_of_a_visitor_nobody_knows(key: str):
    record(Event.PAGE_VIEWED, visitor="browser-of-nobody", at=NOW)
    asked = {"field": key, "op": "is_set"}

    known = count_visitors(asked)

    assert known + count_visitors({"not": asked}) == 1
    assert known == (1 if key in OF_EVERY_VISITOR else 0)
