"""Numbers of an import lead to the rows behind them: whom each is about, page by page, as far as the reader may see."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from leads.actions import LeadInput, erase_lead, upsert_lead, upsert_leads
from leads.models import Company, Import, Lead
from leads.queries.transfers import linked_people
from leads.views import import_rows, import_shapes
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.reach import Reach, reaching
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.conftest import NOW
from tests.leads.imports.filing import checked, imported, text_of, undone, uploaded

PEOPLE = [["email", "姓"], *([f"p{number}@x.example", f"山田{number}"] for number in range(1, 6))]
FILE = text_of(PEOPLE).encode()


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    """The pages' clock stands where the workers' does."""
    with time_machine.travel(NOW, tick=False):
        yield


def page(browser: Client, transfer: Import, query: str = "") -> str:
    return browser.get(f"/imports/{transfer.public_id}{query}").content.decode()


def test_each_number_of_a_run_leads_to_its_rows(acme: NewWorkspace, sign_in):
    with tenant_scope(acme.workspace):
        upsert_lead(LeadInput(email="p1@x.example", last_name="山田1"), by=None, now=NOW)
        upsert_lead(LeadInput(email="p2@x.example", last_name="鈴木"), by=None, now=NOW)
        transfer = imported(text_of([*PEOPLE, PEOPLE[1]]).encode(), by=acme.owner, now=NOW)
        changed = Lead.objects.get(email_key="p2@x.example").public_id
    browser, rows = sign_in(Role.MARKETER), f"/imports/{transfer.public_id}/rows?outcome="

    shown = page(browser, transfer)
    listed = browser.get(f"{rows}updated").content.decode()

    assert [f"{rows}{key}" in shown for key in ("created", "updated", "same", "duplicate", "kept")] == [True] * 4 + [
        False
    ]
    assert (f"/leads/{changed}" in listed, "山田2" in listed, "山田3" in listed) == (True, True, False)


def test_a_dry_run_has_no_rows_yet(acme: NewWorkspace, sign_in):
    with tenant_scope(acme.workspace):
        transfer = checked(uploaded(FILE, by=acme.owner, now=NOW), now=NOW)
    browser = sign_in(Role.OWNER)

    assert "/rows?outcome=" not in page(browser, transfer)
    assert browser.get(f"/imports/{transfer.public_id}/rows?outcome=created").status_code == 200
    assert browser.get(f"/imports/{transfer.public_id}/rows?outcome=rejected").status_code == 404


def test_rows_come_page_by_page(acme: NewWorkspace, sign_in, monkeypatch):
    monkeypatch.setattr(import_rows, "LISTED", 2)
    with tenant_scope(acme.workspace):
        transfer = imported(FILE, by=acme.owner, now=NOW)
    browser = sign_in(Role.OWNER)

    first = browser.get(f"/imports/{transfer.public_id}/rows?outcome=created")
    second = browser.get(f"/imports/{transfer.public_id}/rows?outcome=created&cursor={first.context['next_cursor']}")

    assert [[line["row"] for line in one.context["lines"]] for one in (first, second)] == [[1, 2], [3, 4]]
    assert (first.context["total"], first.context["lines"][0]["name"]) == (5, "山田1")
    assert browser.get(f"/imports/{transfer.public_id}/rows?outcome=created&cursor=x").status_code == 400


def test_all_that_undo_kept_is_counted_and_listed(acme: NewWorkspace, sign_in, monkeypatch):
    monkeypatch.setattr(import_shapes, "KEPT", 2)
    with tenant_scope(acme.workspace):
        transfer = imported(FILE, by=acme.owner, now=NOW)
        edited = [LeadInput(email=f"p{number}@x.example", job_title="部長") for number in (1, 3, 5)]
        upsert_leads(edited, by=acme.owner, now=NOW)
        done = undone(transfer, by=acme.owner, now=NOW)
    browser = sign_in(Role.OWNER)

    shown = browser.get(f"/imports/{done.public_id}")
    listed = browser.get(f"/imports/{done.public_id}/rows?outcome=kept")

    assert [line["row"] for line in shown.context["kept"]] == [1, 3]
    assert f"/imports/{done.public_id}/rows?outcome=kept" in shown.content.decode()
    assert ["項目</th>" in one.content.decode() for one in (shown, listed)] == [True, True]
    assert ([line["name"] for line in listed.context["lines"]], listed.context["total"]) == (
        ["山田1", "山田3", "山田5"],
        3,
    )


def test_companies_are_listed_by_name(acme: NewWorkspace, sign_in):
    with tenant_scope(acme.workspace):
        transfer = imported(text_of([["会社名"], ["山形"]]).encode(), by=acme.owner, now=NOW, kind="companies")
        made = Company.objects.get().public_id

    listed = sign_in(Role.OWNER).get(f"/imports/{transfer.public_id}/rows?outcome=created")

    assert listed.context["lines"] == [{"row": 1, "name": "山形", "href": f"/companies/{made}", "fields": []}]


def test_whoever_is_gone_has_no_name(acme: NewWorkspace, sign_in):
    with tenant_scope(acme.workspace):
        transfer = imported(FILE, by=acme.owner, now=NOW)
        erase_lead(Lead.objects.get(last_name="山田2"), by=acme.owner, now=NOW)

    listed = sign_in(Role.MARKETER).get(f"/imports/{transfer.public_id}/rows?outcome=created")

    assert [line["name"] for line in listed.context["lines"]] == ["山田1", "", "山田3", "山田4", "山田5"]
    assert listed.status_code == 200


def test_only_who_is_within_reach_is_named(in_acme):
    imported(FILE, by=in_acme.owner, now=NOW)
    Lead.objects.filter(last_name="山田2").update(owner_id=in_acme.owner.pk)
    subjects = list(Lead.objects.order_by("pk").values_list("public_id", flat=True))

    with reaching(Reach(owners=(in_acme.owner.pk,))):
        named = linked_people(subjects)

    assert [named.get(subject, ("", ""))[0] for subject in subjects] == ["", "山田2", "", "", ""]


def test_after_thirty_days_numbers_lead_nowhere(acme: NewWorkspace, sign_in):
    with tenant_scope(acme.workspace):
        old = imported(FILE, by=acme.owner, now=NOW.replace(year=2025))
        young = imported(FILE, by=acme.owner, now=NOW, kind="leads", policy={"last_name": "fill"})
    browser = sign_in(Role.OWNER)

    assert ["/rows?outcome=" in page(browser, one) for one in (old, young)] == [False, True]


def test_the_list_of_imports_leads_there_as_well(acme: NewWorkspace, sign_in):
    with tenant_scope(acme.workspace):
        transfer = imported(FILE, by=acme.owner, now=NOW)

    assert (
        f'<a href="/imports/{transfer.public_id}/rows?outcome=created">5</a>'
        in sign_in(Role.OWNER).get("/imports/").content.decode()
    )
