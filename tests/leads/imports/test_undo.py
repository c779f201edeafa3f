"""An import taken back: everything as it was, except what people changed since, and that is listed."""

from datetime import timedelta

import pytest

from leads.actions import LeadInput, edit_lead, segments, upsert_lead
from leads.actions.companies import edit_company
from leads.actions.exports import OWN, begin, start_export, write_export
from leads.actions.imports import ImportRefused, ask_run, ask_undo
from leads.models import Company, Consent, Export, ImportedRow, Lead
from leads.queries.transfers import kept_rows
from ma_platform.audit.models import AuditEntry
from tests.conftest import NOW
from tests.leads.imports.filing import CARDS, checked, finished, imported, text_of, undone, uploaded
from tests.leads.segments.making import consume, inside, made

CP932 = text_of([*CARDS, [*CARDS[2][:2], "本部長", *CARDS[2][3:]]]).encode("cp932")
IMPORTANT = {"field": "lead.tags", "op": "contains", "value": "重要"}
AGREED = {"field": "consent.newsletter", "op": "eq", "value": "business_card"}
STABLE = [column.key for column in OWN if column.key != "updated_at"]


@pytest.fixture
def known(in_acme):
    """A person who is there before the file."""
    upsert_lead(
        LeadInput(email="taro@yamada.example", job_title="係長", company="旧商会", tags=("旧",)), by=None, now=NOW
    )


def exported(workspace) -> bytes:
    export = start_export({"q": ""}, columns=STABLE, form="csv", by=workspace.owner, now=NOW)
    begin(export.pk)
    write_export(export.pk, now=NOW)
    from django.core.files.storage import default_storage

    return default_storage.open(Export.objects.get(pk=export.pk).path).read()


def test_undo_gives_the_very_same_export(in_acme, known, now):
    before = exported(in_acme)
    transfer = imported(CP932, by=in_acme.owner, now=now, basis="business_card", topic="newsletter")
    assert exported(in_acme) != before

    done = undone(transfer, by=in_acme.owner, now=now)

    assert (done.state, kept_rows(done)) == ("undone", [])
    assert exported(in_acme) == before
    assert Consent.objects.count() == 0
    assert [company.name for company in Company.objects.all()] == ["旧商会"]


def test_a_company_of_the_file_stays_when_somebody_worked_on_it_or_belongs_to_it(in_acme, now):
    transfer = imported(CP932, by=in_acme.owner, now=now)
    later = now + timedelta(minutes=1)
    edit_company(Company.objects.get(name="株式会社山田"), {"industry": "製造"}, by=in_acme.owner, now=later)
    upsert_lead(LeadInput(email="jiro@takasaki.example", company="髙﨑商会"), by=None, now=later)

    undone(transfer, by=in_acme.owner, now=now)

    assert {company.name for company in Company.objects.all()} == {"株式会社山田", "㈱髙﨑商会"}


def test_what_a_person_changed_since_stays_and_is_listed(in_acme, known, now):
    transfer = imported(CP932, by=in_acme.owner, now=now)
    lead = Lead.objects.get(email_key="taro@yamada.example")
    edit_lead(lead, LeadInput(email=lead.email, job_title="取締役"), by=in_acme.owner, now=now)

    done = undone(transfer, by=in_acme.owner, now=now)

    lead.refresh_from_db()
    assert (lead.job_title, lead.last_name) == ("取締役", "")
    assert Company.objects.get(pk=lead.company_id).name == "旧商会"
    assert done.report["kept"] == len(kept_rows(done)) >= 1
    assert {field for _row, _subject, fields in kept_rows(done) for field in fields} == {"job_title", "job_rank"}


def test_a_new_person_somebody_worked_on_stays(in_acme, now):
    transfer = imported(CP932, by=in_acme.owner, now=now)
    lead = Lead.objects.get(email_key="hanako@takasaki.example")
    edit_lead(lead, LeadInput(email=lead.email, job_title="部長"), by=in_acme.owner, now=now)

    done = undone(transfer, by=in_acme.owner, now=now)

    assert [lead.email_key for lead in Lead.objects.all()] == ["hanako@takasaki.example"]
    assert [(subject, fields) for _row, subject, fields in kept_rows(done)] == [(lead.public_id, [])]


def test_after_thirty_days_it_is_too_late(in_acme, now):
    transfer = imported(CP932, by=in_acme.owner, now=now)

    with pytest.raises(ImportRefused):
        ask_undo(transfer.public_id, by=in_acme.owner, now=now + timedelta(days=30))


def test_companies_return_to_what_they_were(in_acme, now):
    first = text_of([["会社名", "業種", "従業員数"], ["株式会社山田", "製造", "300名"]]).encode()
    second = text_of([["会社名", "業種", "従業員数"], ["㈱山田", "小売", "1,200"], ["新会社", "", ""]]).encode()
    imported(first, by=in_acme.owner, now=now, kind="companies")

    transfer = imported(second, by=in_acme.owner, now=now, kind="companies")
    assert (transfer.report["new"], transfer.report["update"]) == (1, 1)
    assert Company.objects.get(name_key="山田").employees == 1200

    undone(transfer, by=in_acme.owner, now=now)
    assert list(Company.objects.values_list("name", "industry", "employees")) == [("株式会社山田", "製造", 300)]


def test_segments_follow_what_undo_takes_off(in_acme, known, now):
    on_tag, with_basis = (made(one, now=now, name=str(at)) for at, one in enumerate((IMPORTANT, AGREED)))
    transfer = imported(CP932, by=in_acme.owner, now=now, basis="business_card", topic="newsletter")
    consume(now)
    taro = Lead.objects.get(email_key="taro@yamada.example").pk
    assert (inside(on_tag), taro in inside(with_basis)) == ({taro}, True)

    undone(transfer, by=in_acme.owner, now=now)
    consume(now)

    assert (inside(on_tag), inside(with_basis)) == (set(), set())


def test_people_of_a_file_go_onto_a_list_and_off_again(in_acme, known, now):
    taro = Lead.objects.get(email_key="taro@yamada.example").pk
    kept = segments.create_segment("展示会", None, by=None, now=now)
    transfer = imported(CP932, by=in_acme.owner, now=now, list=kept.public_id)
    listed = inside(kept)
    again = imported(CP932, by=in_acme.owner, now=now, list=kept.public_id)
    hanako = Lead.objects.get(email_key="hanako@takasaki.example").pk

    undone(again, by=in_acme.owner, now=now)
    still = inside(kept)
    undone(transfer, by=in_acme.owner, now=now)

    assert ({taro, hanako} <= listed, len(listed), still == listed, inside(kept)) == (True, 3, True, set())


def test_who_was_put_on_the_list_again_by_hand_stays(in_acme, known, now):
    taro = Lead.objects.get(email_key="taro@yamada.example").pk
    kept = segments.create_segment("展示会", None, by=None, now=now)
    transfer = imported(CP932, by=in_acme.owner, now=now, list=kept.public_id)
    segments.put(kept, [taro], True, by=None, now=now, note="営業の依頼")

    undone(transfer, by=in_acme.owner, now=now)

    assert inside(kept) == {taro}


def test_who_was_put_on_the_list_again_by_a_file_of_the_same_name_goes_with_that_one(in_acme, known, now):
    kept = segments.create_segment("展示会", None, by=None, now=now)
    first = imported(CP932, by=in_acme.owner, now=now, list=kept.public_id)
    segments.release(kept, sorted(inside(kept)), by=None, now=now)
    second = imported(CP932, by=in_acme.owner, now=now, list=kept.public_id)
    listed = inside(kept)

    undone(first, by=in_acme.owner, now=now)
    still = inside(kept)
    undone(second, by=in_acme.owner, now=now)

    assert (first.file_name, len(listed)) == (second.file_name, 3)
    assert (still, inside(kept)) == (listed, set())  # whom the first file made, the second has put on a list since
    by_hand = ["segment.created", "segment.released"]  # the files have lines of their own
    assert sorted(AuditEntry.objects.filter(verb__startswith="segment.").values_list("verb", flat=True)) == by_hand


def test_nobody_is_said_to_be_on_a_list_that_went_before_the_file_ran(in_acme, known, now):
    kept = segments.create_segment("展示会", None, by=None, now=now)
    transfer = checked(uploaded(CP932, by=in_acme.owner, now=now), now=now, list=kept.public_id)
    segments.archive_segment(kept, by=None, now=now)

    ask_run(transfer.public_id, by=in_acme.owner, now=now)
    done = finished(transfer, now=now)

    assert (done.state, "list" in done.report["fields"]) == ("done", False)
    assert not ImportedRow.objects.filter(before__has_key="list").exists()


def test_a_file_goes_onto_a_list_kept_by_hand_only(in_acme, now):
    segment = made(IMPORTANT, now=now)

    with pytest.raises(ImportRefused):
        imported(CP932, by=in_acme.owner, now=now, list=segment.public_id)
