"""Quotas: what members begin stops when it is used up; what customers send is taken."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from leads.actions import LeadInput, upsert_lead, upsert_leads
from leads.actions.edit import create_lead
from leads.models import Lead
from leads.refusals import LeadRefused
from ma_platform.tenancy.models import ApiKey
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.quotas import count_usage, counted_at, is_full, quota_lines, set_quota
from ma_platform.workspaces.models import Quota
from ma_platform.workspaces.quotas import Used
from mailing.models import Message
from mailing.policy import Defer, Kind, Reason, Skip, Standing, decide
from tests.conftest import NOW
from tests.people import make_person
from tests.tenancy.mailbox import BACKEND


def test_members_and_machines_make_nobody_new_when_it_is_full(in_acme):
    make_person("first@example.co.jp")
    set_quota({Used.PEOPLE: 1}, now=NOW)
    key = ApiKey.objects.get()

    with pytest.raises(LeadRefused) as refused:
        create_lead(LeadInput(email="second@example.co.jp"), by=in_acme.owner, now=NOW)
    stated = [LeadInput(email=f"{name}@example.co.jp", last_name="山田") for name in ("first", "second")]
    done = upsert_leads(stated, by=key, now=NOW)
    answered = upsert_lead(LeadInput(email="third@example.co.jp"), by=None, now=NOW, source="form:sub_x")

    assert refused.value.errors == {"email": "quota"}
    assert [(one.changed, one.errors) for one in done] == [(("last_name",), {}), ((), {"email": "quota"})]
    assert (answered.created, Lead.objects.count()) == (True, 2)
    assert next(line for line in quota_lines(now=NOW) if line.limit is not None).percent == 200


def test_a_mark_is_told_once(in_acme, settings):
    settings.EMAIL_BACKEND = BACKEND
    for number in range(8):
        make_person(f"{number}@example.co.jp")

    set_quota({Used.PEOPLE: 10}, now=NOW)
    count_usage(now=NOW)
    near = list(Message.objects.values_list("to_address", flat=True))
    set_quota({Used.PEOPLE: 8}, now=NOW)

    assert (near, Message.objects.count(), is_full(Used.PEOPLE)) == (["owner@acme.example"], 2, True)


@pytest.mark.parametrize(
    ("days", "verdict"),
    [(1, Defer(Reason.QUOTA, NOW + timedelta(hours=1))), (7, Skip(Reason.LATE))],
)
def test_marketing_mails_wait_for_a_week_at_most(days, verdict):
    queued = NOW - timedelta(days=days)
    standing = Standing(Kind.MARKETING, queued, address="x@example.com", has_basis=True)
    full = Standing(
        Kind.MARKETING, queued, address="x@example.com", has_basis=True, quota_until=NOW + timedelta(hours=1)
    )

    assert (type(decide(standing, now=NOW)).__name__, decide(full, now=NOW)) == ("Go", verdict)


def test_the_operator_sets_it_and_the_page_shows_it(acme, sign_in):
    out = StringIO()
    call_command("set_quota", acme.workspace.public_id, "people=500", "mails_per_month=none", stdout=out)

    page = sign_in().get(reverse("workspace_data")).content.decode()

    assert "people: 0 of 500" in out.getvalue()
    assert "/ 500" in page
    with pytest.raises(CommandError):
        call_command("set_quota", acme.workspace.public_id, "cats=1", stdout=out)


def test_without_limits_the_operator_sees_what_there_is_and_sets_nothing(acme):
    out = StringIO()
    with tenant_scope(acme.workspace):
        set_quota({Used.PEOPLE: 1}, now=NOW)
        make_person("one@example.co.jp")

    call_command("set_quota", acme.workspace.public_id, stdout=out)

    assert "people: 1 of 1" in out.getvalue()
    with tenant_scope(acme.workspace):
        assert (Quota.objects.get().set_at, counted_at()) == (NOW, NOW)
        assert Message.objects.count() == 0
