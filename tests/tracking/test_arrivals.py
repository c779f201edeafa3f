"""The debugger shows what arrived last, whenever it happened."""

from __future__ import annotations

from datetime import timedelta

from ma_platform.db import sql
from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.collecting import NOW
from tracking.actions import NewFact, SubjectRef, record_many
from tracking.catalogue import Event
from tracking.queries import arrivals
from tracking.queries.arrivals import EVERYBODY

DAY = timedelta(days=1)


def page(name: str) -> SubjectRef:
    return SubjectRef("page", f"https://acme.jp/{name}", name)


def view(name: str, *, waited: timedelta, visitor: str | None = "v1", ago: timedelta = timedelta()) -> NewFact:
    """Arrived `ago` before now, and had waited till then."""
    at = NOW - ago - waited
    return NewFact(Event.PAGE_VIEWED, at, visitor=visitor, subject=page(name), received=NOW - ago)


def shown(**asked: object) -> list[str | None]:
    return [one.entry.subject_name for one in arrivals(now=NOW, **asked)]


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def test_what_arrived_last_is_first_whenever_it_happened(in_acme, globex):
    record_many(
        [
            view("now", waited=timedelta(), ago=minutes(2)),
            view("queue of an app", waited=3 * DAY, visitor="app", ago=minutes(1)),
            view("a server's past", waited=200 * DAY, visitor="user:C-1"),
            view("counted late", waited=DAY, visitor=None, ago=minutes(3)),
        ]
    )
    with tenant_scope(globex.workspace):
        record_many([view("theirs", waited=DAY)])

    assert shown() == ["a server's past", "queue of an app", "now", "counted late"]
    assert shown(limit=1) == ["a server's past"]


def test_late_ones_show_though_many_others_were_seen_since(in_acme):
    record_many([view(f"v{n}", waited=timedelta(), visitor=f"v{n}", ago=minutes(9)) for n in range(60)])
    record_many([view("late", waited=DAY, visitor="app")])

    assert shown()[0] == "late"


def test_a_browsers_late_events_show_behind_its_newer_ones(in_acme):
    record_many([view(f"v{n}", waited=timedelta(), ago=minutes(9)) for n in range(60)])
    record_many([view("late", waited=DAY), view("another's", waited=DAY, visitor="v2")])

    assert shown(visitor="v1")[0] == "late"
    assert "another's" not in shown(visitor="v1")


def test_what_is_entered_about_people_is_no_traffic(in_acme):
    fact = NewFact(Event.SEMINAR_ATTENDED, NOW - DAY, lead=5, received=NOW)
    record_many([fact, view("late", waited=DAY)])

    assert shown() == ["late"]


def test_late_ones_are_read_by_their_index(in_acme):
    record_many([view("late", waited=DAY)])
    sql.run("SET LOCAL enable_seqscan = off")
    sql.run("SET LOCAL enable_sort = off")

    lines = sql.run("EXPLAIN " + EVERYBODY + " SELECT FROM recent", key="", limit=50, since=NOW - DAY).values()

    assert any("tenant_id_received_at_idx" in line for line in lines), "\n".join(lines)


def test_the_debugger_says_when_it_arrived_and_when_it_happened(sign_in, acme):
    with tenant_scope(acme.workspace):
        record_many([view("late", waited=minutes(7)), view("at once", waited=timedelta(), visitor="v2")])

    page_ = sign_in().get("/tracking/debug/").content.decode()

    assert page_.count("発生 ") == 1
    assert "受信" in page_
