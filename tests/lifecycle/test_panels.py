"""What scoring and lifecycle show on the shared pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from leads.actions import LeadInput, upsert_lead
from lifecycle.actions import DealInput, move_stage, upsert_deals
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from scoring.actions import rescore
from tests.conftest import NOW
from tests.people import see
from tracking.catalogue import Event

SignIn = Callable[..., Client]


@pytest.fixture
def lead(acme: NewWorkspace) -> str:
    """A hot director with an open deal."""
    with tenant_scope(acme.workspace):
        said = LeadInput(email="taro@example.co.jp", last_name="山田", first_name="太郎", job_title="部長")
        made = upsert_lead(said, by=None, now=NOW)
        pk = made.lead_id or 0
        for page in ("/products/a", "/products/b"):
            see(pk, Event.PAGE_VIEWED, about=page)
        rescore([pk], now=NOW)
        move_stage([pk], "mql", now=NOW, rule="became_hot")
        upsert_deals([DealInput(external_id="D-1", name="CRM導入", leads=[str(made.public_id)])], now=NOW)
    return str(made.public_id)


def test_the_lead_page_shows_score_stage_and_deals(sign_in: SignIn, lead: str) -> None:
    page = sign_in().get(f"/leads/{lead}").content.decode()

    for said in ("製品詳細ページを閲覧", "+10", "属性 5 + 行動 10、セル B1", "自動: 商談の開始", "通過", "CRM導入"):
        assert said in page


def test_the_lead_list_shows_score_and_stage(sign_in: SignIn, lead: str) -> None:
    page = sign_in().get("/leads/").content.decode()

    assert "山田" in page
    assert "商談" in page
    assert "15" in page


def test_the_home_page_shows_the_funnel_and_hot_leads(sign_in: SignIn, lead: str) -> None:
    page = sign_in().get("/").content.decode()

    for said in ("ステージ別のリード", "ホットリード", "山田 太郎"):
        assert said in page
