"""People who came with a file stay when it is taken back, once somebody has worked on them."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from leads.actions import LeadInput, add_tag, segments, upsert_lead
from leads.actions.addresses import add_address
from leads.actions.attachments import Upload, store_file
from leads.actions.diary import TodoInput, add_note, add_todo
from leads.actions.identifiers import add_identifier
from leads.actions.merge import merge_leads
from leads.actions.touchpoints import TouchpointInput, record_touchpoint
from leads.actions.unmerge import unmerge
from leads.models import Import, Lead, Merge
from leads.queries.transfers import kept_rows
from lifecycle.actions import DealInput, move_by_hand, move_stage, upsert_deals, watching
from ma_platform.tenancy.models import Membership
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.conftest import NOW
from tests.leads.imports.filing import imported, text_of, undone

TARO, HANAKO = "taro@example.co.jp", "hanako@example.co.jp"
FILE = text_of([["email", "タグ"], [TARO, "展示会"], [HANAKO, "展示会"]]).encode()
LATER = NOW + timedelta(hours=1)
Work = Callable[[Lead, NewWorkspace], object]


def lead_of(address: str) -> Lead:
    found: Lead = Lead.objects.get(email_key=address)
    return found


def older(lead: Lead, acme: NewWorkspace) -> Lead:
    return lead_of("older@example.co.jp")


def deal(lead: Lead, acme: NewWorkspace) -> None:
    upsert_deals([DealInput(external_id="D-1", name="導入", lead_emails=[])], now=LATER)
    upsert_deals([DealInput(external_id="D-1", lead_emails=[lead.email])], now=LATER)


def on_a_list(lead: Lead, acme: NewWorkspace) -> None:
    made = segments.create_segment("展示会", None, by=acme.owner, now=LATER)
    segments.put(made, [lead.pk], True, by=acme.owner, now=LATER)


def watched(lead: Lead, acme: NewWorkspace) -> None:
    watching.watch_person(lead, member=Membership.objects.get(user=acme.owner), now=LATER)


WORK: dict[str, Work] = {
    "note": lambda lead, acme: add_note(lead, "来週電話", by=acme.owner, now=LATER),
    "todo": lambda lead, acme: add_todo(lead, TodoInput(title="電話"), by=acme.owner, now=LATER),
    "file": lambda lead, acme: store_file(lead, Upload("a.txt", 2, io.BytesIO(b"ok")), by=acme.owner, now=LATER),
    "tag": lambda lead, acme: add_tag([lead.pk], "重要", now=LATER),
    "stage": lambda lead, acme: move_by_hand(lead, "mql", by=acme.owner, reason="", now=LATER),
    "stage by another system": lambda lead, acme: move_by_hand(lead, "mql", by=None, reason="", now=LATER),
    "list": on_a_list,
    "number in another system": lambda lead, acme: add_identifier(lead, "sfa", "1", by=acme.owner, now=LATER),
    "further address": lambda lead, acme: add_address(lead, "t2@example.co.jp", by=acme.owner, now=LATER),
    "call": lambda lead, acme: record_touchpoint(
        lead, TouchpointInput(kind="call", at=LATER), by=acme.owner, now=LATER
    ),
    "deal": deal,
    "watched": watched,
    "joined, kept": lambda lead, acme: merge_leads(lead, older(lead, acme), by=acme.owner, now=LATER),
    "joined, aside": lambda lead, acme: merge_leads(older(lead, acme), lead, by=acme.owner, now=LATER),
}


@pytest.fixture
def transfer(in_acme: NewWorkspace) -> Import:
    upsert_lead(LeadInput(email="older@example.co.jp"), by=None, now=NOW)
    return imported(FILE, by=in_acme.owner, now=NOW)


def left(transfer: Import, acme: NewWorkspace) -> list[tuple[int, list[str]]]:
    """(row, fields) of what undoing keeps."""
    done = undone(transfer, by=acme.owner, now=LATER)
    assert done.state == "undone", done.problem
    return [(row, fields) for row, _subject, fields in kept_rows(done)]


@pytest.mark.parametrize("work", WORK.values(), ids=WORK)
def test_whoever_was_worked_on_stays_and_is_listed(in_acme, transfer, work: Work):
    work(lead_of(TARO), in_acme)

    kept = left(transfer, in_acme)

    assert kept == [(1, [])]
    assert (Lead.objects.filter(email_key=TARO).count(), Lead.objects.filter(email_key=HANAKO).count()) == (1, 0)


def test_what_the_product_does_by_itself_keeps_nobody(in_acme, transfer):
    move_stage([lead_of(TARO).pk], "mql", now=LATER, rule="hot")

    assert left(transfer, in_acme) == []
    assert list(Lead.objects.values_list("email_key", flat=True)) == ["older@example.co.jp"]


def test_two_people_of_the_file_who_were_joined_can_still_be_parted(in_acme, transfer):
    merge_leads(lead_of(TARO), lead_of(HANAKO), by=in_acme.owner, now=LATER)

    kept = left(transfer, in_acme)
    unmerge(Merge.objects.get(), by=in_acme.owner, now=LATER)

    assert kept == [(1, []), (2, [])]
    assert set(Lead.objects.filter(merged_into=None).values_list("email_key", flat=True)) >= {TARO, HANAKO}


def test_tags_of_several_rows_of_the_file_are_its_own(in_acme, now: datetime):
    rows = [["email", "タグ"], [TARO, "展示会"], [TARO, "展示会;名刺"]]
    transfer = imported(text_of(rows).encode(), by=in_acme.owner, now=now)

    assert left(transfer, in_acme) == []
    assert Lead.objects.count() == 0
