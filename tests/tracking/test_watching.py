"""The pages people watch: who is here now, one browser's page, and which pages are read."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import quote

import pytest
import time_machine

from leads.actions import LeadInput, upsert_leads
from ma_platform.db import sql
from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.collecting import NOW
from tests.tracking.visiting import visit
from tracking.actions import NewFact, SubjectRef, bind_visitor, record_many
from tracking.catalogue import Event, Verdict
from tracking.queries import Present, count_present, page_days, page_report, present, readers
from tracking.watching import live_rows

DAY = date(2026, 11, 20)
PRICES = SubjectRef("page", "https://www.acme.jp/prices", "料金", "https://www.acme.jp/prices")


def view(visitor: str, page: SubjectRef = PRICES, *, minutes: int = 0, seconds: int = 0, **more: object) -> NewFact:
    return NewFact(
        Event.PAGE_VIEWED,
        NOW + timedelta(minutes=minutes),
        visitor=visitor,
        subject=page,
        visible_ms=seconds * 1000,
        **more,
    )


def guess_company(visitor: str, name: str, confidence: int) -> None:
    sql.run(GUESS, visitor=visitor, name=name, confidence=confidence)


GUESS = """
    UPDATE tracking_session AS visit SET company_name = %(name)s, company_confidence = %(confidence)s
      FROM tracking_visitor AS browser
     WHERE visit.tenant_id = %(tenant_id)s AND browser.tenant_id = %(tenant_id)s AND browser.key = %(visitor)s
       AND visit.visitor_id = browser.id
"""


def person(last_name: str) -> int:
    (made,) = upsert_leads([LeadInput(email=f"p{ord(last_name[-1])}@x.co.jp", last_name=last_name)], by=None, now=NOW)
    assert made.lead_id is not None
    return made.lead_id


def test_a_visit_is_here_for_five_minutes_after_its_last_sign(in_acme):
    visit("early", minutes=-6)
    visit("late", minutes=-4)

    assert [one.visitor for one in present(now=NOW)] == ["late"]


def test_machines_are_not_here(in_acme):
    visit("bot", verdict=Verdict.MACHINE)

    assert present(now=NOW) == []
    assert count_present(now=NOW).visits == 0


def test_a_known_person_is_shown_by_name_and_a_stranger_by_company(in_acme):
    visit("known")
    visit("stranger", minutes=-1)
    guess_company("stranger", "株式会社大空", 80)
    bind_visitor("known", person("山田"), "form", NOW)

    known, stranger = live_rows(present(now=NOW), now=NOW)

    assert known.who is not None
    assert (known.who.name, known.on_page, known.quiet) == ("山田", 0.0, False)
    assert (stranger.who, stranger.visit.company_name, stranger.visit.company_confidence) == (None, "株式会社大空", 80)
    assert stranger.visit.page_name == "アクメ"
    assert count_present(now=NOW) == Present(visits=2, people=1)


def test_the_page_report_counts_people_and_strangers_apart(in_acme):
    record_many([view("a", seconds=30), view("a", seconds=10, minutes=1), view("b"), view("c", verdict=1)])
    bind_visitor("a", person("山田"), "form", NOW)

    (row,) = page_report(since=DAY, until=DAY)

    assert (row.views, row.people, row.unknown, row.visible_ms, row.each_ms) == (3, 1, 1, 40_000, 13_333)


def test_the_page_report_finds_titles_and_addresses(in_acme):
    record_many([view("a"), view("a", SubjectRef("page", "https://www.acme.jp/%_x", "ＦＡＱ"))])

    assert [row.name for row in page_report(since=DAY, until=DAY, q="料")] == ["料金"]
    assert [row.name for row in page_report(since=DAY, until=DAY, q="%_X")] == ["ＦＡＱ"]
    assert page_report(since=DAY, until=DAY, q="nowhere") == []


def test_a_period_begins_and_ends_at_midnight_of_the_workspace(in_acme):
    record_many([view("a", minutes=12 * 60 - 1), view("a", minutes=12 * 60)])  # 23:59 and 0:00 in Tokyo

    assert [row.views for row in page_report(since=DAY, until=DAY)] == [1]
    assert [(day.day, day.views) for day in page_days(PRICES.key, since=DAY, until=DAY + timedelta(days=1))] == [
        (DAY, 1),
        (DAY + timedelta(days=1), 1),
    ]


def test_the_longest_readers_come_first(in_acme):
    record_many([view("a", seconds=5), view("b", seconds=50)])
    short, long = person("山田"), person("田中")
    bind_visitor("a", short, "form", NOW)
    bind_visitor("b", long, "form", NOW)

    assert [one.lead_id for one in readers(PRICES.key, since=DAY, until=DAY)] == [long, short]


@pytest.mark.parametrize("url", ["https://nowhere.example/", "", "javascript:alert(1)"])
def test_an_unknown_page_is_missing(sign_in, url):
    assert sign_in().get("/tracking/pages/", {"url": url}).status_code == 404


@time_machine.travel(NOW, tick=False)
def test_a_hostile_page_is_shown_as_text(sign_in, acme):
    page = SubjectRef("page", 'https://x.example/"><script>alert(1)</script>', "<img src=x onerror=alert(1)>‮")
    with tenant_scope(acme.workspace):
        record_many([view("a", page)])
    client = sign_in()

    for path in (
        "/tracking/pages/?days=365",
        f"/tracking/pages/?days=365&url={quote(page.key)}",
        "/tracking/visitors/a",
    ):
        shown = client.get(path).content.decode()
        assert "&lt;img src=x" in shown, path
        assert "<img src=x" not in shown, path


def test_a_browser_of_another_workspace_is_missing(sign_in, globex):
    with tenant_scope(globex.workspace):
        record_many([view("theirs")])

    assert sign_in().get("/tracking/visitors/theirs").status_code == 404


def test_a_browsers_page_takes_any_key(sign_in, acme):
    with tenant_scope(acme.workspace):
        record_many([view("user:a/b ?#日本")])

    assert sign_in().get("/tracking/visitors/" + quote("user:a/b ?#日本")).status_code == 200
