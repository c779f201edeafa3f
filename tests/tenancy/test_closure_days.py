"""Days on which the company rests: kept on a page, left out by waits in business days and by business hours."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from lifecycle.queries.assignment import hours_of, policy
from ma_platform.audit.models import AuditEntry
from ma_platform.tenancy.models import ClosureDays
from ma_platform.tenancy.queries import closures
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workdays import Closure, japanese_calendar
from ma_platform.workspaces.actions.closures import ClosureInput, ClosureRefused, add_closure
from nurturing import actions
from nurturing.models import Run
from tests.conftest import NOW
from tests.nurturing import world

PAGE = "/settings/closures/"
OBON = Closure(date(2024, 8, 13), date(2024, 8, 16), yearly=True)
WINTER = Closure(date(2026, 12, 28), date(2027, 1, 5), yearly=True)
FOUNDING = Closure(date(2026, 11, 24), date(2026, 11, 25))


@pytest.mark.parametrize(
    ("closure", "day", "closed"),
    [
        (OBON, "2026-08-12", False),
        (OBON, "2026-08-13", True),
        (OBON, "2031-08-16", True),
        (OBON, "2026-08-17", False),
        (WINTER, "2030-12-28", True),
        (WINTER, "2031-01-05", True),
        (WINTER, "2031-01-06", False),
        (FOUNDING, "2026-11-25", True),
        (FOUNDING, "2027-11-25", False),
        (Closure(date(2024, 2, 29), date(2024, 2, 29), yearly=True), "2027-02-28", False),
    ],
)
def test_which_days_are_closed(closure: Closure, day: str, closed: bool):
    assert closure.covers(date.fromisoformat(day)) == closed


def test_business_days_leave_them_out():
    calendar = japanese_calendar("Asia/Tokyo", (OBON,))

    # Wednesday 12 August + 1: Thursday to Sunday is Obon and the weekend.
    assert calendar.add_business_days(date(2026, 8, 12), 1) == date(2026, 8, 17)
    assert japanese_calendar("Asia/Tokyo").add_business_days(date(2026, 8, 12), 1) == date(2026, 8, 13)


def test_a_scenario_waits_over_them(in_acme):
    said = ClosureInput("創立記念日", date(2026, 11, 24), date(2026, 11, 25))
    add_closure(said, by=in_acme.owner, now=NOW)
    wait = {"type": "wait", "for": {"business_days": 1}, "at": "09:00", "next": "end"}
    world.enter(world.flow({"wait": wait, "end": world.END}), world.people(1))

    actions.tick(now=world.NOON)

    # Friday 20 November + 1: a weekend, 勤労感謝の日, two closure days.
    assert Run.objects.get().wake_at == datetime.fromisoformat("2026-11-26T00:00:00+00:00")


def test_the_office_is_closed_even_where_holidays_are_worked(in_acme):
    add_closure(ClosureInput("創立記念日", date(2026, 11, 24), date(2026, 11, 25)), by=in_acme.owner, now=NOW)
    chosen = policy()
    chosen.opens, chosen.closes, chosen.rests_on_holidays = time(9), time(18), False

    hours = hours_of(chosen)

    assert hours.is_open(datetime.fromisoformat("2026-11-23T10:00:00+09:00"))
    assert not hours.is_open(datetime.fromisoformat("2026-11-24T10:00:00+09:00"))
    assert hours.next_open(datetime.fromisoformat("2026-11-24T10:00:00+09:00")) == datetime.fromisoformat(
        "2026-11-26T00:00:00+00:00"
    )


def test_the_page_keeps_shows_and_removes_them(acme, globex, sign_in):
    client = sign_in()

    answer = client.post(PAGE, {"name": "お盆", "starts_on": "2026-08-13", "ends_on": "2026-08-16", "yearly": "on"})
    page = client.get(PAGE).content.decode()
    with tenant_scope(acme.workspace):
        kept, public_id = closures(), ClosureDays.objects.get().public_id
    client.post(f"{PAGE}{public_id}/remove/")

    assert (answer.status_code, kept) == (302, (Closure(date(2026, 8, 13), date(2026, 8, 16), yearly=True),))
    assert page.count("お盆") >= 2
    assert "元日" in page
    with tenant_scope(acme.workspace):
        assert closures() == ()
        assert set(AuditEntry.objects.filter(subject=public_id).values_list("verb", flat=True)) == {
            "closure.added",
            "closure.removed",
        }
    with tenant_scope(globex.workspace):
        assert closures() == ()


@pytest.mark.parametrize(
    ("first", "last", "yearly"),
    [("2026-08-16", "2026-08-13", False), ("2026-01-01", "2026-03-31", False), ("2026-05-01", "2026-06-30", True)],
)
def test_days_that_cannot_be_are_refused_and_nothing_is_kept(in_acme, first: str, last: str, yearly: bool):
    for month in (1, 3):
        long = ClosureInput("x", date(2026, month, 1), date(2026, month, 31), yearly=True)
        add_closure(long, by=in_acme.owner, now=NOW)
    before = closures()

    said = ClosureInput("x", date.fromisoformat(first), date.fromisoformat(last), yearly)
    with pytest.raises(ClosureRefused):
        add_closure(said, by=in_acme.owner, now=NOW)

    assert closures() == before
