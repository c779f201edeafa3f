"""Whose browser it is: the rules as a table, and what binding and unbinding do to the past."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from ma_platform.db import sql
from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.collecting import NOW
from tracking.actions import SubjectRef, bind_visitor, record, unbind
from tracking.catalogue import Event
from tracking.identity import Bound, Plan, plan
from tracking.queries import last_pages, timeline, totals, visitors

PAGE = SubjectRef("page", "https://acme.jp/price", "料金")


@pytest.mark.parametrize(
    ("before", "source", "expected"),
    [
        (Bound(None), "form", Plan(bind=True, attach_past=True)),
        (Bound(None), "mail_click", Plan(bind=True, attach_past=True)),
        (Bound(7), "form", Plan(bind=False, note=False)),
        (Bound(7), "identify", Plan(bind=False, note=False)),
        (Bound(8), "form", Plan(bind=True, attach_past=True, conflict=True)),
        (Bound(8), "identify", Plan(bind=True, attach_past=True, conflict=True)),
        (Bound(8), "hand", Plan(bind=True, attach_past=True)),
        (Bound(8, others_today=1), "identify", Plan(bind=True, conflict=True, shared=True)),
        (Bound(8, others_today=1), "form", Plan(bind=True, attach_past=True, conflict=True)),
        (Bound(8), "mail_click", Plan(bind=False, conflict=True)),
        (Bound(8), "import", Plan(bind=False, conflict=True)),
        (Bound(8, shared=True), "mail_click", Plan(bind=False, conflict=True)),
        (Bound(None, shared=True), "mail_click", Plan(bind=False)),
        (Bound(None, shared=True), "form", Plan(bind=True)),
        (Bound(None, refused=True), "mail_click", Plan(bind=False, note=False)),
        (Bound(None, refused=True), "form", Plan(bind=True, attach_past=True)),
        (Bound(None, account=True), "mail_click", Plan(bind=False, note=False)),
        (Bound(None, account=True), "identify", Plan(bind=True, attach_past=True)),
        (Bound(8, account=True, others_today=1), "identify", Plan(bind=True)),
    ],
)
def test_what_a_new_sign_of_a_person_does(before, source, expected):
    assert plan(before, 7, source) == expected


def test_an_unknown_source_is_refused():
    with pytest.raises(ValueError, match="unknown source"):
        plan(Bound(None), 7, "rumour")


def view(visitor: str, minutes: int = 0) -> None:
    record(Event.PAGE_VIEWED, visitor=visitor, at=NOW + timedelta(minutes=minutes), subject=PAGE)


def leads_of_views() -> list[int | None]:
    return sql.run("SELECT lead_id FROM tracking_event WHERE name = 1 ORDER BY occurred_at").values()


def test_the_whole_anonymous_past_is_attached(in_acme):
    view("v1")
    view("v1", 1)
    view("other", 2)

    bound = bind_visitor("v1", 5, "form", NOW + timedelta(minutes=3))

    assert (bound.lead_id, bound.bound, bound.attached, bound.conflict) == (5, True, 2, False)
    assert leads_of_views() == [5, 5, None]
    assert [(total.name, total.count) for total in totals(5, names=[Event.PAGE_VIEWED])] == [(1, 2)]
    assert [entry.name for entry in timeline(lead_id=5)] == ["visitor_bound", "page_viewed", "page_viewed"]
    assert [visitor.key for visitor in visitors(5)] == ["v1"]


def test_another_persons_form_takes_the_future_and_leaves_the_past(in_acme):
    view("v1")
    bind_visitor("v1", 5, "form", NOW)
    second = bind_visitor("v1", 6, "form", NOW + timedelta(minutes=1))
    view("v1", 2)

    assert (second.lead_id, second.conflict, second.attached) == (6, True, 0)
    assert leads_of_views() == [5, 6]


def test_another_persons_mail_click_changes_nothing_but_is_noted(in_acme):
    bind_visitor("v1", 5, "form", NOW)

    clicked = bind_visitor("v1", 6, "mail_click", NOW)
    view("v1", 1)

    assert (clicked.lead_id, clicked.bound, clicked.conflict) == (5, False, True)
    assert leads_of_views() == [5]
    assert sql.run("SELECT lead_id FROM tracking_binding WHERE conflict").values() == [6]


def test_a_shared_device_is_not_bound_by_mail_clicks(in_acme):
    for lead in (5, 6, 7):
        bind_visitor("v1", lead, "identify", NOW)

    assert sql.run("SELECT shared FROM tracking_visitor").value() is True
    assert bind_visitor("v1", 5, "mail_click", NOW).bound is False


def test_binding_twice_says_so_once(in_acme):
    bind_visitor("v1", 5, "form", NOW)

    assert bind_visitor("v1", 5, "identify", NOW).bound is False
    assert sql.run("SELECT count(*) FROM tracking_event WHERE name = 41").value() == 1


def test_unbinding_makes_the_past_anonymous_again(in_acme):
    view("v1")
    bind_visitor("v1", 5, "form", NOW)
    record(Event.FORM_SUBMITTED, lead=5, visitor="v1", at=NOW)

    detached = unbind("v1", 5, at=NOW)

    assert detached == 1
    assert leads_of_views() == [None]
    assert sql.run("SELECT name, lead_id, count FROM tracking_daily ORDER BY name").rows == [
        (1, None, 1),
        (7, 5, 1),
        (39, 5, 1),  # says that it was undone
        (41, None, 1),
    ]


def test_a_neighbours_browser_of_the_same_key_is_another_browser(acme, globex):
    with tenant_scope(globex.workspace):
        view("v1")
    with tenant_scope(acme.workspace):
        assert bind_visitor("v1", 5, "form", NOW).attached == 0
    with tenant_scope(globex.workspace):
        assert leads_of_views() == [None]


def test_the_timeline_pages_and_shows_visible_time(in_acme):
    for minute in range(5):
        view("v1", minute)
    bind_visitor("v1", 5, "form", NOW - timedelta(minutes=1))
    newest = timeline(lead_id=5, limit=1)[0]
    slices = [{"view": str(newest.id)}, {"view": str(newest.id)}]
    for number, props in enumerate(slices):
        sql.run(
            "INSERT INTO tracking_event"
            " (tenant_id, id, visitor_id, lead_id, name, occurred_at, received_at, duration, props)"
            " VALUES (%(tenant_id)s, gen_random_uuid(), %(visitor)s, 5, 2, %(at)s, %(at)s, %(ms)s, %(view)s::jsonb)",
            visitor=newest.visitor_id,
            at=newest.at + timedelta(seconds=number),
            ms=1500,
            view=orjson.dumps(props).decode(),
        )

    first = timeline(lead_id=5, limit=3)
    rest = timeline(lead_id=5, limit=50, before=first[-1].position)

    assert [entry.visible_ms for entry in first] == [3000, 0, 0]
    assert [entry.name for entry in rest] == ["page_viewed", "page_viewed", "visitor_bound"]
    assert first[0].as_json()["subject"] == {
        "kind": "page",
        "id": "https://acme.jp/price",
        "name": "料金",
        "url": "https://acme.jp/price",
    }
    assert [page.visible_ms for page in last_pages(5, limit=2)] == [3000, 0]
