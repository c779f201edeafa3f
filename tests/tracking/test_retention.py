"""Events past their time go, at the workspace's own midnight, with their points; counts by day stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ma_platform.db import sql
from ma_platform.tenancy.models import Workspace
from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.collecting import NOW
from tests.tracking.visiting import visit
from tracking.actions import clear_due, record, retention, run_consumers
from tracking.catalogue import Event
from tracking.models import Daily, Retention, Session, Visitor
from tracking.models import Event as Row

# NOW is Friday noon in Tokyo; the day 90 days before began at 15:00 UTC of the day before it.
BEGAN = datetime(2026, 8, 21, 15, 0, tzinfo=UTC)


def keep(tenant: Workspace, days: int, *, name: int = Event.PAGE_VIEWED) -> None:
    with tenant_scope(tenant):
        Retention.objects.create(name=name, days=days)


def viewed(tenant: Workspace, *moments: datetime, lead: int | None = None, name: int = Event.PAGE_VIEWED) -> None:
    with tenant_scope(tenant):
        for moment in moments:
            record(name, at=moment, lead=lead, visitor=None if lead else "v1")


def left(tenant: Workspace, name: int = Event.PAGE_VIEWED) -> list[datetime]:
    with tenant_scope(tenant):
        return list(Row.objects.filter(name=name).order_by("occurred_at").values_list("occurred_at", flat=True))


def test_a_day_ends_at_the_workspaces_midnight(acme):
    keep(acme.workspace, 90)
    before, after = BEGAN - timedelta(microseconds=1), BEGAN
    viewed(acme.workspace, before, after)

    assert clear_due(now=NOW) == 1
    assert left(acme.workspace) == [after]


def test_each_workspace_has_its_own_days_and_its_own_midnight(acme, globex):
    Workspace.objects.filter(pk=globex.workspace.pk).update(timezone="America/New_York")
    keep(acme.workspace, 90)
    keep(globex.workspace, 90)
    both = (BEGAN - timedelta(hours=1), BEGAN + timedelta(hours=1))
    viewed(acme.workspace, *both)
    viewed(globex.workspace, *both)

    clear_due(now=NOW)

    # In New York it is still Thursday: 90 days before began on 21 August, 04:00 UTC.
    assert left(acme.workspace) == [both[1]]
    assert left(globex.workspace) == list(both)


def test_other_names_and_other_workspaces_stay(acme, globex):
    keep(acme.workspace, 90)
    old = BEGAN - timedelta(days=30)
    viewed(acme.workspace, old)
    viewed(acme.workspace, old, name=Event.ASSET_DOWNLOADED)
    viewed(globex.workspace, old)

    assert clear_due(now=NOW) == 1
    assert left(acme.workspace, Event.ASSET_DOWNLOADED) == [old]
    assert left(globex.workspace) == [old]


def test_counts_by_day_stay_and_people_are_counted_anew_in_one_fact(acme):
    keep(acme.workspace, 90)
    viewed(acme.workspace, BEGAN - timedelta(days=1), BEGAN - timedelta(days=40), lead=5)
    viewed(acme.workspace, BEGAN - timedelta(days=2))
    with tenant_scope(acme.workspace):
        browser = Visitor.objects.get().pk

    clear_due(now=NOW)

    with tenant_scope(acme.workspace):
        told = [row.props for row in Row.objects.filter(name=Event.EVENTS_DELETED).order_by("txid", "id")]
        assert Daily.objects.filter(name=Event.PAGE_VIEWED).count() == 3
        assert sorted(told, key=str) == [
            {"leads": [5], "visitors": [browser]},
            {"leads": [5], "visitors": []},  # of July
        ]


def test_visits_and_unknown_browsers_go_with_the_page_views(acme):
    keep(acme.workspace, 1)
    with tenant_scope(acme.workspace):
        visit("old", minutes=-3 * 24 * 60)
        visit("known", minutes=-3 * 24 * 60, lead=5)
        visit("new", minutes=-5)

    clear_due(now=NOW)

    with tenant_scope(acme.workspace):
        assert Session.objects.count() == 1
        assert sorted(Visitor.objects.values_list("key", flat=True)) == ["known", "new"]


@pytest.mark.django_db(transaction=True)
def test_a_killed_run_is_taken_up_where_it_was(acme, monkeypatch):
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    keep(acme.workspace, 90)
    viewed(acme.workspace, *[BEGAN - timedelta(days=day) for day in range(1, 8)])

    first = clear_due(now=NOW, running=lambda: len(left(acme.workspace)) > 3)
    with tenant_scope(acme.workspace):
        unfinished = Retention.objects.get().done_until
    second = clear_due(now=NOW)

    assert (first, second, unfinished) == (4, 3, None)
    assert left(acme.workspace) == []
    assert clear_due(now=NOW) == 0


def test_nothing_is_looked_for_twice_a_day(acme, django_assert_num_queries):
    keep(acme.workspace, 90)
    clear_due(now=NOW)

    with django_assert_num_queries(5):  # a savepoint, the scope, what is kept, and back again
        clear_due(now=NOW)


def test_what_came_late_is_found_at_the_next_full_look(acme):
    keep(acme.workspace, 90)
    clear_due(now=NOW)
    viewed(acme.workspace, BEGAN - timedelta(days=30))

    assert clear_due(now=NOW + timedelta(days=1)) == 0
    assert clear_due(now=datetime(2026, 12, 1, 3, 0, tzinfo=UTC)) == 1


@pytest.mark.django_db(transaction=True)
def test_points_of_deleted_events_go_too(acme):
    from leads.actions import LeadInput, upsert_lead
    from scoring.queries import score_of, standings

    keep(acme.workspace, 90, name=Event.SEMINAR_REGISTERED)
    with tenant_scope(acme.workspace):
        lead = upsert_lead(LeadInput(email="a@x.jp"), by=None, now=NOW).lead_id or 0
        record(Event.SEMINAR_REGISTERED, at=BEGAN - timedelta(days=1), lead=lead)
    run_consumers(now=NOW)
    with tenant_scope(acme.workspace):
        before = standings([lead])[lead].total

    clear_due(now=NOW)
    run_consumers(now=NOW)

    with tenant_scope(acme.workspace):
        assert (before, standings([lead])[lead].total) == (3, 0)
        assert score_of(lead, now=NOW).total == 0
        assert sql.run("SELECT count(*) FROM tracking_poison").value() == 0
