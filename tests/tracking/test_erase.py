"""A browser or a person erased is gone from every table, and does not come back with what was still on its way."""

from __future__ import annotations

from datetime import datetime, timedelta

import orjson
import pytest

from capture.models import Submission
from leads.actions import add_tag, erase_lead, erase_leads
from leads.models import IdentityHint, Lead
from ma_platform.audit.models import AuditEntry
from ma_platform.db import sql
from ma_platform.errors import NotFound
from ma_platform.tenancy.scope import tenant_scope
from mailing.actions import suppress
from mailing.models import Suppression
from tests.people import make_person
from tests.tracking.collecting import NOW
from tests.tracking.test_drain import keep
from tracking.actions import (
    bind_visitor,
    drain,
    drop_old_tombstones,
    erase_visitor,
    export_visitor,
    record,
    run_consumers,
    undo_binding,
)
from tracking.catalogue import Event
from tracking.models import Binding, Daily, Session, Tombstone, Visitor
from tracking.models import Event as Row

LATER = NOW + timedelta(hours=1)
MADE = (Event.PAGE_VIEWED, Event.EMAIL_CLICKED)


def left() -> list[tuple[int | None, str | None]]:
    """(lead, browser's key) of what happened, in the tenant in scope."""
    return sql.run(
        "SELECT event.lead_id, visitor.key FROM tracking_event AS event"
        " LEFT JOIN tracking_visitor AS visitor ON visitor.id = event.visitor_id"
        " WHERE event.name = ANY (%(names)s) ORDER BY event.occurred_at, 2",
        names=[int(one) for one in MADE],
    ).rows


def tables(*models: type) -> list[int]:
    return [model.objects.count() for model in models]  # type: ignore[attr-defined]  # any model of ours


def test_an_erased_browser_leaves_nothing_but_a_hash(acme):
    keep(acme.workspace.pk, "m1", visitor="browser-one")
    keep(acme.workspace.pk, "m2", visitor="browser-two")
    drain(now=NOW)

    with tenant_scope(acme.workspace):
        done = erase_visitor("browser-one", by=acme.owner, now=LATER)

        assert (done.browsers, done.events, done.visits) == (1, 1, 1)
        assert left() == [(None, "browser-two")]
        assert tables(Visitor, Session) == [1, 1]
        assert Daily.objects.filter(name=Event.PAGE_VIEWED).count() == 1
        assert "browser-one" not in str(list(Tombstone.objects.values()))
        entry = AuditEntry.objects.get(verb="visitor.erased")
        assert (entry.actor, entry.facts) == ("owner@acme.example", {"events": 1, "visits": 1})


def test_what_was_on_its_way_is_not_written_and_a_new_visit_is(acme):
    keep(acme.workspace.pk, "m1", visitor="browser-one")
    drain(now=NOW)
    keep(acme.workspace.pk, "m2", visitor="browser-one", at=NOW + timedelta(minutes=30))
    with tenant_scope(acme.workspace):
        erase_visitor("browser-one", by=acme.owner, now=LATER)

    held = drain(now=LATER)
    with tenant_scope(acme.workspace):
        meanwhile = tables(Visitor, Session)
    keep(acme.workspace.pk, "m3", visitor="browser-one", at=LATER + timedelta(minutes=5))
    drain(now=LATER)

    assert (held.written, meanwhile) == (0, [0, 0])
    with tenant_scope(acme.workspace):
        assert left() == [(None, "browser-one")]


def test_a_neighbours_browser_of_the_same_name_stays(acme, globex):
    for made in (acme, globex):
        keep(made.workspace.pk, "m1", visitor="browser-one")
    drain(now=NOW)
    with tenant_scope(acme.workspace):
        erase_visitor("browser-one", by=None, now=LATER)
    keep(globex.workspace.pk, "m2", visitor="browser-one", at=NOW + timedelta(minutes=1))
    drain(now=LATER)

    with tenant_scope(globex.workspace):
        assert len(left()) == 2


def test_an_unknown_browser_is_not_found_and_nothing_is_noted(acme):
    with tenant_scope(acme.workspace):
        with pytest.raises(NotFound):
            erase_visitor("nobody", by=None, now=NOW)
        assert Tombstone.objects.count() == 0


def test_tombstones_outlive_lines_that_were_set_aside_by_a_week(acme):
    keep(acme.workspace.pk, "m1", visitor="browser-one")
    drain(now=NOW)
    with tenant_scope(acme.workspace):
        erase_visitor("browser-one", by=None, now=NOW)

    assert drop_old_tombstones(now=NOW + timedelta(days=36)) == 0
    assert drop_old_tombstones(now=NOW + timedelta(days=38)) == 1


def test_an_erased_person_leaves_nothing(in_acme):
    lead = make_person()
    record(Event.PAGE_VIEWED, at=NOW, visitor="browser-one")
    bind_visitor("browser-one", lead, "form", NOW + timedelta(minutes=1))
    record(Event.EMAIL_CLICKED, at=NOW + timedelta(minutes=2), lead=lead)
    record(Event.PAGE_VIEWED, at=NOW + timedelta(minutes=3), visitor="browser-two")

    erase_lead(Lead.objects.get(pk=lead), by=in_acme.owner, now=LATER)

    assert left() == [(None, "browser-two")]
    assert list(Visitor.objects.values_list("key", flat=True)) == ["browser-two"]
    assert Binding.objects.count() == 0
    assert Daily.objects.filter(lead_id=lead).count() == 0
    assert Row.objects.filter(lead_id=lead).count() == 0


def test_a_shared_browser_keeps_what_others_did(in_acme):
    lead, other = make_person(), make_person(email="b@x.example")
    record(Event.PAGE_VIEWED, at=NOW, visitor="browser-one")
    bind_visitor("browser-one", lead, "form", minute(1))
    record(Event.PAGE_VIEWED, at=minute(2), visitor="browser-one")
    bind_visitor("browser-one", other, "form", minute(3))
    record(Event.PAGE_VIEWED, at=minute(4), visitor="browser-one")

    erase_lead(Lead.objects.get(pk=lead), by=in_acme.owner, now=LATER)

    assert left() == [(other, "browser-one")]
    assert Visitor.objects.get().lead_id == other
    assert Binding.objects.get().other_lead_id is None


def test_people_erased_together_leave_nothing_and_others_keep_theirs(in_acme):
    one, two, other = (make_person(email=f"{name}@x.example") for name in "abc")
    pair = {Lead.objects.get(pk=pk).public_id for pk in (one, two)}
    suppress(["a@x.example", "c@x.example"], reason=Suppression.Why.MANUAL, now=NOW)
    add_tag([one, two, other], "展示会", now=NOW)
    for browser, leads in (("browser-both", (one, two)), ("browser-shared", (two, other)), ("browser-own", (other,))):
        for place, lead in enumerate(leads):
            bind_visitor(browser, lead, "form", minute(2 * place))
            record(Event.PAGE_VIEWED, at=minute(2 * place + 1), visitor=browser)

    done = erase_leads([two, one], by=in_acme.owner, now=LATER)

    assert (set(done.public_ids), done.rows) == (pair, 2)
    assert left() == [(other, "browser-own"), (other, "browser-shared")]
    assert set(Row.objects.exclude(lead_id=None).values_list("lead_id", flat=True)) == {other}
    assert set(Daily.objects.exclude(lead_id=None).values_list("lead_id", flat=True)) == {other}
    assert sorted(Visitor.objects.values_list("key", flat=True)) == ["browser-own", "browser-shared"]
    assert sorted(Suppression.objects.values_list("address", flat=True)) == ["", "c@x.example"]
    assert set(AuditEntry.objects.filter(verb="lead.erased").values_list("subject", flat=True)) == pair
    assert Tombstone.objects.count() == 3


def minute(number: int) -> datetime:
    return NOW + timedelta(minutes=number)


def test_a_click_of_somebody_erased_meanwhile_is_not_written(acme):
    with tenant_scope(acme.workspace):
        lead = make_person()
    keep(acme.workspace.pk, "m1", visitor="", lead_id=lead)
    with tenant_scope(acme.workspace):
        erase_lead(Lead.objects.get(pk=lead), by=None, now=LATER)

    assert drain(now=LATER).written == 0


def test_rooms_above_forget_the_person_too(in_acme):
    lead = make_person(email="gone@x.example")
    suppress(["gone@x.example", "other@x.example"], reason="bounce", now=NOW)
    IdentityHint.objects.create(visitor_id=1, email_key="gone@x.example", at=NOW)
    sent = {"values": {}, "raw": {}, "consents": {}, "context": {}, "verdict": "clean", "submitted_at": NOW}
    form, version = sql.run("SELECT form_id, id FROM capture_formversion WHERE tenant_id = %(tenant_id)s LIMIT 1").one()
    Submission.objects.create(token="t", form_id=form, version_id=version, lead_id=lead, **sent)

    erase_lead(Lead.objects.get(pk=lead), by=None, now=LATER)

    assert sorted(Suppression.objects.values_list("address", flat=True)) == ["", "other@x.example"]
    assert tables(IdentityHint, Submission) == [0, 0]


@pytest.mark.django_db(transaction=True)
def test_an_erased_browsers_hints_go_with_it_and_its_people_are_counted_anew(acme):
    with tenant_scope(acme.workspace):
        lead = make_person()
        bind_visitor("browser-one", lead, "form", NOW)
        record(Event.SEMINAR_REGISTERED, at=minute(1), visitor="browser-one")
        IdentityHint.objects.create(visitor_id=Visitor.objects.get().pk, email_key="x@x.example", at=NOW)
    run_consumers(now=minute(2))
    with tenant_scope(acme.workspace):
        before = points(lead)
        erase_visitor("browser-one", by=None, now=minute(3))
    run_consumers(now=minute(4))

    with tenant_scope(acme.workspace):
        assert (before, points(lead)) == (3, 0)
        assert IdentityHint.objects.count() == 0


def points(lead: int) -> int:
    found: int = sql.run("SELECT total FROM scoring_score WHERE lead_id = %(lead)s", lead=lead).value()
    return found


def lend(first: int, second: int, third: int) -> None:
    """Two people sign in on one browser, a third sends a form, which leaves the past alone; the logins are undone."""
    record(Event.SEMINAR_REGISTERED, at=NOW, visitor="browser-one")
    for place, lead in enumerate((first, second), 1):
        bind_visitor("browser-one", lead, "identify", minute(place))
    bind_visitor("browser-one", third, "form", minute(3))
    for login in Binding.objects.filter(source="identify"):
        undo_binding(login.public_id, by=None, now=minute(4))


@pytest.mark.django_db(transaction=True)
def test_whom_an_erased_person_leaves_a_browser_is_counted_anew(acme):
    with tenant_scope(acme.workspace):
        lent, lender, heir, third = (make_person(email=f"{name}@x.example") for name in "abcd")
        lend(third, lender, lent)
        bind_visitor("browser-one", heir, "form", minute(5))
    run_consumers(now=minute(6))
    with tenant_scope(acme.workspace):
        before = points(heir)
        erase_lead(Lead.objects.get(pk=lent), by=None, now=minute(7))
    run_consumers(now=minute(8))

    with tenant_scope(acme.workspace):
        assert (before, points(heir)) == (0, 3)


@pytest.mark.django_db(transaction=True)
def test_a_browser_that_an_erased_person_leaves_to_nobody_is_judged_as_an_unknown_visitor(acme):
    with tenant_scope(acme.workspace):
        lent, lender, third = (make_person(email=f"{name}@x.example") for name in "abc")
        lend(third, lender, lent)
        record(Event.EMAIL_CLICKED, at=minute(5), visitor="browser-one", lead=third)
    run_consumers(now=minute(6))
    with tenant_scope(acme.workspace):
        IdentityHint.objects.create(visitor_id=Visitor.objects.get().pk, email_key="x@x.example", at=NOW)
        before = visitor_points()
        erase_lead(Lead.objects.get(pk=lent), by=None, now=minute(7))
    run_consumers(now=minute(8))

    with tenant_scope(acme.workspace):
        assert (before, visitor_points()) == ([], [3])
        assert IdentityHint.objects.count() == 1


def visitor_points() -> list[int]:
    return sql.run("SELECT points FROM scoring_visitorscore WHERE tenant_id = %(tenant_id)s").values()


def test_an_export_has_everything_that_is_kept(acme):
    keep(acme.workspace.pk, "m1", visitor="browser-one", agent="Mozilla/5.0", ip="203.0.113.7", props={"色": "青"})
    drain(now=NOW)

    with tenant_scope(acme.workspace):
        found = export_visitor("browser-one", by=acme.owner, now=NOW)

        with pytest.raises(NotFound):
            export_visitor("nobody", by=acme.owner, now=NOW)
        assert AuditEntry.objects.get(verb="visitor.exported").facts == {"events": 1}
    assert found["visitor"]["key"] == "browser-one"
    assert [visit["ip"] for visit in found["visits"]] == ["203.0.113.7"]
    assert [(one["name"], one["subject"]["key"], one["properties"]) for one in found["events"]] == [
        ("page_viewed", "https://acme.jp/a", {"色": "青"})
    ]
    assert orjson.dumps(found)


def test_the_page_asks_for_the_id_before_it_erases(acme, sign_in):
    keep(acme.workspace.pk, "m1", visitor="browser-one-0123456789")
    drain(now=NOW)
    owner = sign_in()

    page = owner.get("/tracking/visitors/browser-one-0123456789").content.decode()
    wrong = owner.post("/tracking/visitor-erase/browser-one-0123456789", {"confirm": "browser"})
    with tenant_scope(acme.workspace):
        still = Visitor.objects.count()
    right = owner.post("/tracking/visitor-erase/browser-one-0123456789", {"confirm": "browser-one-"})

    assert 'pattern="browser-one-"' in page
    assert (wrong.status_code, still, right.status_code) == (302, 1, 302)
    with tenant_scope(acme.workspace):
        assert Visitor.objects.count() == 0


def test_an_export_is_a_file_of_what_is_kept(acme, sign_in):
    keep(acme.workspace.pk, "m1", visitor="browser-one-0123456789")
    drain(now=NOW)

    answer = sign_in().get("/tracking/visitor-export/browser-one-0123456789")

    assert answer["Content-Disposition"] == 'attachment; filename="visitor.json"'
    assert [event["name"] for event in answer.json()["events"]] == ["page_viewed"]
