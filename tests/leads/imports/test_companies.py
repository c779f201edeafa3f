"""Files of companies: found as people's companies are, with every field, and taken back."""

import pytest

from leads.actions import LeadInput, upsert_companies, upsert_lead
from leads.actions.attributes import AttributeInput, create_attribute
from leads.actions.companies import add_alias, edit_company
from leads.models import Company, Lead
from leads.queries.transfers import kept_rows
from tests.leads.imports.filing import counts, imported, text_of, undone

NUMBER = "7000012050002"
pytestmark = pytest.mark.django_db


def file_of(*rows: list[str]) -> bytes:
    return text_of([["会社名", "法人番号", "業種", "従業員数"], *rows]).encode()


def test_a_company_is_found_by_its_number_its_alias_and_its_form(in_acme, now):
    upsert_companies([{"name": "株式会社山形", "corporate_number": NUMBER}, {"name": "さくら電機"}], now=now)
    add_alias(Company.objects.get(name="さくら電機"), "name", "SDK", by=in_acme.owner, now=now)

    rows = [["別の名前", f"T{NUMBER}", "製造", ""], ["SDK", "", "電機", "1,200名"], ["一般財団法人山形", "", "", "5"]]
    transfer = imported(file_of(*rows), by=in_acme.owner, now=now, kind="companies")

    assert counts(transfer.report)[:2] == (1, 2)
    found = Company.objects.values_list("name", "industry", "employees", "corporate_number")
    assert sorted(found) == [
        ("さくら電機", "電機", 1200, ""),
        ("一般財団法人山形", "", 5, ""),
        ("株式会社山形", "製造", None, NUMBER),
    ]


def test_a_number_whose_check_digit_does_not_fit_is_refused(in_acme, now):
    transfer = imported(file_of(["山形", "1234567890123", "", ""]), by=in_acme.owner, now=now, kind="companies")

    assert transfer.report["reasons"] == {"not_a_corporate_number": 1}
    assert Company.objects.count() == 0


def test_own_fields_and_numbers_go_back_and_a_company_in_use_stays(in_acme, now):
    create_attribute(
        AttributeInput(label="決算月", kind="number", key="close_month", subject="company"), by=in_acme.owner, now=now
    )
    upsert_companies([{"name": "山形"}], now=now)
    content = text_of([["会社名", "法人番号", "attributes.close_month"], ["山形", NUMBER, "3"], ["新会社", "", "9"]])
    transfer = imported(content.encode(), by=in_acme.owner, now=now, kind="companies")
    known, made = Company.objects.order_by("id")
    assert (known.attributes, known.corporate_number, made.attributes) == (
        {"close_month": 3},
        NUMBER,
        {"close_month": 9},
    )
    upsert_lead(LeadInput(email="a@x.example", company="新会社"), by=None, now=now)

    done = undone(transfer, by=in_acme.owner, now=now)

    known.refresh_from_db()
    assert (known.attributes, known.corporate_number) == ({}, "")
    assert [(subject, fields) for _row, subject, fields in kept_rows(done)] == [(made.public_id, [])]
    assert Lead.objects.get().company_id == made.pk


def test_a_company_that_a_later_file_changed_goes_when_both_are_undone(in_acme, now):
    first, second = (
        imported(text_of([["会社名", "業種"], ["山形", said]]).encode(), by=in_acme.owner, now=now, kind="companies")
        for said in ("製造", "建設")
    )

    undone(second, by=in_acme.owner, now=now)
    undone(first, by=in_acme.owner, now=now)

    assert not Company.objects.exists()


def test_a_company_that_somebody_edited_since_stays(in_acme, now):
    transfer = imported(
        text_of([["会社名", "業種"], ["山形", "製造"], ["福島", "製造"]]).encode(),
        by=in_acme.owner,
        now=now,
        kind="companies",
    )
    edited = Company.objects.get(name="山形")
    edit_company(edited, {"industry": "建設"}, by=in_acme.owner, now=now)

    done = undone(transfer, by=in_acme.owner, now=now)

    assert [company.name for company in Company.objects.all()] == ["山形"]
    assert [(subject, fields) for _row, subject, fields in kept_rows(done)] == [(edited.public_id, [])]
