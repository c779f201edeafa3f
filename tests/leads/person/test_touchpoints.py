"""Touchpoints that members record on the page of a person, and take back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leads.models import Lead
from ma_platform.audit.models import AuditEntry
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from tests.conftest import NOW
from tests.people import make_person
from tracking.catalogue import TOUCHPOINTS, Event
from tracking.models import Event as Fact

SAID = {"kind": "call", "at": "2026-11-19T10:30", "title": "見積もりの件", "result": "接続", "note": "来週もう一度"}


@pytest.fixture
def lead(acme, globex) -> Lead:
    with tenant_scope(acme.workspace):
        return Lead.objects.get(pk=make_person("taro@yamada.example", last_name="山田"))


def stated(lead: Lead) -> list[Fact]:
    with tenant_scope(lead.tenant):
        names = [int(event) for event in TOUCHPOINTS.values()]
        return list(Fact.objects.filter(lead_id=lead.pk, name__in=names))


def test_a_call_is_recorded_once_and_shown_with_who_recorded_it(lead, sign_in):
    client, path = sign_in(), f"/leads/{lead.public_id}"

    first = client.post(f"{path}/touchpoints/new", {**SAID, "once": "a"})
    client.post(f"{path}/touchpoints/new", {**SAID, "once": "a"})
    page = client.get(path).content.decode()

    (fact,) = stated(lead)
    assert (first.status_code, first["Location"]) == (302, path)
    assert (fact.name, fact.occurred_at.isoformat()) == (Event.TOUCHPOINT_CALL, "2026-11-19T01:30:00+00:00")
    assert fact.props == {
        "title": "見積もりの件",
        "note": "来週もう一度",
        "staff": "owner@acme.example",
        "result": "接続",
        "recorded_by": "owner@acme.example",
    }
    assert "結果：接続" in page
    assert "記録者：owner@acme.example" in page


def test_a_time_ahead_is_refused_with_what_was_typed(lead, sign_in):
    answer = sign_in().post(f"/leads/{lead.public_id}/touchpoints/new", {**SAID, "at": "2099-01-01T10:00", "once": "a"})

    assert answer.status_code == 422
    assert "来週もう一度" in answer.content.decode()
    assert stated(lead) == []


def test_who_recorded_it_takes_it_back_and_nobody_else(lead, sign_in):
    sales, owner = sign_in(Role.SALES), sign_in()
    sales.post(f"/leads/{lead.public_id}/touchpoints/new", {**SAID, "once": "a"})
    (fact,) = stated(lead)
    path = f"/leads/{lead.public_id}/touchpoints/{fact.id}/delete"

    owner.post(path)
    after_owner = len(stated(lead))
    sales.post(path)

    assert (after_owner, stated(lead)) == (1, [])
    with tenant_scope(lead.tenant):
        line = AuditEntry.objects.get(verb="touchpoint.deleted")
    assert (line.actor, line.subject, line.facts) == (
        "sales@acme.example",
        lead.public_id,
        {"kind": "touchpoint_call"},
    )


@pytest.mark.parametrize("broken", ["x", "00000000-0000-0000-0000-000000000000"])
def test_what_was_never_recorded_is_not_found(lead, sign_in, broken: str):
    path = f"/leads/{lead.public_id}/touchpoints/{broken}/delete"

    assert sign_in().post(path).status_code == 404


def test_a_key_cannot_say_that_a_member_recorded_it(lead, api):
    body = {"lead": lead.public_id, "kind": "visit", "at": (NOW - timedelta(days=1)).isoformat()}
    said = {**body, "properties": {"recorded_by": "owner@acme.example", "staff": "佐藤"}}

    answer = api.post("/api/v1/touchpoints", said, content_type="application/json")

    assert answer.status_code == 201
    assert [fact.props for fact in stated(lead)] == [{"staff": "佐藤"}]


def test_viewers_are_offered_nothing_to_record(lead, sign_in):
    client = sign_in(Role.VIEWER)

    assert "touchpoints/new" not in client.get(f"/leads/{lead.public_id}").content.decode()
    assert client.post(f"/leads/{lead.public_id}/touchpoints/new", SAID).status_code == 403
