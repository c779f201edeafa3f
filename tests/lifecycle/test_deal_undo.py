"""Files of deals taken back: the deals are as before, their people move back, and what was changed since stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from leads.actions.imports import ImportRefused
from leads.models import Import
from leads.queries.transfers import kept_rows
from lifecycle.actions import DealInput, move_stage, upsert_deals
from lifecycle.models import Deal, Position, Transition
from lifecycle.queries import stage_keys
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from scoring.actions import rescore, reset_markers
from tests.conftest import NOW
from tests.leads.imports.filing import imported, text_of, undone
from tests.people import make_person
from tracking.catalogue import CONSUMERS, Event
from tracking.models import Event as Fact

HEAD = ["商談ID", "商談名", "メールアドレス", "金額", "状態"]
NEW = ["D-1", "新規導入", "taro@example.co.jp", "500000", "商談中"]
LATER = NOW + timedelta(hours=1)
DEALS = [Event.DEAL_OPENED, Event.DEAL_WON, Event.DEAL_LOST]


@pytest.fixture
def taro(in_acme: NewWorkspace) -> int:
    lead = make_person()
    move_stage([lead], "nurturing", now=NOW - timedelta(days=9))
    return lead


def file_of(acme: NewWorkspace, *rows: list[str], now: datetime = NOW) -> Import:
    return imported(text_of([HEAD, *rows]).encode(), by=acme.owner, now=now, kind="deals")


def kept(transfer: Import, acme: NewWorkspace) -> list[tuple[int, list[str]]]:
    done = undone(transfer, by=acme.owner, now=LATER)
    assert done.state == "undone", done.problem
    return [(row, fields) for row, _subject, fields in kept_rows(done)]


def walked(lead: int) -> list[tuple[str | None, str, str, int]]:
    moves = Transition.objects.filter(lead_id=lead, skipped=False).order_by("id")
    return [(one.from_key, one.to_key, one.rule.partition(":")[0], one.pass_number) for one in moves]


def test_new_deals_go_and_their_people_move_back(in_acme: NewWorkspace, taro: int) -> None:
    transfer = file_of(in_acme, NEW)

    assert kept(transfer, in_acme) == []
    assert not Deal.objects.exists()
    assert walked(taro) == [
        ("inquiry", "nurturing", "", 1),
        ("sql", "opportunity", "deal_opened", 1),
        ("opportunity", "nurturing", "import_undone", 1),
    ]
    here = Position.objects.get(lead_id=taro)
    assert (here.stage_key, here.since, here.pass_number) == ("nurturing", LATER, 1)
    assert not Fact.objects.filter(name__in=DEALS).exists()
    told = Fact.objects.filter(name=Event.STAGE_CHANGED).order_by("-txid", "-id").first()
    assert (told.props["to"], told.props["quiet"]) == ("nurturing", True)


def test_changed_deals_are_as_before(in_acme: NewWorkspace, taro: int) -> None:
    stated = DealInput(external_id="D-1", lead_emails=["taro@example.co.jp"], amount=Decimal(100), company="山田商事")
    upsert_deals([stated], now=NOW - timedelta(days=3))
    before = Deal.objects.values().get()
    transfer = file_of(in_acme, ["D-1", "更新", "taro@example.co.jp", "200", "受注"])
    changed = Deal.objects.get()

    assert (changed.status, changed.amount, stage_keys([taro])[taro]) == ("won", 200, "customer")
    assert kept(transfer, in_acme) == []
    assert Deal.objects.values().get() == before
    assert stage_keys([taro]) == {taro: "opportunity"}
    assert list(Fact.objects.filter(name__in=DEALS).values_list("name", flat=True)) == [Event.DEAL_OPENED]


def test_what_was_changed_since_stays_and_is_listed(in_acme: NewWorkspace, taro: int) -> None:
    upsert_deals([DealInput(external_id="D-0", name="元", amount=Decimal(100))], now=NOW - timedelta(days=3))
    transfer = file_of(in_acme, ["D-0", "改", "", "200", "商談中"], NEW)
    upsert_deals([DealInput(external_id="D-0", amount=Decimal(300))], now=NOW + timedelta(minutes=5))
    upsert_deals([DealInput(external_id="D-1", stage="提案")], now=NOW + timedelta(minutes=5))

    assert kept(transfer, in_acme) == [(1, ["amount"]), (2, [])]
    assert list(Deal.objects.order_by("external_id").values_list("name", "amount")) == [
        ("元", 300),
        ("新規導入", 500000),
    ]
    assert stage_keys([taro]) == {taro: "opportunity"}


def test_whom_somebody_moved_since_stays_there(in_acme: NewWorkspace, taro: int) -> None:
    transfer = file_of(in_acme, NEW)
    move_stage([taro], "sql", now=NOW + timedelta(minutes=5), by=in_acme.owner, reason="戻し")
    moves = walked(taro)

    assert kept(transfer, in_acme) == [(1, ["people_stage"])]
    assert not Deal.objects.exists()
    assert walked(taro) == moves


def test_whose_other_deal_is_open_stays_at_it(in_acme: NewWorkspace, taro: int) -> None:
    transfer = file_of(in_acme, NEW)
    upsert_deals([DealInput(external_id="D-2", lead_emails=["taro@example.co.jp"])], now=NOW + timedelta(minutes=5))

    assert kept(transfer, in_acme) == [(1, ["people_stage"])]
    assert stage_keys([taro]) == {taro: "opportunity"}


def test_several_moves_by_one_file_are_one_way_back(in_acme: NewWorkspace, taro: int) -> None:
    transfer = file_of(in_acme, NEW, ["D-2", "追加", "taro@example.co.jp", "1", "受注"])

    assert stage_keys([taro]) == {taro: "customer"}
    assert kept(transfer, in_acme) == []
    assert walked(taro)[1:] == [
        ("sql", "opportunity", "deal_opened", 1),
        ("opportunity", "customer", "deal_won", 1),
        ("customer", "nurturing", "import_undone", 1),
    ]


def test_a_score_that_began_anew_by_a_lost_deal_counts_as_before(in_acme: NewWorkspace, taro: int) -> None:
    rescore([taro], now=NOW)
    before = reset_markers([taro])
    transfer = file_of(in_acme, ["D-1", "失注", "taro@example.co.jp", "1", "失注"])
    assert {one.counts_after for one in reset_markers([taro])} == {NOW}

    assert kept(transfer, in_acme) == []
    assert reset_markers([taro]) == before
    assert stage_keys([taro]) == {taro: "nurturing"}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_deal_of_two_files_goes_with_the_last_of_them(
    in_acme: NewWorkspace, taro: int, order: tuple[int, int]
) -> None:
    files = [file_of(in_acme, NEW), file_of(in_acme, [*NEW[:3], "900", "受注"], now=NOW + timedelta(minutes=1))]

    first = kept(files[order[0]], in_acme)
    stood = (Deal.objects.count(), stage_keys([taro])[taro])
    second = kept(files[order[1]], in_acme)

    assert (first, stood) == {0: ([(1, [])], (1, "customer")), 1: ([], (1, "opportunity"))}[order[0]]
    assert (second, Deal.objects.count(), stage_keys([taro])) == ([], 0, {taro: "nurturing"})


def test_it_is_undone_once(in_acme: NewWorkspace, taro: int) -> None:
    transfer = file_of(in_acme, NEW, [*NEW[:3], "900", "商談中"])
    kept(transfer, in_acme)
    moves = walked(taro)

    with pytest.raises(ImportRefused):
        undone(transfer, by=in_acme.owner, now=LATER)

    assert walked(taro) == moves


def test_another_workspace_keeps_its_deals(acme: NewWorkspace, globex: NewWorkspace) -> None:
    with tenant_scope(globex.workspace):
        theirs = make_person()
        upsert_deals([DealInput(external_id="D-1", lead_emails=["taro@example.co.jp"])], now=NOW)
    with tenant_scope(acme.workspace):
        make_person()
        kept(file_of(acme, NEW), acme)
        assert not Deal.objects.exists()

    with tenant_scope(globex.workspace):
        assert (Deal.objects.count(), stage_keys([theirs])) == (1, {theirs: "opportunity"})
        assert [one.to_key for one in Transition.objects.filter(skipped=False)] == ["opportunity"]


def test_the_way_back_gives_nobody_away(in_acme: NewWorkspace, taro: int) -> None:
    kept(file_of(in_acme, NEW), in_acme)

    rows = Fact.objects.filter(name=Event.STAGE_CHANGED, props__quiet=True)

    assert [row.lead_id for row in rows] == [taro]
    assert CONSUMERS["assignment"].events == {Event.LEAD_CREATED, Event.STAGE_CHANGED}


@time_machine.travel(LATER, tick=False)
def test_the_page_offers_it_and_names_what_stayed(acme: NewWorkspace, sign_in: Callable[..., Client]) -> None:
    with tenant_scope(acme.workspace):
        make_person()
        transfer = file_of(acme, NEW)
    page = sign_in().get(reverse("leads:import", args=[transfer.public_id])).content.decode()
    with tenant_scope(acme.workspace):
        upsert_deals([DealInput(external_id="D-1", stage="提案")], now=NOW + timedelta(minutes=5))
        deal = Deal.objects.get().public_id
        undone(transfer, by=acme.owner, now=LATER)
    done = sign_in().get(reverse("leads:import", args=[transfer.public_id])).content.decode()

    assert f'action="{reverse("leads:import_undo", args=[transfer.public_id])}"' in page
    assert f'<a href="/deals/{deal}/">新規導入</a>' in done
