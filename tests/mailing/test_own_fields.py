"""A workspace's own fields in mails: as people read them, with a fallback or a gap that is told."""

from __future__ import annotations

from typing import Any

import pytest

from leads.actions import LeadInput, upsert_lead
from leads.actions.attributes import AttributeInput, create_attribute
from mailing.queries.preview import preview
from tests.conftest import NOW

BODY = (
    '<p>{{ lead.attributes.trade|default("業態なし") }} {{ lead.attributes.likes|join("・") }} '
    '{{ lead.attributes.joined|date("%Y/%m") }} {{ lead.attributes.seats|number }}</p>'
)


@pytest.fixture
def fields(in_acme: object) -> None:
    for key, label, kind, choices in (
        ("trade", "業態", "choice", (("w", "卸売"),)),
        ("likes", "関心", "multi_choice", (("ai", "AI"), ("iot", "IoT"))),
        ("joined", "入会日", "date", ()),
        ("seats", "席数", "number", ()),
    ):
        create_attribute(AttributeInput(key=key, label=label, kind=kind, choices=choices), by=None, now=NOW)


def mailed(body: str, *, attributes: dict[str, Any]) -> Any:
    lead = upsert_lead(LeadInput(email="a@example.co.jp", attributes=attributes), by=None, now=NOW)
    document = {"v": 1, "name": "案内", "kind": "operational", "subject": "ご案内", "body": {"html": body}}
    return preview(document, lead_id=lead.lead_id)


def test_values_are_printed_as_people_read_them(fields: None) -> None:
    seen = mailed(BODY, attributes={"trade": "w", "likes": ["ai", "iot"], "joined": "2026-04-01", "seats": 1200})

    assert "<p>卸売 AI・IoT 2026/04 1,200</p>" in seen.html


def test_a_fallback_stands_in_and_a_gap_is_told(fields: None) -> None:
    seen = mailed('<p>{{ lead.attributes.trade|d("業態なし") }}{{ lead.attributes.seats }}</p>', attributes={})

    assert "<p>業態なし</p>" in seen.html
    assert [line for line in seen.warnings if "lead.attributes" in line and "trade" in line] == []
    assert len([line for line in seen.warnings if "lead.attributes.seats" in line]) == 2


def test_a_field_nobody_made_is_told(fields: None) -> None:
    seen = mailed('<p>{{ lead.attributes.nothing|d("") }}</p>', attributes={})

    assert len([line for line in seen.warnings if "lead.attributes.nothing" in line]) == 1
