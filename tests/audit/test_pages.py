"""The audit log as owners read it: in words, by who, what, about what and when; as a file; by the API."""

from __future__ import annotations

import csv
import re
from datetime import timedelta

import pytest

from leads.models import Lead
from ma_platform import audit
from ma_platform.audit.models import AuditEntry
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from tests.conftest import NOW
from tests.people import make_person

PAGE = "/settings/audit/"


@pytest.fixture
def lead(acme, globex) -> Lead:
    """Somebody taken out by the owner in acme; globex has a line of its own."""
    with tenant_scope(globex.workspace):
        audit.record(globex.owner, "lead.erased", "lead_theirs", at=NOW)
    with tenant_scope(acme.workspace):
        found: Lead = Lead.objects.get(pk=make_person("taro@yamada.example", last_name="山田", first_name="太郎"))
        audit.record(acme.owner, "lead.exported", found.public_id, at=NOW, rows=12)
        audit.record(None, "import.finished", "imp_gone", at=NOW + timedelta(days=3), name="=1+1.csv")
    return found


def text_of(client, query: str = "") -> str:
    """What the table shows, without its markup."""
    page = client.get(f"{PAGE}{query}").content.decode()
    body = page[page.index("<tbody>") : page.index("</tbody>")] if "<tbody>" in page else ""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).strip()


def plain(page: str) -> str:
    """Without what keeps names of strangers apart from the text around them."""
    return re.sub(r"</?(bdi|span)[^>]*>", "", page)


def test_a_line_says_who_did_what_to_whom(lead, sign_in):
    page = plain(sign_in().get(PAGE).content.decode())

    assert "リード1人分の全データを取得" in page
    assert f'<a href="/leads/{lead.public_id}">山田 太郎</a>' in page
    assert "行数：12" in page
    assert "インポート（削除済み）" in page
    assert "lead_theirs" not in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?by=system", (False, True)),
        ("?by=owner@acme.example&action=people", (True, False)),
        ("?action=import.finished", (False, True)),
        ("?until=2026-11-20", (True, False)),
        ("?since=2026-11-21", (False, True)),
        ("?action=nonsense", (False, False)),
    ],
)
def test_it_is_read_by_who_what_and_when(lead, sign_in, query: str, shown: tuple[bool, bool]):
    text = text_of(sign_in(), query)

    assert ("リード1人分の全データを取得" in text, "インポートが完了" in text) == shown


def test_one_thing_has_its_own_history(lead, sign_in):
    page = plain(sign_in().get(f"{PAGE}?subject={lead.public_id}").content.decode())

    assert "対象：山田 太郎" in page
    assert "インポートが完了" not in page[page.index("<tbody>") :]


def test_pages_follow_one_another_without_a_gap(acme, sign_in):
    everybody = [f"lead_{number}" for number in range(60)]
    with tenant_scope(acme.workspace):
        audit.record_each(acme.owner, "lead.erased", everybody, at=NOW)
    client = sign_in()

    first = client.get(f"{PAGE}?action=lead.erased").content.decode()
    (following,) = re.findall(r'href="(\?[^"]*cursor=[^"]+)" class="[^"]*" rel="next"', first)
    second = client.get(PAGE + following.replace("&amp;", "&")).content.decode()

    shown = [re.findall(r"subject=(lead_\d+)", page) for page in (first, second)]
    assert [len(page) for page in shown] == [50, 10]
    assert {*shown[0], *shown[1]} == set(everybody)


def test_the_file_holds_the_chosen_lines_and_is_a_line_itself(lead, sign_in):
    client = sign_in()

    answer = client.get(f"{PAGE}export.csv?by=system&action=files")

    rows = list(csv.reader(b"".join(answer).decode("utf-8-sig").splitlines()))
    assert [row[3] for row in rows[1:]] == ["import.finished"]
    assert rows[1][0] == "2026-11-23 12:00:00"
    with tenant_scope(lead.tenant):
        taken = AuditEntry.objects.get(verb="audit.exported")
    assert (taken.actor, taken.facts) == ("owner@acme.example", {"rows": 1})


@pytest.mark.parametrize("role", [Role.MARKETER, Role.SALES, Role.VIEWER])
def test_only_owners_and_administrators_read_it(lead, sign_in, role: Role):
    client = sign_in(role)

    assert (client.get(PAGE).status_code, client.get(f"{PAGE}export.csv").status_code) == (403, 403)
    assert sign_in(Role.ADMIN).get(PAGE).status_code == 200


def test_the_api_reads_it_and_pages(lead, api):
    first = api.get("/api/v1/audit?limit=1").json()
    second = api.get(first["next"]).json()

    assert [line["action"] for line in (*first["results"], *second["results"])] == ["import.finished", "lead.exported"]
    assert {name: second["results"][0][name] for name in ("actor", "object", "facts")} == {
        "actor": "owner@acme.example",
        "object": lead.public_id,
        "facts": {"rows": 12},
    }


def test_the_api_finds_by_object_and_refuses_what_it_does_not_know(lead, api):
    found = api.get(f"/api/v1/audit?object={lead.public_id}&until=2026-11-21T00:00:00Z").json()["results"]

    assert [line["action"] for line in found] == ["lead.exported"]
    assert api.get("/api/v1/audit?since=yesterday").status_code == 422
    assert api.get("/api/v1/audit?colour=red").status_code == 422
    assert api.post("/api/v1/audit", {}).status_code == 405
