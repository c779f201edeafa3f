"""A person or company in several rows of one file: made once, changed once, told of once, and undone with the file."""

import pytest

from leads.actions import LeadInput, upsert_lead
from leads.actions.imports import steps
from leads.models import Company, FieldHistory, ImportedRow, Lead
from tests.conftest import NOW
from tests.leads.imports.filing import checked, counts, imported, text_of, undone, uploaded
from tracking import catalogue
from tracking.models import Event

TARO = "taro@yamada.example"
WRONG_FIRST = text_of([["email", "電話番号"], [TARO, "00"], [TARO, "03-1234-5678"]]).encode()
WRONG_FIRM_FIRST = text_of([["会社名", "従業員数"], ["山形", "多数"], ["山形", "30"]]).encode()
TO_AND_FRO = text_of([["email", "役職"], [TARO, "部長"], [TARO, "本部長"], ["b@x.example", "課長"]]).encode()
FIRM_TO_AND_FRO = text_of([["会社名", "業種"], ["山形", "小売"], ["山形", "製造"]]).encode()


def told(name: catalogue.Event) -> list[tuple[str, list[str]]]:
    """(address, fields) of each such fact."""
    people = dict(Lead.objects.values_list("pk", "email_key"))
    facts = Event.objects.filter(name=name).order_by("lead_id").values_list("lead_id", "props__fields")
    return [(people[lead], fields) for lead, fields in facts]


def test_somebody_whose_first_mention_was_refused_is_new_and_goes_with_the_file(in_acme, now):
    transfer = imported(WRONG_FIRST, by=in_acme.owner, now=now)

    assert transfer.report["expected"] == {"new": 1, "update": 0, "same": 0, "duplicates": 0, "rejected": 1}
    assert counts(transfer.report) == (1, 0, 0, 0, 1)
    undone(transfer, by=in_acme.owner, now=now)
    assert Lead.objects.count() == 0


def test_a_company_whose_first_mention_was_refused_is_new_and_goes_with_the_file(in_acme, now):
    transfer = imported(WRONG_FIRM_FIRST, by=in_acme.owner, now=now, kind="companies")

    assert transfer.report["expected"] == {"new": 1, "update": 0, "same": 0, "duplicates": 0, "rejected": 1}
    assert counts(transfer.report) == (1, 0, 0, 0, 1)
    undone(transfer, by=in_acme.owner, now=now)
    assert Company.objects.count() == 0


@pytest.mark.parametrize(("kind", "content"), [("leads", WRONG_FIRST), ("companies", WRONG_FIRM_FIRST)])
def test_so_it_is_in_a_later_chunk(in_acme, now, monkeypatch, kind, content):
    monkeypatch.setattr(steps, "CHUNK", 1)

    transfer = imported(content, by=in_acme.owner, now=now, kind=kind)

    assert counts(transfer.report) == (1, 0, 0, 0, 1)
    undone(transfer, by=in_acme.owner, now=now)
    assert (Lead.objects.count(), Company.objects.count()) == (0, 0)


def test_a_dry_run_counts_nobody_as_new_twice_whatever_the_chunks(in_acme, now, monkeypatch):
    monkeypatch.setattr(steps, "CHUNK", 1)

    transfer = checked(uploaded(TO_AND_FRO, by=in_acme.owner, now=now), now=now)

    assert counts(transfer.report) == (2, 0, 0, 1, 0)


def test_the_same_file_again_changes_nothing_although_its_rows_contradict_each_other(in_acme, now):
    imported(TO_AND_FRO, by=in_acme.owner, now=now)
    lines, stamp = FieldHistory.objects.count(), Lead.objects.get(email_key=TARO).updated_at
    Event.objects.all().delete()

    again = imported(TO_AND_FRO, by=in_acme.owner, now=now.replace(hour=9))

    assert counts(again.report) == (0, 0, 2, 1, 0)
    assert (FieldHistory.objects.count(), Lead.objects.get(email_key=TARO).updated_at) == (lines, stamp)
    assert (Event.objects.count(), ImportedRow.objects.filter(transfer=again, before__isnull=False).count()) == (0, 0)
    assert Lead.objects.get(email_key=TARO).job_title == "本部長"


def test_the_same_file_of_companies_again_changes_nothing_either(in_acme, now):
    imported(FIRM_TO_AND_FRO, by=in_acme.owner, now=now, kind="companies")

    again = imported(FIRM_TO_AND_FRO, by=in_acme.owner, now=now.replace(hour=9), kind="companies")

    assert counts(again.report) == (0, 0, 1, 1, 0)
    assert Company.objects.get().industry == "製造"
    assert not ImportedRow.objects.filter(transfer=again, before__isnull=False).exists()


def test_a_rank_given_by_hand_outlives_rows_that_change_its_title_to_and_fro(in_acme, now):
    upsert_lead(LeadInput(email=TARO, job_title="本部長", job_rank="executive"), by=None, now=NOW)
    rank = Lead.objects.get().job_rank

    imported(TO_AND_FRO, by=in_acme.owner, now=now)

    lead = Lead.objects.get(email_key=TARO)
    assert (lead.job_title, lead.job_rank) == ("本部長", rank)


def test_a_person_in_two_rows_is_told_of_once_with_what_became_of_them(in_acme, now):
    upsert_lead(LeadInput(email=TARO, job_title="係長", last_name="山田"), by=None, now=NOW)
    rows = [[TARO, "部長", "山田"], [TARO, "課長", "鈴木"], [TARO, "課長", "山田"], ["b@x.example", "", ""]]
    content = text_of([["email", "役職", "姓"], *rows, ["b@x.example", "主任", "田中"]]).encode()
    Event.objects.all().delete()

    imported(content, by=in_acme.owner, now=now)

    assert told(catalogue.Event.LEAD_UPDATED) == [(TARO, ["job_title", "job_rank"])]
    assert told(catalogue.Event.LEAD_CREATED) == [("b@x.example", ["email", "last_name", "job_title", "job_rank"])]


def test_undo_takes_somebody_in_several_rows_back_to_where_they_were(in_acme, now, monkeypatch):
    monkeypatch.setattr(steps, "UNDO_CHUNK", 1)
    upsert_lead(LeadInput(email=TARO, job_title="係長"), by=None, now=NOW)
    transfer = imported(TO_AND_FRO, by=in_acme.owner, now=now)

    undone(transfer, by=in_acme.owner, now=now)

    assert list(Lead.objects.values_list("email_key", "job_title")) == [(TARO, "係長")]


def test_a_new_person_whose_rows_are_undone_in_two_steps_goes(in_acme, now, monkeypatch):
    monkeypatch.setattr(steps, "UNDO_CHUNK", 1)
    transfer = imported(TO_AND_FRO, by=in_acme.owner, now=now)

    done = undone(transfer, by=in_acme.owner, now=now)

    assert (Lead.objects.count(), done.report["kept"]) == (0, 0)
