"""Numbers of reports leave out whom the exclusion list leaves out, and say so; another workspace's list is its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from leads.actions import erase_leads, upsert_leads
from leads.actions.exclusions import NewExclusion, add_exclusion, remove_exclusion
from leads.actions.left_out import refresh_left_out
from leads.actions.merge import merge_leads
from leads.actions.unmerge import unmerge
from leads.entry import LeadInput
from leads.models import Exclusion, Lead, LeftOut
from leads.queries import Arrivals, arrivals
from leads.queries.left_out import left_out
from lifecycle.actions import move_stage
from lifecycle.queries import left_out_stock, stage_stock
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.conftest import NOW
from tests.leads.segments.making import log
from tests.people import see
from tracking.catalogue import CONSUMERS, Event
from tracking.queries import (
    LeftOutCounts,
    counts_per_day,
    find_page,
    left_out_counts,
    page_days,
    page_report,
    readers,
)

SignIn = Callable[..., Client]
TODAY = NOW.date()
DAYS = {"since": TODAY - timedelta(days=7), "until": TODAY + timedelta(days=1)}
PRICING = "https://acme.example/pricing"
RIVALS = NewExclusion("domain", "rival.example", "competitor")


def populate(now: datetime) -> dict[str, int]:
    """Two rivals and two others, all at the same stage; each reads /pricing once, the rivals twice."""
    names = ("a@rival.example", "b@rival.example", "c@friend.example", "d@friend.example")
    made = upsert_leads([LeadInput(email=name, last_name=name[0]) for name in names], by=None, now=now)
    leads = {name[0]: one.lead_id or 0 for name, one in zip(names, made, strict=True)}
    move_stage(list(leads.values()), "mql", now=now)
    for lead in leads.values():
        see(lead, Event.PAGE_VIEWED, about="/pricing")
    see(leads["a"], Event.PAGE_VIEWED, about="/pricing")
    see(leads["b"], Event.PAGE_VIEWED, about="/pricing")
    see(leads["a"], Event.PAGE_VIEWED, about="/internal")
    return leads


@pytest.fixture
def people(acme: NewWorkspace, globex: NewWorkspace, now: datetime) -> dict[str, int]:
    with tenant_scope(globex.workspace):
        populate(now)
    with tenant_scope(acme.workspace):
        made = populate(now)
        add_exclusion(RIVALS, by=acme.owner, now=now)
    return made


def numbers(now: datetime) -> dict[str, object]:
    page = find_page(PRICING, **DAYS)
    return {
        "stock": stage_stock(),
        "arrivals": arrivals(now=now, midnight=now - timedelta(hours=1)),
        "views": [row.count for row in counts_per_day([Event.PAGE_VIEWED], since=DAYS["since"])],
        "report": [(row.path, row.views, row.people) for row in page_report(**DAYS)],
        "page": page and (page.views, page.people),
        "days": [day.views for day in page_days(PRICING, **DAYS)],
    }


def test_every_number_leaves_them_out_and_another_workspace_keeps_its_own(
    acme: NewWorkspace, globex: NewWorkspace, people: dict[str, int], now: datetime
) -> None:
    with tenant_scope(acme.workspace):
        mine = numbers(now)
    with tenant_scope(globex.workspace):
        theirs = numbers(now)

    assert mine == {
        "stock": {"mql": 2},
        "arrivals": Arrivals(today=2, week=2, week_before=0, left_out=2),
        "views": [2],
        "report": [("/pricing", 2, 2)],
        "page": (2, 2),
        "days": [2],
    }
    assert theirs == {
        "stock": {"mql": 4},
        "arrivals": Arrivals(today=4, week=4, week_before=0, left_out=0),
        "views": [7],
        "report": [("/pricing", 6, 4), ("/internal", 1, 1)],
        "page": (6, 4),
        "days": [6],
    }


def test_how_much_is_left_out_is_told_apart(acme: NewWorkspace, people: dict[str, int]) -> None:
    with tenant_scope(acme.workspace):
        assert left_out_stock() == 2
        assert left_out_counts([Event.PAGE_VIEWED], **DAYS) == LeftOutCounts(people=2, count=5)
        assert left_out_counts([Event.PAGE_VIEWED], **DAYS, key=PRICING) == LeftOutCounts(people=2, count=4)
        assert [one.lead_id for one in readers(PRICING, **DAYS)] == [people["c"], people["d"]]
        assert [one.lead_id for one in readers(PRICING, **DAYS, left_out=True)] == [people["a"], people["b"]]


def test_off_the_list_they_count_again(acme: NewWorkspace, people: dict[str, int], now: datetime) -> None:
    with tenant_scope(acme.workspace):
        add_exclusion(NewExclusion("title", "学生", "other"), by=None, now=now)
        remove_exclusion(Exclusion.objects.get(kind="domain"), by=acme.owner, now=now)

        assert (left_out_stock(), stage_stock()) == (0, {"mql": 4})


def test_facts_bring_people_under_the_list_and_off_it(
    acme: NewWorkspace, people: dict[str, int], now: datetime
) -> None:
    moved = [LeadInput(email="a@rival.example", job_title="営業"), LeadInput(email="e@rival.example")]
    with tenant_scope(acme.workspace):
        upsert_leads(moved, by=None, now=now)
        Lead.objects.filter(pk=people["a"]).update(email="a@friend.example", email_domain="friend.example")
        new = Lead.objects.get(email="e@rival.example").pk
        CONSUMERS["leads_left_out"].read(log(), now)

        assert left_out([*people.values(), new]) == {people["b"]: "competitor", new: "competitor"}


def test_what_no_fact_told_is_found_by_the_sweep(acme: NewWorkspace, people: dict[str, int], now: datetime) -> None:
    with tenant_scope(acme.workspace):
        Lead.objects.filter(pk=people["c"]).update(email_domain="rival.example")

        assert (refresh_left_out(), refresh_left_out()) == (1, 0)
        assert sorted(left_out(people.values())) == [people["a"], people["b"], people["c"]]


def test_whoever_stands_aside_is_left_out_as_the_one_they_are_and_the_erased_of_nothing(
    acme: NewWorkspace, people: dict[str, int], now: datetime
) -> None:
    with tenant_scope(acme.workspace):
        keep, drop = (Lead.objects.get(pk=people[name]) for name in "ca")
        merge = merge_leads(keep, drop, by=None, now=now)
        joined = left_out(people.values())
        unmerge(merge, by=None, now=now)
        parted = left_out(people.values())
        erase_leads([people["b"]], by=None, now=now)

        assert joined == {people["b"]: "competitor", people["c"]: "competitor"}  # one of their addresses is listed
        assert sorted(parted) == [people["a"], people["b"]]
        assert list(LeftOut.objects.values_list("lead_id", flat=True)) == [people["a"]]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/", 'href="/leads/?stage=mql&amp;excluded=no"'),
        ("/", "除外リストの 2 人を除いた数です。"),
        ("/lifecycle/", "除外リストの 2 人を除いた数です。"),
        ("/tracking/pages", "除外リストの 2 人を除いた数です。"),
        (f"/tracking/pages?url={PRICING}", "上の数には含まない閲覧 4 回。"),
    ],
)
def test_pages_say_so_beside_the_number(
    acme: NewWorkspace, people: dict[str, int], sign_in: SignIn, now: datetime, path: str, said: str
) -> None:
    with time_machine.travel(now, tick=False):
        page = sign_in().get(path, follow=True).content.decode()

    assert said in page


def test_the_number_leads_to_the_people_behind_it(
    acme: NewWorkspace, people: dict[str, int], sign_in: SignIn, now: datetime
) -> None:
    with time_machine.travel(now, tick=False):
        counted = sign_in().get("/leads/?stage=mql&excluded=no").context["rows"]
        away = sign_in().get("/leads/?stage=mql&excluded=yes").context["rows"]

    assert sorted(row.lead.email[0] for row in counted) == ["c", "d"]
    assert sorted(row.lead.email[0] for row in away) == ["a", "b"]
