"""Undoing a binding leaves everything as if it had never been made: events, days, timelines, in every order."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from leads.actions import erase_lead
from leads.models import Lead
from ma_platform.db import sql
from ma_platform.tenancy.scope import tenant_scope
from tests.people import make_person
from tests.tracking.collecting import NOW
from tests.tracking.test_drain import keep
from tracking.actions import (
    BindingGone,
    SubjectRef,
    Undone,
    bind_visitor,
    drain,
    give_browser,
    mark_shared,
    record,
    run_consumers,
    settle_conflict,
    undo_binding,
)
from tracking.catalogue import Event
from tracking.models import Binding, Poison, Visitor
from tracking.queries import timeline

PAGE = SubjectRef("page", "https://acme.jp/price", "料金")
A, B = 5, 6


def minute(number: float) -> datetime:
    return NOW + timedelta(minutes=number)


def view(number: float, visitor: str = "v1") -> None:
    record(Event.PAGE_VIEWED, visitor=visitor, at=minute(number), subject=PAGE, id=None)


def owners() -> list[int | None]:
    """Whose the views are, by time."""
    return sql.run("SELECT lead_id FROM tracking_event WHERE name = 1 ORDER BY occurred_at").values()


def dump() -> object:
    """Everything people can see, but for the lines that say that something was bound or undone."""
    days = sql.run(
        "SELECT lead_id, visitor_id, name, subject_id, day, count, visible_ms, first_at, last_at FROM tracking_daily"
        " WHERE name NOT IN (39, 41) ORDER BY name, lead_id, day"
    ).rows
    browser = sql.run("SELECT id, lead_id, shared, turned_at FROM tracking_visitor ORDER BY id").rows
    told = {lead: [line.id for line in timeline(lead_id=lead) if line.name not in ("lead_updated",)] for lead in (A, B)}
    return days, browser, told


def newest() -> str:
    found: str = Binding.objects.order_by("-id").values_list("public_id", flat=True)[0]
    return found


def bind(lead: int, number: float, source: str = "form") -> str:
    bind_visitor("v1", lead, source, minute(number))
    return newest()


def test_the_first_binding_is_undone_exactly(in_acme):
    view(0)
    view(1)
    before = dump()

    undone = undo_binding(bind(A, 2), by=in_acme.owner, now=minute(3))

    assert undone == Undone(left=2, returned=0)
    assert dump() == before


def test_a_takeover_is_undone_exactly_and_what_came_since_goes_back(in_acme):
    view(0)
    bind(A, 1)
    before = dump()

    taken = bind(B, 2)
    assert owners() == [A]
    undo_binding(taken, by=in_acme.owner, now=minute(3))

    assert dump() == before
    bind(B, 4)
    view(5)
    assert owners() == [A, B]
    assert undo_binding(newest(), by=in_acme.owner, now=minute(6)) == Undone(left=1, returned=1)
    assert owners() == [A, A]


def test_without_the_first_binding_the_past_is_the_next_persons(in_acme):
    view(0)
    first = bind(A, 1)
    view(2)
    bind(B, 3)
    view(4)
    assert owners() == [A, A, B]

    undo_binding(first, by=in_acme.owner, now=minute(5))

    assert owners() == [B, B, B]
    assert Visitor.objects.get().turned_at is None


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_order_of_undoing_does_not_matter(in_acme, order):
    view(0)
    before = dump()
    both = [bind(A, 1), bind(B, 2)]
    view(3)

    undo_binding(both[order[0]], by=in_acme.owner, now=minute(4))
    undo_binding(both[order[1]], by=in_acme.owner, now=minute(4))

    assert owners() == [None, None]
    sql.run("DELETE FROM tracking_event WHERE name = 1 AND occurred_at > %(at)s", at=minute(1))
    sql.run("UPDATE tracking_daily SET count = count - 1, last_at = first_at WHERE name = 1")
    assert dump() == before


def test_undoing_twice_changes_nothing_more(in_acme):
    view(0)
    made = bind(A, 1)
    undo_binding(made, by=in_acme.owner, now=minute(2))
    facts = sql.run("SELECT count(*) FROM tracking_event").value()

    assert undo_binding(made, by=in_acme.owner, now=minute(3)) == Undone()
    assert sql.run("SELECT count(*) FROM tracking_event").value() == facts


def test_what_named_its_person_itself_stays(in_acme):
    made = bind(A, 1)
    record(Event.ASSET_DOWNLOADED, lead=A, visitor="v1", at=minute(2))
    record(Event.ASSET_DOWNLOADED, visitor="v1", at=minute(3))

    undo_binding(made, by=in_acme.owner, now=minute(4))

    stated = sql.run("SELECT lead_id FROM tracking_event WHERE name = 4 ORDER BY occurred_at").values()
    assert stated == [A, None]
    days = sql.run("SELECT lead_id, count FROM tracking_daily WHERE name = 4 ORDER BY lead_id").rows
    assert days == [(A, 1), (None, 1)]


def test_those_whose_events_changed_are_told(in_acme):
    bind(A, 1)
    taken = bind(B, 2)
    view(3)

    undo_binding(taken, by=in_acme.owner, now=minute(4))

    told = sql.run("SELECT lead_id, props FROM tracking_event WHERE name = 39 ORDER BY lead_id").rows
    assert told == [(A, '{"rebound": "v1"}'), (B, '{"unbound": "v1"}')]


def test_an_event_that_arrives_late_is_whose_the_browser_was_then(acme):
    with tenant_scope(acme.workspace):
        bind(A, 0)
        bind(B, 10)
    keep(acme.workspace.pk, "late", at=minute(5))
    keep(acme.workspace.pk, "early", at=minute(-5))
    keep(acme.workspace.pk, "new", at=minute(9.99))
    keep(acme.workspace.pk, "after", at=minute(9.999))
    drain(now=minute(11))

    with tenant_scope(acme.workspace):
        record(Event.PAGE_VIEWED, visitor="v1", at=minute(3))
        record(Event.PAGE_VIEWED, visitor="v1", at=minute(12))
        assert owners() == [A, A, A, A, A, B]


def test_a_sign_that_is_read_late_takes_only_what_came_after_it(in_acme):
    view(0)
    bind(A, 1)
    view(2)
    view(4)
    bind(B, 3)

    assert owners() == [A, A, B]
    assert sql.run("SELECT lead_id, sum(count)::int FROM tracking_daily WHERE name = 1 GROUP BY 1 ORDER BY 1").rows == [
        (A, 2),
        (B, 1),
    ]


def test_visible_time_moves_with_its_views(in_acme):
    view(0)
    sql.run(
        "INSERT INTO tracking_event (tenant_id, id, visitor_id, name, subject_id, occurred_at, received_at, duration)"
        " SELECT tenant_id, gen_random_uuid(), visitor_id, 2, subject_id, occurred_at, received_at, 1500"
        "   FROM tracking_event"
    )
    sql.run("UPDATE tracking_daily SET visible_ms = 1500")
    before = dump()

    made = bind(A, 1)

    assert sql.run("SELECT lead_id, count, visible_ms FROM tracking_daily WHERE name = 1").rows == [(A, 1, 1500)]
    undo_binding(made, by=in_acme.owner, now=minute(2))
    assert dump() == before


def test_days_whose_events_are_past_keeping_move_whole(in_acme):
    view(0)
    sql.run("DELETE FROM tracking_event")
    made = bind(A, 1)
    assert sql.run("SELECT lead_id, count FROM tracking_daily WHERE name = 1").rows == [(A, 1)]

    undo_binding(made, by=in_acme.owner, now=minute(2))

    assert sql.run("SELECT lead_id, count FROM tracking_daily WHERE name = 1").rows == [(None, 1)]


def test_a_binding_that_a_member_cut_is_not_made_again_by_a_mail_click(in_acme):
    undo_binding(bind(A, 1, "mail_click"), by=in_acme.owner, now=minute(2))

    assert bind_visitor("v1", A, "mail_click", minute(3)).bound is False
    assert bind_visitor("v1", A, "form", minute(4)).bound is True


def test_the_same_sign_again_leaves_no_second_row(in_acme):
    bind(A, 1)
    bind_visitor("v1", B, "mail_click", minute(2))
    bind_visitor("v1", B, "mail_click", minute(3))
    bind_visitor("v1", A, "mail_click", minute(4))

    assert list(Binding.objects.order_by("id").values_list("lead_id", "took")) == [(A, True), (B, False)]


def test_two_logins_in_a_day_make_a_shared_device_until_one_is_undone(in_acme):
    bind(A, -3 * 1440, "form")
    bind_visitor("v1", A, "identify", minute(0))
    second = bind(B, 60, "identify")
    assert Visitor.objects.get().shared is True

    undo_binding(second, by=in_acme.owner, now=minute(61))

    assert Visitor.objects.get().shared is False


def test_logins_days_apart_are_a_change_of_hands(in_acme):
    bind(A, 0, "identify")
    bind(B, 3 * 1440, "identify")

    assert Visitor.objects.get().shared is False


def test_an_account_on_a_server_is_nobodys_browser(in_acme):
    assert bind_visitor("user:42", A, "mail_click", minute(0)).bound is False
    assert bind_visitor("user:42", A, "identify", minute(1)).bound is True

    moved = bind_visitor("user:42", B, "identify", minute(2))

    assert (moved.bound, moved.conflict) == (True, False)
    assert Visitor.objects.get().shared is False


def test_a_conflict_is_settled_once(in_acme):
    bind(A, 1)
    noted = bind(B, 2, "mail_click")

    assert settle_conflict(noted, by=in_acme.owner, now=minute(3)) is True
    assert settle_conflict(noted, by=in_acme.owner, now=minute(3)) is False
    assert Binding.objects.get(public_id=noted).by_user == in_acme.owner.pk


def test_a_member_gives_the_browser_to_the_other_person(in_acme):
    bind(A, 1)
    noted = bind(B, 2, "mail_click")
    view(1.5)
    view(3)

    given = give_browser(noted, by=in_acme.owner, now=minute(4))

    assert (given.lead_id, given.attached) == (B, 1)
    assert owners() == [A, B]
    assert Binding.objects.filter(conflict=True, settled_at=None).count() == 0
    undo_binding(newest(), by=in_acme.owner, now=minute(5))
    assert owners() == [A, A]


def test_a_browser_marked_as_shared_stays_shared(in_acme):
    made = bind(A, 1)

    assert mark_shared("v1", by=in_acme.owner, now=minute(2)) is True
    assert mark_shared("v1", by=in_acme.owner, now=minute(2)) is False

    undo_binding(made, by=in_acme.owner, now=minute(3))
    assert Visitor.objects.get().shared is True
    assert bind_visitor("v1", B, "mail_click", minute(4)).bound is False


def test_a_neighbours_binding_is_not_there(acme, globex):
    with tenant_scope(globex.workspace):
        theirs = bind(A, 1)
    with tenant_scope(acme.workspace), pytest.raises(BindingGone):
        undo_binding(theirs, by=acme.owner, now=minute(2))
    with tenant_scope(globex.workspace):
        assert Binding.objects.get().undone_at is None


@pytest.mark.django_db(transaction=True)
def test_the_binding_of_somebody_erased_meanwhile_is_gone_with_what_they_did(acme):
    with tenant_scope(acme.workspace):
        lead = make_person()
        view(0)
        first = bind(lead, 1)
        bind(B, 2)
        view(3)
        erase_lead(Lead.objects.get(pk=lead), by=acme.owner, now=minute(4))
        with pytest.raises(BindingGone):
            undo_binding(first, by=acme.owner, now=minute(5))
    run_consumers(now=minute(6))

    with tenant_scope(acme.workspace):
        assert owners() == [B]
        assert Poison.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_last_seen_and_sources_follow_the_undo(acme):
    with tenant_scope(acme.workspace):
        lead = make_person()
    keep(acme.workspace.pk, "m1", source={"channel": "paid"})
    drain(now=NOW)
    with tenant_scope(acme.workspace):
        Lead.objects.update(source_first={"channel": "campaign"}, source_last={"channel": "email"})
        made = bind(lead, 1)
    run_consumers(now=minute(2))
    with tenant_scope(acme.workspace):
        known = Lead.objects.get()
        assert (known.came_first, known.came_last, known.visits) == ({"channel": "paid"}, {"channel": "paid"}, 1)
        undo_binding(made, by=acme.owner, now=minute(3))
    run_consumers(now=minute(4))

    with tenant_scope(acme.workspace):
        known = Lead.objects.get()
        assert (known.last_seen_at, known.visits) == (None, 0)
        assert (known.came_first, known.came_last) == ({"channel": "campaign"}, {"channel": "email"})
