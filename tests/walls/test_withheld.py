"""A sensitive field is nowhere to be found by who may not see it: on no page, in no answer of the API, in no file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from orjson import dumps, loads
from pytest_django.plugin import DjangoDbBlocker

from conditions import parse
from leads.actions import LeadInput, edit_lead
from leads.actions.attributes import AttributeInput, create_attribute
from leads.actions.exports import begin, start_export, write_export
from leads.actions.imports.options import ImportRefused, Options, check, kind_of
from leads.actions.sensitive import mark_field
from leads.models import Lead, SegmentOverride
from leads.queries.asking import explain_lead
from lifecycle.actions.alerts import raise_alerts
from lifecycle.alerting import Crossing
from lifecycle.models import Alert
from ma_platform import clock
from ma_platform.tenancy.models import Membership
from ma_platform.tenancy.permissions import ROLE_CAPABILITIES, Capability, Role, Span
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.tenancy.veil import worn_by
from mailing.actions import create_email
from tests.emptying import empty_database
from tests.walls.crawl import Answer, Crawler
from tests.walls.populated import Tenant, populate
from tests.walls.routes import ROWS, Anybody, Row
from tracking.actions import NewFact, record_many
from tracking.catalogue import Event

pytestmark = pytest.mark.xdist_group("walls-withheld")
PHONE, BUDGET = "03-9876-1234", "秘密の予算"
ROW = {row.name: row for row in ROWS}


@pytest.fixture(scope="module")
def two(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[Tenant, Tenant]]:
    """acme alone: what is not shown inside a workspace needs no neighbour."""
    with django_db_blocker.unblock():
        try:
            acme = populate("acmemark", now=clock.now())
            yield acme, acme
        finally:
            empty_database()


@pytest.fixture(scope="module")
def marked(two: tuple[Tenant, Tenant], django_db_blocker: DjangoDbBlocker) -> Tenant:
    """acme, whose lead has a phone number and a budget; both are sensitive, and so is every address."""
    tenant = two[0]
    with django_db_blocker.unblock(), tenant_scope(tenant.made.workspace):
        by = {"by": tenant.made.owner, "now": tenant.now}
        create_attribute(AttributeInput(label="予算", kind="text", key="budget"), **by)
        lead = Lead.objects.get(public_id=tenant.ids["lead"])
        edit_lead(lead, LeadInput(phone=PHONE, attributes={"budget": BUDGET}), **by)
        stated = {"traits": {"phone": PHONE, "email": tenant.ids["lead_email"]}, "user_id": tenant.ids["lead_email"]}
        signed_in = NewFact(Event.IDENTIFIED, tenant.now, visitor=tenant.ids["browser"], id=uuid4(), props=stated)
        record_many([signed_in])
        for word in ("lead.phone", "lead.email", "lead.attributes.budget"):
            mark_field(word, **by)
    return tenant


def told(tenant: Tenant, content: bytes) -> set[str]:
    """Which of the values stand in an answer, however written."""
    text = content.decode("utf-8", "replace")
    address = re.escape(f"@client.{tenant.mark}.example")
    shapes = {"phone": r"9876.?1234", "email": f"[a-z0-9]+{address}", "budget": BUDGET}
    return {name for name, shape in shapes.items() if re.search(shape, text)}


def pages_of(crawler: Crawler, role: Role) -> dict[str, Answer]:
    """Every answer a role gets; a search that says again what was typed is none of our telling."""
    mine = ROLE_CAPABILITIES[role] | {Anybody.SIGNED_IN}
    rows = [row for row in ROWS if not row.is_api and not row.leads_away and "$lead_email" not in row.query.values()]
    asked = [(row, method) for row in rows for method, who in row.methods.items() if who in mine]
    return {f"{method} {row.name}": crawler.ask(row, method, role=role.value) for row, method in asked}


def test_no_page_tells_a_salesperson(crawler: Crawler, marked: Tenant) -> None:
    answers = pages_of(crawler, Role.SALES)

    assert {name: one.status for name, one in answers.items() if one.status >= 500} == {}
    assert {name: found for name, one in answers.items() if (found := told(marked, one.content))} == {}
    assert "非表示" in answers["GET leads:page"].content.decode()


def test_no_page_drawn_again_after_a_refused_form_tells_a_salesperson(crawler: Crawler, marked: Tenant) -> None:
    mine = ROLE_CAPABILITIES[Role.SALES] | {Anybody.SIGNED_IN}
    rows = [replace(row, body={}) for row in ROWS if not row.is_api and row.methods.get("POST") in mine]

    with transaction.atomic(), tenant_scope(marked.made.workspace):
        mark_field("lead.last_name", by=marked.made.owner, now=marked.now)
        answers = {row.name: crawler.ask(row, "POST", role=Role.SALES.value) for row in rows if not row.leads_away}
        transaction.set_rollback(True)

    assert {name: one.status for name, one in answers.items() if one.status >= 500} == {}
    assert {name: found for name, one in answers.items() if (found := told(marked, one.content))} == {}
    assert [name for name, one in answers.items() if f"{marked.mark}山田" in one.content.decode()] == []
    assert answers["leads:touchpoint"].status == 422


def test_the_api_tells_no_key_without_the_scope(crawler: Crawler, marked: Tenant) -> None:
    asked = [(row, method) for row in ROWS if row.is_api for method in row.methods]

    answers = {f"{method} {row.name}": crawler.without(Capability.SEE_SENSITIVE, row, method) for row, method in asked}

    assert {name: one.status for name, one in answers.items() if one.status >= 500} == {}
    assert {name: found for name, one in answers.items() if (found := told(marked, one.content))} == {}
    assert loads(answers["GET api:lead"].content)["withheld"] == ["attributes.budget", "email", "email_domain", "phone"]


def test_who_may_see_sensitive_fields_sees_them(crawler: Crawler, marked: Tenant) -> None:
    page = crawler.ask(ROW["leads:page"], "GET", role=Role.MARKETER.value)
    by_key = crawler.ask(ROW["api:lead"], "GET", key=marked.made.api_key)

    assert told(marked, page.content) == {"phone", "email", "budget"}
    assert told(marked, by_key.content) == {"phone", "email", "budget"}


def test_who_sees_their_own_people_alone_sees_those_without_the_values(crawler: Crawler, marked: Tenant) -> None:
    seller = marked.members[Role.SALES]
    with transaction.atomic(), tenant_scope(marked.made.workspace):
        Lead.objects.filter(public_id=marked.ids["lead"]).update(owner=seller)
        Membership.objects.filter(user=seller).update(reach=Span.OWN)
        page = crawler.ask(ROW["leads:page"], "GET", role=Role.SALES.value)
        transaction.set_rollback(True)

    assert (page.status, "花子" in page.content.decode(), told(marked, page.content)) == (200, True, set())


@pytest.mark.parametrize("typed", ["0398761234", "hanako@"])
def test_nobody_is_found_by_a_value_that_is_not_shown(crawler: Crawler, marked: Tenant, typed: str) -> None:
    row = replace(ROW["leads:list"], query={"q": typed})

    lists = {role: crawler.ask(row, "GET", role=role.value).content.decode() for role in (Role.MARKETER, Role.SALES)}

    assert [marked.ids["lead"] in lists[Role.MARKETER], marked.ids["lead"] in lists[Role.SALES]] == [True, False]


@pytest.mark.parametrize("typed", ["0398761234", "$lead_email"])
def test_nobody_is_put_in_or_let_go_by_a_value_that_is_not_shown(crawler: Crawler, marked: Tenant, typed: str) -> None:
    put = replace(ROW["leads:segment_put"], body={"lead": typed, "belongs": "in", "days": "7"})
    let_go = replace(ROW["leads:segment_release"], body={"lead": typed})

    by_sight, without = (
        [_by_hand_after(crawler, marked, row, role=role) for row in (put, let_go)]
        for role in (Role.MARKETER, Role.SALES)
    )

    assert (by_sight, without) == ([(302, 1), (302, 0)], [(422, 1), (302, 1)])


def _by_hand_after(crawler: Crawler, marked: Tenant, row: Row, *, role: Role) -> tuple[int, int]:
    """The status, and how many are in the segment by hand then; undone again."""
    with transaction.atomic():
        answer = crawler.send(row, "POST", role=role.value)
        with tenant_scope(marked.made.workspace):
            left = SegmentOverride.objects.filter(segment__public_id=marked.ids["segment"]).count()
        transaction.set_rollback(True)
    return answer.status_code, left


def test_an_order_and_its_cursor_tell_no_name(crawler: Crawler, marked: Tenant) -> None:
    with transaction.atomic(), tenant_scope(marked.made.workspace):
        mark_field("lead.last_name", by=marked.made.owner, now=marked.now)
        found = crawler.ask(replace(ROW["leads:list"], query={"sort": "name"}), "GET", role=Role.SALES.value)
        transaction.set_rollback(True)

    assert (found.status, f"{marked.mark}山田" in found.content.decode()) == (200, False)
    assert marked.ids["lead"] in found.content.decode()


def test_a_condition_about_a_field_that_is_not_shown_is_refused(crawler: Crawler, marked: Tenant) -> None:
    condition = {"field": "lead.phone", "op": "starts_with", "value": "03"}
    listed = replace(ROW["leads:list"], query={"condition": dumps(condition).decode()})
    counted = replace(ROW["leads:condition_count"], body={"condition": condition})
    segment = replace(ROW["api:segments"], body={"name": "x", "condition": condition})

    answers = [
        crawler.ask(listed, "GET", role=Role.SALES.value),
        crawler.ask(counted, "POST", role=Role.SALES.value),
        crawler.without(Capability.SEE_SENSITIVE, segment, "POST"),
    ]

    assert [one.status for one in answers] == [200, 422, 422]
    shown = answers[0].content.decode()
    assert ("「電話番号」はあなたに表示されない項目" in shown, marked.ids["lead"] in shown) == (True, False)


def test_a_condition_about_what_a_browser_said_of_an_address_is_refused(crawler: Crawler, marked: Tenant) -> None:
    user = {"field": "properties.user_id", "op": "starts_with", "value": "hanako@"}
    condition = {"event": "identified", "where": user}
    explained = replace(ROW["leads:condition_explain"], body={"condition": condition, "lead": "$lead"})
    segment = replace(ROW["api:segments"], body={"name": "x", "condition": condition})
    browser = replace(ROW["api:visitor_match"], body={"visitor": "$browser", "conditions": [condition]})

    by_page = [crawler.ask(explained, "POST", role=one.value).status for one in (Role.MARKETER, Role.SALES)]
    by_key = [crawler.ask(row, "POST", key=marked.made.api_key).status for row in (segment, browser)]
    without = [crawler.without(Capability.SEE_SENSITIVE, row, "POST").status for row in (segment, browser)]

    assert (by_page, by_key, without) == ([200, 422], [201, 200], [422, 422])


def test_who_does_not_see_a_field_cannot_write_over_it(crawler: Crawler, marked: Tenant) -> None:
    typed = {"last_name": "改名", "phone": "06-0000-0000", "email": "", "attribute_budget": ""}
    with transaction.atomic():
        page = crawler.send(replace(ROW["leads:edit"], body=typed), "POST", role=Role.SALES.value)
        with tenant_scope(marked.made.workspace):
            lead = Lead.objects.get(public_id=marked.ids["lead"])
        transaction.set_rollback(True)
    by_key = crawler.without(Capability.SEE_SENSITIVE, replace(ROW["api:lead"], body={"phone": "0600000000"}), "PATCH")

    assert (page.status_code, lead.last_name, lead.phone, lead.attributes) == (302, "改名", PHONE, {"budget": BUDGET})
    assert lead.email == marked.ids["lead_email"]
    assert (by_key.status, list(loads(by_key.content)["errors"])) == (422, ["phone"])


def test_a_preview_of_a_mail_tells_no_value(crawler: Crawler, marked: Tenant) -> None:
    html = '<p>{{ lead.phone|d("-") }} {{ lead.attributes.budget|d("-") }}</p>'
    document = {"v": 1, "name": "x", "kind": "operational", "subject": "x", "body": {"html": html}}
    with transaction.atomic(), tenant_scope(marked.made.workspace):
        mail = create_email(document, by=marked.made.owner, now=marked.now)
        row = replace(ROW["api:email_preview"], args={"email_id": mail.public_id})
        answers = [
            crawler.ask(row, "POST", key=marked.made.api_key),
            crawler.without(Capability.SEE_SENSITIVE, row, "POST"),
        ]
        transaction.set_rollback(True)

    assert [(one.status, told(marked, one.content)) for one in answers] == [(200, {"phone", "budget"}), (200, set())]


def test_nobody_is_named_by_an_address_that_is_not_shown(crawler: Crawler, marked: Tenant) -> None:
    deal = replace(ROW["api:deals"], body={"external_id": "W-1", "lead_emails": ["$lead_email"]})
    touchpoint = replace(ROW["api:touchpoints"], body={"email": "$lead_email", "kind": "call"})

    by_key = [crawler.without(Capability.SEE_SENSITIVE, row, "POST") for row in (deal, touchpoint)]
    with tenant_scope(marked.made.workspace), worn_by(ROLE_CAPABILITIES[Role.SALES], reading=False):
        columns = Options(mapping={"番号": "external_id", "担当者": "lead_email"})
        with pytest.raises(ImportRefused):
            check(columns, kind_of("deals"), ["番号", "担当者"])
    pages = [crawler.ask(ROW["lifecycle:new_deal"], "GET", role=one.value) for one in (Role.SALES, Role.MARKETER)]

    assert [(one.status, list(loads(one.content)["errors"])) for one in by_key] == [
        (422, ["lead_emails"]),
        (422, ["email"]),
    ]
    assert ['name="email"' in one.content.decode() for one in pages] == [False, True]


def test_a_file_says_what_is_not_in_it(crawler: Crawler, marked: Tenant) -> None:
    user, columns = marked.members[Role.MARKETER], ["last_name", "phone", "attributes.budget"]
    with transaction.atomic(), tenant_scope(marked.made.workspace):
        export = start_export({"ids": [marked.ids["lead"]]}, columns=columns, form="csv", by=user, now=marked.now)
        Membership.objects.filter(user=user).update(role=Role.SALES)
        begin(export.pk)
        write_export(export.pk, now=marked.now)
        export.refresh_from_db()
        with default_storage.open(export.path) as written:
            lines = written.read().decode("utf-8-sig").splitlines()
        transaction.set_rollback(True)

    assert lines == ["姓,表示されないため含まない項目: 予算、メールアドレス、電話番号", f"{marked.mark}山田"]


def test_why_somebody_is_in_is_told_without_the_value(crawler: Crawler, marked: Tenant) -> None:
    node = parse({"field": "lead.phone", "op": "starts_with", "value": "03"})
    with tenant_scope(marked.made.workspace), worn_by(ROLE_CAPABILITIES[Role.SALES], reading=True):
        lead = Lead.objects.get(public_id=marked.ids["lead"])
        verdict = explain_lead(node, lead, now=marked.now)

    assert (lead.phone, verdict.result) == ("", True)
    assert verdict.as_json(locale="ja")["found"] == "••••（非表示）"


def test_an_alert_goes_out_without_the_values(crawler: Crawler, marked: Tenant) -> None:
    crossing = Crossing(int(marked.ids["lead_pk"]), "withheld", "total", 90, None, marked.now)
    with transaction.atomic(), tenant_scope(marked.made.workspace):
        raise_alerts([crossing], now=marked.now)
        body = Alert.objects.get(crossing="withheld").body
        transaction.set_rollback(True)

    assert (body["name"], body["phone"], body["email"]) == (f"{marked.mark}山田 花子", "", "")
