"""`/api/v1/emails` through the real door."""

import pytest
from django.test import Client

from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from mailing.models import Email, Message
from tests.mailing.conftest import DOCUMENT, make_leads

pytestmark = pytest.mark.django_db
URL = "/api/v1/emails"
JSON = "application/json"


def test_a_mail_is_created_read_and_replaced(api: Client) -> None:
    made = api.post(URL, DOCUMENT, content_type=JSON)
    path = f"{URL}/{made.json()['id']}"
    replaced = api.put(path, {**DOCUMENT, "subject": "新しい件名"}, content_type=JSON)

    assert made.status_code == 201
    assert made.json()["version"] == 1
    assert replaced.json()["version"] == 2
    assert api.get(path).json()["document"]["subject"] == "新しい件名"
    assert [row["subject"] for row in api.get(URL).json()["results"]] == ["新しい件名"]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"subject": "{{ lead.x() }}"}, "/subject"),
        ({"body": {"html": "<script></script>"}}, "/body/html"),
        ({"surprise": 1}, "/surprise"),
    ],
)
def test_a_bad_document_is_refused_with_its_path(api: Client, change: dict[str, object], path: str) -> None:
    answer = api.post(URL, {**DOCUMENT, **change}, content_type=JSON)

    assert answer.status_code == 422
    assert path in answer.content.decode()
    assert api.get(URL).json()["results"] == []


def test_a_preview_shows_one_lead_s_mail(api: Client, acme: NewWorkspace, mail: Email, now: object) -> None:
    from leads.models import Lead

    with tenant_scope(acme.workspace):
        make_leads(["a@client.example"], now=now)  # type: ignore[arg-type]
        lead = Lead.objects.get().public_id

    shown = api.post(f"{URL}/{mail.public_id}/preview", {"lead": lead}, content_type=JSON).json()

    assert shown["subject"] == "山田 様 資料のご案内"
    assert "https://shop.example/a" in shown["html"]
    assert "株式会社アクメ" in shown["text"]
    assert shown["warnings"] == []


def test_lint_names_fields_without_fallback(api: Client, mail: Email) -> None:
    api.put(
        f"{URL}/{mail.public_id}", {**DOCUMENT, "subject": "{{ lead.department }} {{ nobody.x }}"}, content_type=JSON
    )

    warnings = " ".join(api.post(f"{URL}/{mail.public_id}/lint", {}, content_type=JSON).json()["warnings"])

    assert "lead.department" in warnings
    assert "nobody.x" in warnings


def test_a_test_goes_only_to_members(api: Client, acme: NewWorkspace, mail: Email) -> None:
    stranger = api.post(f"{URL}/{mail.public_id}/test", {"to": "stranger@x.example"}, content_type=JSON)
    member = api.post(f"{URL}/{mail.public_id}/test", {"to": "owner@acme.example"}, content_type=JSON)

    assert (stranger.status_code, member.status_code) == (422, 202)
    with tenant_scope(acme.workspace):
        assert list(Message.objects.values_list("to_address", flat=True)) == ["owner@acme.example"]


def test_another_workspace_s_mail_is_missing(mail: Email, globex: NewWorkspace) -> None:
    stranger = Client(headers={"authorization": f"Bearer {globex.api_key}"})

    assert stranger.get(f"{URL}/{mail.public_id}").status_code == 404
    assert stranger.put(f"{URL}/{mail.public_id}", DOCUMENT, content_type=JSON).status_code == 404
    assert stranger.get(URL).json()["results"] == []
