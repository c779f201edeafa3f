"""Pages about a person: values and where they come from, the diary, the ledger, titles, a workspace's own fields."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from datetime import datetime
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leads.actions import LeadInput, Permission, erase_lead, upsert_leads
from leads.actions.attributes import AttributeInput, create_attribute
from leads.models import Attachment, Attribute, Consent, FieldHistory, Lead, LeadIdentifier, Note, Todo
from leads.queries import mailable
from ma_platform.audit.models import AuditEntry
from ma_platform.tenancy.models import User
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tracking.catalogue import Event
from tracking.models import Event as Fact

SignIn = Callable[..., Client]
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
TARO = LeadInput(
    email="taro@acme.example",
    last_name="山田",
    first_name="太郎",
    job_title="課長",
    attributes={"seats": 12, "interests": ["ads"]},
    consents=(Permission(topic="newsletter", evidence={"source": "form", "wording": "案内を受け取ります"}),),
)


@pytest.fixture
def taro(acme: NewWorkspace, now: datetime) -> str:
    with tenant_scope(acme.workspace):
        create_attribute(AttributeInput(label="席数", kind="number", key="seats"), by=None, now=now)
        said = AttributeInput(
            label="関心", kind="multi_choice", key="interests", choices=[("ads", "広告"), ("seo", "SEO")]
        )
        create_attribute(said, by=None, now=now)
        (done,) = upsert_leads([TARO], by=acme.owner, now=now, source="form:sub_1")
    return str(done.public_id)


@pytest.fixture
def files(settings: object, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)  # type: ignore[attr-defined]  # pytest-django's own object
    return tmp_path


def read(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_overview_shows_rank_salutation_and_own_fields(taro: str, sign_in: SignIn) -> None:
    page = read(sign_in(), f"/leads/{taro}")

    assert "山田 太郎 様" in page
    assert "課長" in page
    assert "席数" in page
    assert "12" in page
    assert "広告" in page


def test_the_fields_tab_says_who_changed_a_value_from_what(taro: str, sign_in: SignIn) -> None:
    client = sign_in()
    form = {"last_name": "山田", "first_name": "太郎", "email": "taro@acme.example", "attribute_seats": "20"}
    client.post(f"/leads/{taro}/edit", form)

    page = client.get(f"/leads/{taro}?tab=fields")

    (seats,) = [one for one in page.context["values"] if one.name == "attributes.seats"]
    assert (seats.label, seats.text) == ("席数", "20")
    assert [(line.value, line.source) for line in seats.past] == [("20", "user"), ("12", "form:sub_1")]
    assert "フォーム" in page.content.decode()


def test_an_edit_sets_own_fields_and_empties_them(acme: NewWorkspace, taro: str, sign_in: SignIn) -> None:
    form = {"last_name": "山田", "email": "taro@acme.example", "attribute_seats": "", "attribute_interests": ["seo"]}

    answer = sign_in().post(f"/leads/{taro}/edit", form)

    with tenant_scope(acme.workspace):
        assert answer.status_code == 302
        assert Lead.objects.get().attributes == {"interests": ["seo"]}


def test_a_bad_value_stands_beside_its_box(acme: NewWorkspace, taro: str, sign_in: SignIn) -> None:
    answer = sign_in().post(f"/leads/{taro}/edit", {"last_name": "山田", "attribute_seats": "たくさん"})

    assert answer.status_code == 422
    assert answer.context["form"].errors["attribute_seats"]
    with tenant_scope(acme.workspace):
        assert Lead.objects.get().attributes == {"seats": 12, "interests": ["ads"]}


@pytest.mark.parametrize("tab", ["overview", "fields", "diary", "consent"])
def test_a_tab_takes_the_same_queries_however_much_there_is(
    acme: NewWorkspace, taro: str, sign_in: SignIn, now: datetime, tab: str
) -> None:
    client, path = sign_in(), f"/leads/{taro}?tab={tab}"
    with tenant_scope(acme.workspace):
        lead = Lead.objects.get()
        add(lead, acme.owner, now, 1)
    client.get(path)
    few = queries_of(client, path)
    with tenant_scope(acme.workspace):
        add(lead, acme.owner, now, 20)

    assert queries_of(client, path) == few


def add(lead: Lead, by: User, now: datetime, number: int) -> None:
    """So many notes, things to do, values and lines of the ledger."""
    Note.objects.bulk_create([Note(lead=lead, text="x", by=by, at=now) for _ in range(number)])
    Todo.objects.bulk_create([Todo(lead=lead, title="x", by=by, assigned_to=by, at=now) for _ in range(number)])
    past = FieldHistory(lead=lead, field="attributes.seats", value="1", source="api", at=now, by=by)
    FieldHistory.objects.bulk_create([copy(past) for _ in range(number)])
    Consent.objects.bulk_create(
        [Consent(lead=lead, topic="seminar", state="granted", basis="consent", at=now) for _ in range(number)]
    )


def queries_of(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


def test_identifiers_are_added_and_taken_off(acme: NewWorkspace, taro: str, sign_in: SignIn) -> None:
    client = sign_in()

    client.post(f"/leads/{taro}/ids", {"kind": "salesforce", "value": "003X"})
    client.post(f"/leads/{taro}/ids", {"kind": "hubspot", "value": "77"})
    client.post(f"/leads/{taro}/ids", {"kind": "hubspot", "value": "77", "remove": "1"})

    with tenant_scope(acme.workspace):
        assert list(LeadIdentifier.objects.values_list("kind", "value")) == [("salesforce", "003X")]
        told = Fact.objects.filter(name=Event.LEAD_UPDATED).order_by("id").values_list("props__fields", flat=True)
        assert sorted(told) == [["external_ids.hubspot"], ["external_ids.hubspot"], ["external_ids.salesforce"]]
        assert FieldHistory.objects.filter(field="external_ids.hubspot").count() == 2


def test_the_page_says_who_stated_an_identifier_and_how_sure_it_is(
    acme: NewWorkspace, sign_in: SignIn, now: datetime
) -> None:
    with tenant_scope(acme.workspace):
        for kind, source in (("crm", "import:imp_1"), ("salesforce", "api"), ("shop", "identify")):
            stated = LeadInput(email="b@x.example", external_ids={kind: "1"})
            (said,) = upsert_leads([stated], by=None, now=now, source=source)
        LeadIdentifier.objects.create(lead_id=said.lead_id, kind="before", value="1")

    page = sign_in().get(f"/leads/{said.public_id}?tab=fields")

    told = [(one.kind, one.source, sure) for one, sure in page.context["identifiers"]]
    assert told == [
        ("before", "", None),
        ("crm", "import:imp_1", 90),
        ("salesforce", "api", 100),
        ("shop", "identify", 70),
    ]
    assert "90%" in page.content.decode()


def test_somebody_elses_identifier_is_refused(acme: NewWorkspace, taro: str, sign_in: SignIn, now: datetime) -> None:
    with tenant_scope(acme.workspace):
        upsert_leads([LeadInput(email="b@x.example", external_ids={"salesforce": "003X"})], by=None, now=now)

    sign_in().post(f"/leads/{taro}/ids", {"kind": "salesforce", "value": "003X"})

    with tenant_scope(acme.workspace):
        assert LeadIdentifier.objects.get().lead.email == "b@x.example"


def test_notes_are_written_changed_pinned_and_removed(acme: NewWorkspace, taro: str, sign_in: SignIn) -> None:
    client = sign_in()
    client.post(f"/leads/{taro}/notes", {"text": "<b>来期</b>に予算"})
    with tenant_scope(acme.workspace):
        note = Note.objects.get()
    path = f"/leads/{taro}/notes/{note.public_id}"

    client.post(path, {"text": "来期に検討"})
    client.post(path, {"pin": "1"})

    page = read(client, f"/leads/{taro}")
    with tenant_scope(acme.workspace):
        note = Note.objects.get()
    assert (note.text, note.pinned, note.edited_at is not None, note.by) == ("来期に検討", True, True, acme.owner)
    assert "来期に検討" in page
    client.post(f"{path}/delete")
    with tenant_scope(acme.workspace):
        assert not Note.objects.exists()
        assert AuditEntry.objects.filter(verb="note.deleted").count() == 1


def test_what_visitors_and_colleagues_write_is_text(acme: NewWorkspace, taro: str, sign_in: SignIn) -> None:
    client = sign_in()
    client.post(f"/leads/{taro}/notes", {"text": "<script>alert(1)</script>"})

    assert "<script>alert(1)" not in read(client, f"/leads/{taro}?tab=diary")


def test_a_todo_shows_on_the_home_page_of_its_assignee_until_it_is_done(
    acme: NewWorkspace, taro: str, sign_in: SignIn
) -> None:
    client = sign_in()
    form = {"title": "見積もりを送る", "due_on": "2020-01-06", "assignee": str(acme.owner.pk)}
    client.post(f"/leads/{taro}/todos", form)
    with tenant_scope(acme.workspace):
        todo = Todo.objects.get()

    assert "見積もりを送る" in read(client, "/")
    assert "見積もりを送る" not in read(sign_in(Role.SALES), "/")
    client = sign_in()
    answer = client.post(f"/leads/{taro}/todos/{todo.public_id}", {"done": "1", "to": "home"})

    assert answer["Location"] == "/"
    assert "見積もりを送る" not in read(client, "/")


def test_a_file_is_served_to_be_saved_and_leaves_the_disk_when_removed(
    acme: NewWorkspace,
    taro: str,
    sign_in: SignIn,
    files: Path,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    client = sign_in()
    client.post(f"/leads/{taro}/files", {"file": SimpleUploadedFile("../見積.html", PDF, "text/html")})
    with tenant_scope(acme.workspace):
        kept = Attachment.objects.get()

    answer = client.get(f"/leads/{taro}/files/{kept.public_id}")

    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]  # a streaming answer
    assert (kept.name, answer["Content-Type"], answer["X-Content-Type-Options"]) == (
        "見積.pdf",
        "application/pdf",
        "nosniff",
    )
    assert answer["Content-Disposition"].startswith("attachment")
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]  # a context manager
        client.post(f"/leads/{taro}/files/{kept.public_id}/delete")
    assert not default_storage.exists(kept.path)


@pytest.mark.parametrize(
    "content", [b"", b"<svg xmlns='x'></svg>", b"<!DOCTYPE html><p>x", b"MZ\x90\x00", b"\x00\x01\x02"]
)
def test_what_a_browser_or_a_machine_would_run_is_not_kept(
    acme: NewWorkspace, taro: str, sign_in: SignIn, files: Path, content: bytes
) -> None:
    sign_in().post(f"/leads/{taro}/files", {"file": SimpleUploadedFile("a.pdf", content)})

    with tenant_scope(acme.workspace):
        assert not Attachment.objects.exists()


def test_erasing_a_person_takes_their_files_from_the_disk(
    acme: NewWorkspace,
    taro: str,
    sign_in: SignIn,
    files: Path,
    now: datetime,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    sign_in().post(f"/leads/{taro}/files", {"file": SimpleUploadedFile("a.pdf", PDF)})
    with tenant_scope(acme.workspace):
        path = Attachment.objects.get().path
        assert default_storage.exists(path)

        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]  # a context manager
            erase_lead(Lead.objects.get(), by=acme.owner, now=now)

        assert not Attachment.objects.exists()
    assert not default_storage.exists(path)


def test_a_line_by_hand_is_added_with_its_evidence_and_told(acme: NewWorkspace, taro: str, sign_in: SignIn) -> None:
    form = {"topic": "seminar", "answer": "business_card", "on": "2026-01-15", "note": "=展示会で名刺交換"}

    answer = sign_in().post(f"/leads/{taro}/consents", form)

    with tenant_scope(acme.workspace):
        line = Consent.objects.get(topic="seminar")
        told = Fact.objects.get(name=Event.LEAD_UPDATED)
        assert answer.status_code == 302
        assert (line.basis, line.evidence["note"]) == ("business_card", "=展示会で名刺交換")
        assert line.at.isoformat() == "2026-01-14T15:00:00+00:00"
        assert told.props["fields"] == ["consent"]


def test_a_refusal_by_hand_ends_every_basis(acme: NewWorkspace, taro: str, sign_in: SignIn) -> None:
    client = sign_in()

    client.post(f"/leads/{taro}/consents", {"topic": "*", "answer": "refused"})

    with tenant_scope(acme.workspace):
        lead = Lead.objects.get()
        assert mailable([lead.pk], "newsletter")[lead.pk].refused
    assert "配信停止" in read(client, f"/leads/{taro}?tab=consent") or "拒否" in read(
        client, f"/leads/{taro}?tab=consent"
    )


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ({"topic": "seminar", "answer": "consent", "note": ""}, "note"),
        ({"topic": "seminar", "answer": "consent", "note": "x", "on": "2126-01-01"}, "on"),
        ({"topic": "nothing", "answer": "consent", "note": "x"}, "topic"),
    ],
)
def test_a_line_that_shows_nothing_is_refused(
    acme: NewWorkspace, taro: str, sign_in: SignIn, form: dict[str, str], wrong: str
) -> None:
    answer = sign_in().post(f"/leads/{taro}/consents", form)

    assert answer.status_code == 422
    assert list(answer.context["consent_form"].errors) == [wrong]
    with tenant_scope(acme.workspace):
        assert Consent.objects.count() == 1


def test_the_evidence_leaves_as_a_file_that_runs_nothing(acme: NewWorkspace, taro: str, sign_in: SignIn) -> None:
    client = sign_in()
    client.post(f"/leads/{taro}/consents", {"topic": "seminar", "answer": "consent", "note": "=1+1"})

    answer = client.get(f"/leads/{taro}/consents.csv")

    text = answer.content.decode("utf-8-sig")
    assert answer["Content-Disposition"].startswith("attachment")
    assert "案内を受け取ります" in text
    assert "taro@acme.example,newsletter,granted,consent" in text
    assert "'=1+1" in text
    assert sign_in(Role.VIEWER).get(f"/leads/{taro}/consents.csv").status_code == 403


def test_a_marketer_adds_a_field_and_fills_it(acme: NewWorkspace, sign_in: SignIn) -> None:
    client = sign_in(Role.MARKETER)
    form = {"label": "業態", "subject": "lead", "kind": "choice", "choices": "小売\n卸\n", "key": "trade"}
    client.post("/settings/fields/", form)
    with tenant_scope(acme.workspace):
        made = Attribute.objects.get()
    path = f"/settings/fields/{made.public_id}"

    client.post(
        path,
        {
            "label": "業態区分",
            "choice_key": ["c1", "c2"],
            "choice_label": ["小売業", "卸"],
            "choice_place": ["2", "1"],
            "added": "製造",
        },
    )
    client.post("/leads/new", {"last_name": "佐藤", "attribute_trade": "c1"})

    with tenant_scope(acme.workspace):
        made = Attribute.objects.get()
        assert (made.key, made.label) == ("trade", "業態区分")
        assert [choice["label"] for choice in made.choices] == ["卸", "小売業", "製造"]
        assert Lead.objects.get().attributes == {"trade": "c1"}
    client.post(f"{path}/archive")
    assert "attribute_trade" not in read(client, "/leads/new")
    assert sign_in(Role.SALES).get("/settings/fields/").status_code == 403


def test_a_member_ranks_an_unknown_title(acme: NewWorkspace, sign_in: SignIn, now: datetime) -> None:
    with tenant_scope(acme.workspace):
        upsert_leads([LeadInput(email="a@x.example", job_title="フェロー")], by=None, now=now)
    client = sign_in(Role.MARKETER)
    assert "フェロー" in read(client, "/leads/titles/")

    client.post("/leads/titles/rank", {"title": "フェロー", "rank": "executive"})

    with tenant_scope(acme.workspace):
        assert Lead.objects.get().job_rank == 7
    assert "フェロー" not in read(client, "/leads/titles/")
    assert "フェロー" in read(client, "/leads/titles/?show=decided")
