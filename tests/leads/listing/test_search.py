"""A search of the list: in order however many it matches, and harmless however people are called."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from leads.actions import LeadInput, upsert_leads
from leads.queries import LeadFilter, list_leads
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace

SignIn = Callable[..., Client]


def arrive(now: datetime, days: int, **said: str) -> None:
    """Somebody we have known for so many days."""
    address = f"p{days}@known.example"
    upsert_leads([LeadInput(email=address, first_name=f"{days}", **said)], by=None, now=now - timedelta(days=days))


@pytest.mark.parametrize("q", ["山田", "ヤマダ", "p", "known.example", "株式会社山田", "03-1234"])
@pytest.mark.parametrize("most", [2, 100])
@pytest.mark.parametrize(("sort", "order"), [("-created", ["1", "2", "3"]), ("created", ["9", "8", "7"])])
def test_the_first_of_everybody_found_come_first(
    in_acme: NewWorkspace,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    q: str,
    most: int,
    sort: str,
    order: list[str],
) -> None:
    monkeypatch.setattr("leads.queries.listing.BRANCH_LIMIT", most)
    for days in (5, 9, 1, 8, 2, 7, 3, 6, 4):
        arrive(now, days, last_name="山田", last_name_kana="ヤマダ", company="株式会社山田", phone=f"03-1234-567{days}")
    upsert_leads([LeadInput(email="other@else.example", last_name="佐藤")], by=None, now=now)

    found = list_leads(LeadFilter(q=q, sort=sort, limit=3))

    assert [row.first_name for row in found] == order


def test_a_name_that_is_markup_is_drawn_as_text(acme: NewWorkspace, sign_in: SignIn, now: datetime) -> None:
    evil = '"><script>alert(1)</script>'
    with tenant_scope(acme.workspace):
        arrive(now, 1, last_name=evil, job_title=evil, company=evil)

    page = sign_in().get("/leads/").content.decode()

    assert "<script>alert" not in page
    assert page.count("&quot;&gt;&lt;script&gt;alert(1)") >= 4
