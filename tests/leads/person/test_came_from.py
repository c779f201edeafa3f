"""Where people came from and how often is of their own visits: not of the browser, and not of what a form said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from conditions import compile, parse
from leads.actions import LeadInput, segments, upsert_lead
from leads.actions.merge import merge_leads
from leads.actions.unmerge import unmerge
from leads.models import Lead, SegmentMember
from ma_platform.db import sql
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.people import make_person
from tests.tracking.collecting import NOW
from tests.tracking.test_drain import keep
from tracking.actions import bind_visitor, drain, run_consumers, undo_binding
from tracking.models import Binding
from tracking.queries import touch_list, touches

AD = {"channel": "paid", "utm_source": "google"}
TYPED = {"channel": "direct"}
MAIL = {"channel": "email", "utm_source": "news"}

pytestmark = pytest.mark.django_db(transaction=True)


class Site:
    """Acme's site: who comes by which browser, and what is known of them."""

    def __init__(self, acme: NewWorkspace) -> None:
        self.acme, self.number = acme, 0

    def view(self, at: datetime, browser: str = "v1", **said: object) -> None:
        self.number += 1
        keep(self.acme.workspace.pk, f"m{self.number}", visitor=browser, at=at, **said)
        self.settle()

    def form(self, email: str, at: datetime, browser: str = "v1", source: dict[str, str] | None = None) -> int:
        """Somebody sends a form that says where its page was come to from."""
        with tenant_scope(self.acme.workspace):
            lead = upsert_lead(LeadInput(email=email, source=source or TYPED), by=None, now=at).lead_id
            assert lead is not None
            bind_visitor(browser, lead, "form", at)
        self.settle()
        return lead

    def settle(self) -> None:
        drain(now=NOW)
        run_consumers(now=NOW)

    def came(self, lead: int) -> tuple[object, object, int]:
        with tenant_scope(self.acme.workspace):
            known = Lead.objects.get(pk=lead)
            return known.came_first, known.came_last, known.visits

    def who(self, field: str, op: str, value: object) -> list[int]:
        """Everybody for whom a condition holds."""
        with tenant_scope(self.acme.workspace):
            asked = compile(parse({"field": field, "op": op, "value": value}), now=NOW, tz=ZoneInfo("Asia/Tokyo"))
            found: Sequence[int] = sql.run(
                "SELECT lead.id FROM leads_lead AS lead WHERE lead.tenant_id = %(tenant_id)s AND "
                + asked.sql
                + " ORDER BY 1",
                **asked.params,
            ).values()
        return list(found)


@pytest.fixture
def site(acme: NewWorkspace) -> Site:
    return Site(acme)


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def test_who_clicked_an_ad_and_came_back_by_hand_came_by_the_ad(site):
    site.view(ago(days=4), source=AD)
    site.view(ago(hours=1), source=TYPED)

    lead = site.form("a@alpha.jp", ago(minutes=55))

    assert site.came(lead) == (AD, AD, 2)
    assert site.who("lead.source.first.channel", "eq", "paid") == [lead]
    assert site.who("lead.source.first.channel", "eq", "direct") == []
    with tenant_scope(site.acme.workspace):
        found = touches(lead)
        assert (found.first.source, found.last.source) == (AD, AD)


def test_what_a_form_said_counts_where_no_visit_is_known(site):
    lead = site.form("a@alpha.jp", ago(minutes=55), source=MAIL)

    assert site.came(lead) == (MAIL, MAIL, 0)
    assert site.who("source.last.utm_source", "eq", "news") == [lead]


def test_somebody_elses_browser_brings_no_source_and_takes_none_away(site):
    site.view(ago(days=4), source=AD)
    site.view(ago(hours=2), source=MAIL)
    one = site.form("a@alpha.jp", ago(minutes=119))
    other = site.form("b@beta.jp", ago(minutes=115))
    site.view(ago(minutes=114))  # the visit of the one goes on

    assert site.came(one) == (AD, MAIL, 2)
    assert site.came(other) == (TYPED, TYPED, 1)
    site.view(ago(minutes=10), source={**AD, "utm_campaign": "秋"})
    assert site.came(one) == (AD, MAIL, 2)
    assert site.came(other) == ({**AD, "utm_campaign": "秋"}, {**AD, "utm_campaign": "秋"}, 2)
    with tenant_scope(site.acme.workspace):
        assert [touch.channel for touch in touch_list(other)] == ["paid"]


def test_on_the_day_a_browser_changes_hands_each_has_their_own_visits(site):
    site.view(ago(hours=5), source=AD)
    one = site.form("a@alpha.jp", ago(hours=4, minutes=59))
    other = site.form("b@beta.jp", ago(hours=2))
    site.view(ago(hours=1), source=MAIL)

    assert site.who("visit.channel", "contains", "paid") == [one]
    assert site.who("source.any.utm_source", "contains", "google") == [one]
    assert site.who("visit.channel", "contains", "email") == [other]
    assert site.who("lead.visits", "eq", 1) == [one, other]


def test_a_visit_goes_on_as_both_ones_and_came_from_where_the_first_came_from(site):
    site.view(ago(minutes=50), source=AD)
    one = site.form("a@alpha.jp", ago(minutes=45))
    other = site.form("b@beta.jp", ago(minutes=40))
    site.view(ago(minutes=35))
    sql_device(site, "desktop")

    assert site.who("visit.device", "contains", "desktop") == [one, other]
    assert site.who("visit.channel", "contains", "paid") == [one]


def sql_device(site: Site, device: str) -> None:
    with tenant_scope(site.acme.workspace):
        sql.run("UPDATE tracking_session SET device = %(device)s WHERE tenant_id = %(tenant_id)s", device=device)


def test_a_source_told_in_the_midst_of_a_visit_is_heard(site):
    site.view(ago(minutes=20))
    lead = site.form("a@alpha.jp", ago(minutes=19))
    site.view(ago(minutes=18), source=AD)

    assert site.came(lead) == (AD, AD, 1)


def test_machines_visits_do_not_count(site):
    site.view(ago(hours=5), source=AD, verdict=1, reasons=["bot"])
    lead = site.form("a@alpha.jp", ago(hours=4))
    site.view(ago(hours=1), source=MAIL)

    assert site.came(lead) == (MAIL, MAIL, 1)


def test_undoing_a_binding_gives_both_their_own_back(site):
    site.view(ago(hours=5), source=AD)
    one = site.form("a@alpha.jp", ago(hours=4, minutes=59))
    other = site.form("b@beta.jp", ago(hours=2))
    site.view(ago(hours=1), source=MAIL)
    before = site.came(one), site.came(other)

    with tenant_scope(site.acme.workspace):
        taken = Binding.objects.get(lead_id=other).public_id
        undo_binding(taken, by=site.acme.owner, now=NOW)
    site.settle()

    assert before == ((AD, AD, 1), (MAIL, MAIL, 1))
    assert (site.came(one), site.came(other)) == ((AD, MAIL, 2), (TYPED, TYPED, 0))


def test_joining_adds_up_and_parting_gives_back(site):
    site.view(ago(hours=5), source=AD)
    one = site.form("a@alpha.jp", ago(hours=4))
    site.view(ago(hours=3), "v2", source=MAIL)
    other = site.form("b@beta.jp", ago(hours=2), "v2")
    apart = site.came(one), site.came(other)

    with tenant_scope(site.acme.workspace):
        keep_, drop = Lead.objects.get(pk=other), Lead.objects.get(pk=one)
        made = merge_leads(keep_, drop, by=site.acme.owner, now=NOW)
    joined = site.came(other)
    with tenant_scope(site.acme.workspace):
        unmerge(made, by=site.acme.owner, now=NOW)
    parted = site.came(one), site.came(other)
    site.settle()

    assert apart == ((AD, AD, 1), (MAIL, MAIL, 1))
    assert joined == (AD, MAIL, 2)
    assert parted == apart
    assert (site.came(one), site.came(other)) == apart


def test_segments_follow(site):
    with tenant_scope(site.acme.workspace):
        asked = {"all": [{"field": "lead.visits", "op": "gte", "value": 2}]}
        segment = segments.create_segment("よく来る", asked, by=None, now=NOW)
        segments.build(segment.pk, now=NOW)
        lead = make_person("a@alpha.jp")
        bind_visitor("v1", lead, "form", ago(hours=9))
    site.view(ago(hours=5))

    site.view(ago(hours=1))

    with tenant_scope(site.acme.workspace):
        assert list(SegmentMember.objects.filter(segment=segment).values_list("lead_id", flat=True)) == [lead]
