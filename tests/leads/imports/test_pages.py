"""The way of a file through the pages and the API."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from leads.actions import LeadInput, erase_lead, upsert_lead
from leads.actions.exports import begin, resume_exports, start_export, write_export
from leads.actions.imports import advance
from leads.models import Export, Import, ImportedRow, ImportProfile, Lead
from lifecycle.models import Deal
from ma_platform.audit.models import AuditEntry
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.conftest import NOW
from tests.leads.imports.filing import CARDS, imported, text_of, uploaded, workbook

CP932 = text_of(CARDS).encode("cp932")


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    """The pages' clock stands where the workers' does: there is a last day for undoing and for fetching files."""
    with time_machine.travel(NOW, tick=False):
        yield


def posted(name: str = "cards.csv", content: bytes = CP932) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def worked(acme: NewWorkspace) -> Import:
    """What a worker would have done."""
    with tenant_scope(acme.workspace):
        for pk in Import.objects.values_list("pk", flat=True):
            while advance(pk, now=NOW):
                pass
        return Import.objects.latest("id")


def test_a_card_list_goes_through_the_pages(acme, sign_in):
    browser = sign_in(Role.MARKETER)
    made = browser.post("/imports/new", {"kind": "leads", "file": posted()})
    page = browser.get(made.url).content.decode()
    assert "㈱髙﨑商会" in page
    assert "営業①課" in page

    fields = {"field-0": "company", "field-5": "email", "field-7": "tags", "policy-0": "fill", "profile_name": "名刺"}
    browser.post(f"{made.url}/columns", {**fields, "basis": "business_card", "topic": "newsletter"})
    tried = worked(acme)
    assert (tried.state, tried.options["policy"]) == ("checked", {"company": "fill"})
    assert browser.get(made.url).status_code == 200

    browser.post(f"{made.url}/run")
    assert worked(acme).state == "done"
    assert browser.get(made.url).status_code == 200
    assert "cards.csv" in browser.get("/imports/").content.decode()
    with tenant_scope(acme.workspace):
        assert Lead.objects.count() == 3
        assert ImportProfile.objects.get().name == "名刺"

    browser.post(f"{made.url}/undo")
    assert worked(acme).state == "undone"
    assert browser.get(made.url).status_code == 200


def test_another_encoding_can_be_chosen(acme, sign_in):
    browser = sign_in(Role.OWNER)
    made = browser.post("/imports/new", {"kind": "leads", "file": posted()})

    browser.post(f"{made.url}/read", {"encoding": "euc_jp", "delimiter": ",", "skip": "0", "header": "on"})

    assert worked(acme).reading["encoding"] == "euc_jp"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken"], ids=["empty", "broken"])
def test_a_file_that_cannot_be_read_says_so(acme, sign_in, content):
    answer = sign_in(Role.OWNER).post("/imports/new", {"kind": "leads", "file": posted(content=content)})

    assert answer.status_code == 422


def test_a_running_import_can_be_stopped_and_undone(acme, sign_in):
    browser = sign_in(Role.OWNER)
    made = browser.post("/imports/new", {"kind": "leads", "file": posted()})
    browser.post(f"{made.url}/columns", {"field-5": "email"})
    worked(acme)
    browser.post(f"{made.url}/run")
    assert "hx-trigger" in browser.get(made.url).content.decode()
    assert "HX-Refresh" not in browser.get(made.url, headers={"HX-Request": "true"}).headers

    browser.post(f"{made.url}/stop")

    assert worked(acme).problem == "stopped"
    assert browser.get(made.url).status_code == 200
    assert browser.get(made.url, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


def test_the_api_tries_a_file_in_the_call(acme, api):
    options = {"mapping": {"メールアドレス": "email", "会社名": "company"}, "policy": {"company": "fill"}}

    answer = api.post("/api/v1/imports", {"kind": "leads", "file": posted(), "options": json.dumps(options)})

    said = answer.json()
    assert answer.status_code == 202, said
    assert (said["encoding"], said["delimiter"], said["rows"], said["new"], said["rejected"]) == ("cp932", ",", 3, 3, 0)
    assert said["sample"][0] == {"company": "㈱髙﨑商会", "email": "hanako@takasaki.example"}
    assert api.post(f"/api/v1/imports/{said['id']}/run").status_code == 202
    worked(acme)
    shown = api.get(f"/api/v1/imports/{said['id']}").json()
    assert (shown["state"], shown["progress"], shown["new"]) == ("done", 1.0, 3)
    assert api.get(f"/api/v1/imports/{said['id']}/errors.csv").status_code == 200
    assert api.post(f"/api/v1/imports/{said['id']}/undo").status_code == 202


@pytest.mark.parametrize(
    "options", ["[]", "{", '{"mapping": {"x": "email"}}', '{"mapping": {"メールアドレス": "nope"}}', '{"mapping": 3}']
)
def test_the_api_refuses_options_that_fit_no_file(acme, api, options):
    answer = api.post("/api/v1/imports", {"kind": "leads", "file": posted(), "options": options})

    assert answer.status_code == 422


def test_a_workbook_of_deals_is_read(acme, api):
    with tenant_scope(acme.workspace):
        upsert_lead(LeadInput(email="taro@yamada.example"), by=None, now=NOW)
    rows = [
        ["商談ID", "商談名", "メールアドレス", "金額", "状態"],
        ["A-1", "導入", "taro@yamada.example", 1200000, "受注"],
    ]
    said = api.post("/api/v1/imports", {"kind": "deals", "file": posted("d.xlsx", workbook(rows))}).json()
    api.post(f"/api/v1/imports/{said['id']}/run")

    assert worked(acme).report["new"] == 1
    with tenant_scope(acme.workspace):
        assert list(Deal.objects.values_list("external_id", "status", "amount")) == [("A-1", "won", 1200000)]
    again = api.post("/api/v1/imports", {"kind": "deals", "file": posted("d.xlsx", workbook(rows))}).json()
    assert (again["same"], again["update"]) == (1, 0)


def test_an_export_is_for_its_member_alone_and_is_noted(acme, sign_in):
    with tenant_scope(acme.workspace):
        upsert_lead(LeadInput(email="taro@yamada.example", last_name="=1+1"), by=None, now=NOW)
    browser = sign_in(Role.OWNER)
    browser.post("/exports/new", {"q": "", "columns": ["email", "last_name"], "format": "csv"})
    with tenant_scope(acme.workspace):
        export = Export.objects.get()
        begin(export.pk)
        write_export(export.pk, now=NOW)

    taken = b"".join(browser.get(f"/exports/{export.public_id}/file").streaming_content)
    other = sign_in(Role.ADMIN).get(f"/exports/{export.public_id}/file")

    assert taken.decode("utf-8-sig").splitlines()[1] == "taro@yamada.example,'=1+1"
    assert (other.status_code, other.url) == (302, "/exports/")
    with tenant_scope(acme.workspace):
        verbs = set(AuditEntry.objects.filter(subject=export.public_id).values_list("verb", flat=True))
    assert verbs == {"export.asked", "export.written", "export.downloaded"}


def test_a_lost_export_is_begun_again_and_a_hopeless_one_is_given_up(acme, sign_in):
    sign_in(Role.OWNER).post("/exports/new", {"q": "", "columns": ["email"], "format": "csv"})
    with tenant_scope(acme.workspace):
        export = Export.objects.get()
    begun: list[tuple[int, int]] = []

    for minutes in (5, 13, 121):
        resume_exports(lambda *which: begun.append(which), now=export.created_at + timedelta(minutes=minutes))

    assert begun == [(acme.workspace.pk, export.pk)]
    with tenant_scope(acme.workspace):
        assert Export.objects.get().state == "failed"


def test_an_expired_file_is_gone(acme, sign_in):
    browser = sign_in(Role.OWNER)
    browser.post("/exports/new", {"q": "", "columns": ["email"], "format": "xlsx"})
    with tenant_scope(acme.workspace):
        export = Export.objects.get()
        begin(export.pk)
        write_export(export.pk, now=NOW.replace(year=2020))

    assert browser.get(f"/exports/{export.public_id}/file").status_code == 404
    assert browser.get("/exports/").status_code == 200


def test_an_erasure_takes_exported_files_from_the_disk_once_it_is_committed(acme, django_capture_on_commit_callbacks):
    with tenant_scope(acme.workspace):
        imported(CP932, by=acme.owner, now=NOW)
        export = start_export({"q": ""}, columns=["email"], form="csv", by=acme.owner, now=NOW)
        begin(export.pk)
        write_export(export.pk, now=NOW)
        path = Export.objects.get().path

        with django_capture_on_commit_callbacks(execute=True):
            erase_lead(Lead.objects.get(email_key="taro@yamada.example"), by=acme.owner, now=NOW)
            kept_until_then = default_storage.exists(path)

    assert (kept_until_then, default_storage.exists(path)) == (True, False)


def test_an_erasure_takes_files_that_were_not_imported_yet(acme, sign_in, django_capture_on_commit_callbacks):
    with tenant_scope(acme.workspace):
        imported(CP932, by=acme.owner, now=NOW)
        waiting = uploaded(CP932, by=acme.owner, now=NOW)
        path = waiting.path

        with django_capture_on_commit_callbacks(execute=True):
            erase_lead(Lead.objects.get(email_key="taro@yamada.example"), by=acme.owner, now=NOW)

        waiting.refresh_from_db()
    assert not default_storage.exists(path)
    assert (waiting.state, waiting.path, waiting.report) == ("failed", "", {})
    page = sign_in().get(f"/imports/{waiting.public_id}")
    assert page.status_code == 200
    assert waiting.problem in page.content.decode()
    assert f"/imports/{waiting.public_id}/undo" not in page.content.decode()


def test_erasing_a_person_removes_what_files_said(acme, sign_in):
    with tenant_scope(acme.workspace):
        imported(CP932, by=acme.owner, now=NOW)
        imported(text_of([["email", "役職"], ["taro@yamada.example", "会長"]]).encode(), by=acme.owner, now=NOW)
        lead = Lead.objects.get(email_key="taro@yamada.example")
        assert ImportedRow.objects.filter(subject=lead.public_id, before__isnull=False).exists()

        erase_lead(lead, by=acme.owner, now=NOW)

        assert not ImportedRow.objects.filter(subject=lead.public_id, before__isnull=False).exists()
