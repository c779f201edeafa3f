"""Files through the API: what may be asked with which key, and what a refusal leaves behind."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import encode_multipart

from leads.actions.imports import advance, tidy, workspaces_with_leftovers
from leads.models import Import
from lifecycle.models import Deal
from ma_platform import clock
from ma_platform.tenancy.models import ApiKey
from ma_platform.tenancy.permissions import ROLE_CAPABILITIES, Capability, Role
from ma_platform.tenancy.scope import current_scope, system_scope, tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.conftest import NOW
from tests.leads.imports.filing import imported, uploaded

PEOPLE = "email\ntaro@yamada.example\n"
DEALS = "商談ID,商談名,金額\nA-1,導入,1200000\n,名前だけ,5\n"


def send(api: Client, kind: str, text: str, options: str = ""):
    file = SimpleUploadedFile("file.csv", text.encode())
    return api.post("/api/v1/imports", {"kind": kind, "file": file, "options": options})


def kept_files(made: NewWorkspace) -> list[str]:
    folder = f"imports/{made.workspace.code}"
    return sorted(default_storage.listdir(folder)[1]) if default_storage.exists(folder) else []


@pytest.mark.parametrize("kind", ["leads", "nothing"])
def test_a_refused_file_is_not_kept(acme: NewWorkspace, api: Client, kind: str) -> None:
    answer = send(api, kind, PEOPLE, '{"mapping": {"email": "nothing"}}')

    assert (answer.status_code, kept_files(acme)) == (422, [])


def test_a_file_whose_transaction_never_came_to_an_end_is_removed_after_a_day(
    acme: NewWorkspace, globex: NewWorkspace, django_capture_on_commit_callbacks
) -> None:
    folder = f"imports/{acme.workspace.code}"
    with tenant_scope(acme.workspace):
        waiting = uploaded(PEOPLE.encode(), by=acme.owner, now=NOW)
    lost, new = (default_storage.save(f"{folder}/imp_{name}.file", ContentFile(b"x")) for name in ("lost", "new"))
    paths = {path: default_storage.path(path) for path in (lost, new, waiting.path)}
    _age(paths[lost], hours=25)
    _age(paths[waiting.path], hours=25)
    _age(paths[new], hours=23)

    with system_scope():
        found = workspaces_with_leftovers(now=clock.now())
    with tenant_scope(acme.workspace), django_capture_on_commit_callbacks(execute=True):
        tidy(now=clock.now())

    assert found == [acme.workspace.pk]
    assert [default_storage.exists(path) for path in (lost, new, waiting.path)] == [False, True, True]


class Watched(io.BytesIO):
    """A body that notes in which scope it is read."""

    def __init__(self, body: bytes) -> None:
        super().__init__(body)
        self.scopes: set[str | None] = set()

    def read(self, size: int | None = -1) -> bytes:
        self.scopes.add(current_scope())
        return super().read(size)


@pytest.mark.parametrize("path", ["/api/v1/imports", "/imports/new"])
def test_a_file_arrives_before_the_transaction_opens(acme: NewWorkspace, sign_in, api: Client, path: str) -> None:
    form = {"kind": "leads", "file": SimpleUploadedFile("file.csv", PEOPLE.encode())}
    body = Watched(encode_multipart("parts", form))
    client = api if path.startswith("/api") else sign_in(Role.OWNER)
    said = {"CONTENT_TYPE": "multipart/form-data; boundary=parts", "CONTENT_LENGTH": str(len(body.getvalue()))}
    sent: dict[str, Any] = {"wsgi.input": body, **said}

    answer = client.generic("POST", path, **sent)

    assert (answer.status_code, body.scopes) == (302 if path == "/imports/new" else 202, {None})


def _age(path: str, *, hours: int) -> None:
    then = (clock.now() - timedelta(hours=hours)).timestamp()
    os.utime(path, (then, then))


@pytest.fixture
def importing(acme: NewWorkspace, api: Client) -> Client:
    """A key that may import people, and nothing of deals."""
    with tenant_scope(acme.workspace):
        ApiKey.objects.update(scopes=[Capability.IMPORT_LEADS])
    return api


def test_a_key_without_deals_writes_none_by_a_file(acme: NewWorkspace, importing: Client) -> None:
    answer = send(importing, "deals", DEALS)

    assert (answer.status_code, kept_files(acme)) == (403, [])
    with tenant_scope(acme.workspace):
        assert (Import.objects.count(), Deal.objects.count()) == (0, 0)


@pytest.mark.parametrize(("method", "path"), [("get", ""), ("get", "/errors.csv"), ("post", "/run"), ("post", "/undo")])
def test_a_key_without_deals_does_nothing_with_a_file_of_them(
    acme: NewWorkspace, importing: Client, method: str, path: str
) -> None:
    with tenant_scope(acme.workspace):
        transfer = imported(DEALS.encode(), by=acme.owner, now=NOW, kind="deals")

    answer = getattr(importing, method)(f"/api/v1/imports/{transfer.public_id}{path}")

    assert answer.status_code == 403
    with tenant_scope(acme.workspace):
        transfer.refresh_from_db()
        assert (transfer.state, Deal.objects.count(), advance(transfer.pk, now=NOW)) == ("done", 1, False)


@pytest.mark.parametrize(
    ("method", "path"),
    [("get", ""), ("get", "/errors.csv"), ("post", "/run"), ("post", "/undo"), ("post", "/stop"), ("post", "/read")],
)
def test_the_pages_of_a_file_ask_for_what_its_kind_needs(
    acme: NewWorkspace, sign_in, monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    monkeypatch.setitem(ROLE_CAPABILITIES, Role.MARKETER, frozenset({Capability.IMPORT_LEADS, Capability.VIEW_LEADS}))
    with tenant_scope(acme.workspace):
        transfer = imported(DEALS.encode(), by=acme.owner, now=NOW, kind="deals")

    answer = getattr(sign_in(Role.MARKETER), method)(f"/imports/{transfer.public_id}{path}")

    assert answer.status_code == 403
