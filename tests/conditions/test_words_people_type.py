"""Real words, as people type them: folded whatever the field, by name in sentences, by label in lists."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from conditions import compile, describe, offered, parse
from leads.models import Attribute, Lead
from ma_platform.db import sql
from tests.conftest import NOW
from tests.people import make_person, see
from tracking.actions import SubjectRef, record
from tracking.catalogue import Event

PEOPLE = "SELECT lead.id FROM leads_lead AS lead WHERE lead.tenant_id = %(tenant_id)s AND {} ORDER BY lead.id"
pytestmark = pytest.mark.usefixtures("in_acme")


def those(condition: object) -> list[int]:
    asked = compile(parse(condition), now=NOW, tz=ZoneInfo("Asia/Tokyo"))
    return [int(lead) for lead in sql.run(PEOPLE.format(asked.sql), **asked.params).values()]


def viewed(field: str, value: str, op: str = "eq") -> object:
    return {"event": "page_viewed", "where": {"field": field, "op": op, "value": value}}


def test_text_is_folded_in_every_field_people_type_into() -> None:
    lead = make_person("taro@example.co.jp")
    Lead.objects.filter(pk=lead).update(source_first={"utm_source": "メルマガ"})
    props = {"referrer": "https://News.Example/", "url": "https://acme.example/Price?utm_source=News", "seats": 5}
    see(lead, Event.PAGE_VIEWED, at=NOW, about="/Price", props={**props, "trial": True})

    asked = [
        {"field": "lead.email_domain", "op": "eq", "value": "ＥＸＡＭＰＬＥ.co.jp"},
        {"field": "source.first.utm_source", "op": "eq", "value": "めるまが"},
        viewed("path", "/price"),
        viewed("referrer", "news.example", "contains"),
        viewed("utm_source", "NEWS"),
        viewed("properties.seats", "5"),
        viewed("properties.trial", "true"),
    ]

    assert [those(one) for one in asked] == [[lead]] * len(asked)
    assert those({"field": "lead.email_domain", "op": "eq", "value": "Example.co.jp", "exact": True}) == []
    assert those(viewed("properties.seats", "50")) == []


def test_a_domain_is_compared_as_its_index_keeps_it() -> None:
    condition = parse({"field": "lead.email_domain", "op": "in", "value": ["Example.co.jp", "b.example"]})

    asked = compile(condition, now=NOW, tz=ZoneInfo("Asia/Tokyo"))

    assert "lead.email_domain IS NOT NULL AND lead.email_domain = ANY(" in asked.sql
    assert ["example.co.jp", "b.example"] in asked.params.values()


def test_sentences_say_what_a_form_is_called() -> None:
    subject = SubjectRef("form", "frm_0123", "資料請求フォーム")
    record(Event.FORM_SUBMITTED, lead=make_person(), at=NOW, subject=subject)
    asked = parse({"event": "form_submitted", "where": {"field": "form", "op": "eq", "value": "frm_0123"}})
    several = parse({"event": "form_submitted", "where": {"field": "form", "op": "in", "value": ["frm_0123", "x"]}})

    assert describe(asked, locale="ja") == "「資料請求フォーム」を1回以上送信"
    assert describe(several, locale="en") == "submitted a form (Form is one of “資料請求フォーム”, “x”) at least once"


def test_fields_of_several_choices_offer_their_labels() -> None:
    choices = [{"key": "crm", "label": "顧客管理"}, {"key": "ma", "label": "自動化"}]
    Attribute.objects.create(
        subject="lead", key="wants", label="関心", kind="multi_choice", choices=choices, created_at=NOW
    )

    (told,) = [field for field in offered(locale="ja")["fields"] if field["key"] == "lead.attributes.wants"]

    assert [one["label"] for one in told["choices"]] == ["顧客管理", "自動化"]
    assert those({"field": "lead.attributes.wants", "op": "contains", "value": "crm"}) == []
