"""Every URL × method × role answers as the table says; the table and the resolver name the same addresses.

Who sees a part of the people sees nothing of the others, on no page and through no key.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.urls import reverse

from leads.actions import LeadInput, bulk, exports, upsert_companies, upsert_leads
from leads.actions.company_joins import join_companies
from leads.models import Company, Lead
from ma_platform.db import sql
from ma_platform.tenancy.models import Membership
from ma_platform.tenancy.permissions import ROLE_CAPABILITIES, Role, Span
from ma_platform.tenancy.reach import reach_of_user, reaching
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.tenancy.walls import WEB
from tests.walls.crawl import Crawler, Given, promised, routes, verdict
from tests.walls.foreign import Watch, of_people
from tests.walls.populated import Tenant
from tests.walls.questions import COLUMNS, garbled
from tests.walls.reaching import (
    ABOUT_PEOPLE,
    API_READS,
    ASKER,
    PAGE_READS,
    WRITES,
    asked,
    grouped,
    limited,
    named,
    told,
)
from tests.walls.routes import ROWS, Anybody, Row, Who

pytestmark = pytest.mark.xdist_group("walls-routes")

CALLS = [
    pytest.param(row, method, who, id=f"{method} {row.name}") for row in ROWS for method, who in row.methods.items()
]
PAGES = [call for call in CALLS if not call.values[0].is_api]
API_CALLS = [call for call in CALLS if call.values[0].is_api]
EVERY_ROW = [pytest.param(row, id=row.name) for row in ROWS]


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    named = {row.name for row in ROWS}

    assert (routes() - named, named - routes()) == (set(), set())


def test_no_address_has_two_rows() -> None:
    names = [row.name for row in ROWS]

    assert sorted(set(names)) == sorted(names)


def test_the_crawl_asks_with_the_rights_of_the_web(crawler: Crawler) -> None:
    assert sql.run("SELECT session_user::text").value() == WEB


@pytest.mark.parametrize(("row", "method", "who"), PAGES)
def test_a_page_answers_each_role_as_promised_and_shows_nothing_of_another_tenant(
    crawler: Crawler, globex_tenant: Tenant, row: Row, method: str, who: Who
) -> None:
    answers = crawler.answers(row, method)

    verdicts = {role: verdict(answer, leads_away=row.leads_away) for role, answer in answers.items()}
    leaks = [role for role, answer in answers.items() if globex_tenant.mark in answer.text.lower()]
    assert verdicts == promised(who, ROLE_CAPABILITIES)
    assert leaks == [] or who is Anybody.LOCAL


@pytest.mark.parametrize(("row", "method", "who"), API_CALLS)
def test_an_api_call_needs_a_key_with_its_scope_and_shows_nothing_of_another_tenant(
    crawler: Crawler, acme_tenant: Tenant, globex_tenant: Tenant, row: Row, method: str, who: Who
) -> None:
    with_scope = crawler.ask(row, method, key=acme_tenant.made.api_key)
    without_scope = crawler.without(who, row, method)
    without_key = crawler.ask(row, method)

    assert with_scope.status in (200, 201, 202, 204), with_scope.content
    assert globex_tenant.mark not in with_scope.text.lower()
    assert (without_scope.status, without_scope.headers["Content-Type"]) == (403, "application/problem+json")
    assert (without_key.status, without_key.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_the_crawl_would_see_a_leak(crawler: Crawler, acme_tenant: Tenant) -> None:
    seen = [crawler.ask(named(name), "GET", role="owner").text.lower() for name in ("leads:page", "mailing:list")]

    assert [acme_tenant.mark in text for text in seen] == [True, True]


@pytest.mark.parametrize("row", EVERY_ROW)
def test_a_method_the_table_does_not_name_is_not_allowed(crawler: Crawler, row: Row) -> None:
    assert set(crawler.unanswered(row).values()) <= {405}, crawler.unanswered(row)


READS = [pytest.param(row, id=row.name) for row in ROWS if row.GET is not None]
READS.append(pytest.param(COLUMNS, id="leads:import?columns"))


@pytest.mark.parametrize("row", READS)
def test_a_garbled_question_never_breaks_a_page(crawler: Crawler, row: Row) -> None:
    answers = garbled(crawler, row)

    assert {question: status for question, status in answers.items() if status == 500} == {}


def test_a_page_is_garbled_in_all_that_it_reads(crawler: Crawler) -> None:
    names = {name for name, _text in garbled(crawler, named("tracking:pages"))}

    assert names == {"", "url", "days", "sort", "q", "page"}


def test_no_page_shows_anybody_out_of_reach(crawler: Crawler, acme_tenant: Tenant) -> None:
    with limited(acme_tenant):
        wrong = {row.name: said for row in PAGE_READS if (said := told(crawler, row))}

    assert wrong == {}


def test_no_api_answer_shows_anybody_out_of_reach(crawler: Crawler, acme_tenant: Tenant) -> None:
    with limited(acme_tenant):
        wrong = {row.name: said for row in API_READS if (said := told(crawler, row))}

    assert wrong == {}


def test_nobody_out_of_reach_is_written_about(crawler: Crawler, acme_tenant: Tenant) -> None:
    with limited(acme_tenant):
        watch = Watch(acme_tenant.made.workspace, of_people())
        answers = {
            f"{method} {row.name}": asked(crawler, row, method=method, look=watch.changed)
            for row, method in ABOUT_PEOPLE
        }

    assert {name: answer.found for name, answer in answers.items() if answer.found} == {}
    assert {name: answer.status for name, answer in answers.items() if answer.status >= 500} == {}


def test_nothing_that_is_asked_breaks_on_the_wall(crawler: Crawler, acme_tenant: Tenant) -> None:
    with limited(acme_tenant, span=Span.GROUP):
        grouped(acme_tenant, ASKER, Role.SALES)
        statuses = {f"{method} {row.name}": asked(crawler, row, ASKER, method).status for row, method in WRITES}

    assert {name: status for name, status in statuses.items() if status >= 500} == {}


def test_an_owner_of_people_sees_them_and_nobody_else(crawler: Crawler, acme_tenant: Tenant) -> None:
    double = named("leads:page")
    with limited(acme_tenant, Role.SALES):
        pages = {name: asked(crawler, named(name), Role.SALES) for name in ("leads:list", "leads:page", "api:lead")}
        theirs = {"lead": acme_tenant.ids["double"]}
        other = crawler.ask(double, "GET", role="sales", given=Given(address=theirs))

    assert [answer.status for answer in pages.values()] == [200, 200, 200]
    assert [acme_tenant.ids["lead"] in answer.text for answer in pages.values()] == [True, True, True]
    assert acme_tenant.ids["double"] not in pages["leads:list"].text
    assert other.status == 404


def test_those_of_a_group_see_each_others_people_as_long_as_they_are_in_it(
    crawler: Crawler, acme_tenant: Tenant
) -> None:
    page, statuses = named("leads:page"), []
    with limited(acme_tenant, Role.VIEWER, Span.GROUP):
        statuses.append(asked(crawler, page, Role.VIEWER).status)
        grouped(acme_tenant, Role.VIEWER, Role.SALES)
        statuses.append(asked(crawler, page, Role.VIEWER).status)
        with tenant_scope(acme_tenant.made.workspace):
            Membership.objects.filter(user=acme_tenant.members[Role.SALES]).delete()
        statuses.append(asked(crawler, page, Role.VIEWER).status)

    assert statuses == [404, 200, 404]


def test_people_without_an_owner_are_seen_by_whom_they_are_left_to(crawler: Crawler, acme_tenant: Tenant) -> None:
    theirs = Given(address={"lead": acme_tenant.ids["double"]})
    with limited(acme_tenant, unowned=True):
        unowned = crawler.ask(named("leads:page"), "GET", role="admin", given=theirs)
        owned = asked(crawler, named("leads:page"))

    assert (unowned.status, owned.status) == (200, 404)


def test_a_key_that_stands_for_somebody_who_left_sees_nobody(crawler: Crawler, acme_tenant: Tenant) -> None:
    with limited(acme_tenant, Role.SALES):
        before = asked(crawler, named("api:leads"))
        with tenant_scope(acme_tenant.made.workspace):
            Membership.objects.filter(user=acme_tenant.members[Role.SALES]).delete()
        after = asked(crawler, named("api:leads"))

    assert (before.status, acme_tenant.ids["lead"] in before.text) == (200, True)
    assert (after.status, after.text) == (200, '{"results":[],"next":null}')


def test_a_taken_address_is_said_to_be_known_and_not_whose_it_is(crawler: Crawler, acme_tenant: Tenant) -> None:
    said = LeadInput(email=acme_tenant.ids["lead_email"], job_title="社長")
    with limited(acme_tenant), tenant_scope(acme_tenant.made.workspace):
        asker = acme_tenant.members[Role.ADMIN]
        with reaching(reach_of_user(asker.pk)):
            (refused,) = upsert_leads([said], by=asker, now=acme_tenant.now)
            (made,) = upsert_leads([LeadInput(email="new@new.example")], by=asker, now=acme_tenant.now)
            mine = list(Lead.objects.values_list("pk", "owner__email"))
        kept = Lead.objects.get(email=said.email).job_title

    assert (refused.errors, refused.public_id, kept) == ({"email": "out_of_reach"}, None, "部長")
    assert mine == [(made.lead_id, asker.email)]


def test_somebody_can_be_handed_to_a_colleague_out_of_reach(crawler: Crawler, acme_tenant: Tenant) -> None:
    body = {"value": "$owner_email", "was": "$member_email"}
    handing = replace(named("leads:cell"), args={"lead_id": "$lead", "key": "owner"}, body=body)
    with limited(acme_tenant, Role.SALES):
        answer = crawler.send(handing, "POST", role="sales")
        after = asked(crawler, named("leads:page"), Role.SALES).status

    assert (answer.status_code, after) == (200, 404)


def test_who_hands_somebody_on_in_the_form_is_led_to_a_page_they_may_see(crawler: Crawler, acme_tenant: Tenant) -> None:
    row = named("leads:edit")
    handing = replace(row, body={**row.body, "owner": "$owner_email"})
    with limited(acme_tenant, Role.SALES):
        answer = crawler.send(handing, "POST", role="sales")

    assert (answer.status_code, answer.headers["location"]) == (302, reverse("leads:list"))


def test_a_file_and_a_job_hold_whom_the_asker_sees_when_they_run(crawler: Crawler, acme_tenant: Tenant) -> None:
    now, counts = acme_tenant.now, []
    kind = bulk.kind_of("add_tag")
    with limited(acme_tenant, Role.MARKETER), tenant_scope(acme_tenant.made.workspace):
        asker = acme_tenant.members[Role.MARKETER]
        for span in (Span.OWN, Span.ALL):
            Membership.objects.filter(user=asker).update(reach=span)
            export = exports.start_export({"q": ""}, columns=["email"], form="csv", by=asker, now=now)
            job = bulk.start_job(kind, kind.read({"tag": "x"}), {"q": ""}, by=asker, now=now)
            exports.begin(export.pk)
            bulk.advance(job.pk, now=now)
            counts.append((exports.write_export(export.pk, now=now), job.refresh().total))
        everyone = Lead.objects.filter(merged_into=None).count()

    assert counts == [(0, 0), (everyone, everyone)]


def test_what_concerns_the_whole_workspace_is_done_to_all_of_it(crawler: Crawler, acme_tenant: Tenant) -> None:
    now, asker = acme_tenant.now, acme_tenant.members[Role.MARKETER]
    with limited(acme_tenant, Role.MARKETER), tenant_scope(acme_tenant.made.workspace):
        ((kept, _created),) = upsert_companies([{"name": "引き継ぎ先"}], now=now)
        with reaching(reach_of_user(asker.pk)):
            both = [Company.objects.get(public_id=one) for one in (kept, acme_tenant.ids["company"])]
            join_companies(*both, by=asker, now=now)
            seen = Lead.objects.count()
        moved = Lead.objects.get(public_id=acme_tenant.ids["lead"]).company

    assert (seen, moved) == (0, both[0])
