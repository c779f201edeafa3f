"""One Idempotency-Key, one effect: repeated, changed, still running, or twice at the same moment."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from threading import Barrier
from typing import Any, cast

import psycopg2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.test.client import encode_multipart

from leads.models import Import, Lead
from ma_platform import clock
from ma_platform.api.models import IdempotentAnswer
from ma_platform.tenancy.models import ApiKey, Membership, User
from ma_platform.tenancy.permissions import Role, Span
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from ma_platform.workspaces.tasks import forget_old_answers
from tests.api.conftest import Send, in_thread, send
from tests.timing import eventually, somebody_waits

BODY = {"email": "taro@client.example"}
ADD = {"email": "hanako@client.example", "tags": ["a"]}


def leads_of(made: NewWorkspace) -> int:
    with tenant_scope(made.workspace):
        return int(Lead.objects.count())


def test_a_repeated_request_gets_the_first_answer(acme, call: Send):
    first, again = [call("POST", "leads", BODY, idempotency_key="k1") for _ in range(2)]

    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert ("Idempotent-Replay" in first.headers, again.headers["Idempotent-Replay"]) == (False, "true")
    assert leads_of(acme) == 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("POST", "leads", ADD), ("POST", "leads/upsert", BODY), ("PATCH", "workspace", {"name": "x"})],
)
def test_the_same_key_for_another_request_is_refused(acme, call: Send, method: str, path: str, body: object):
    call("POST", "leads", BODY, idempotency_key="k1")

    answer = call(method, path, body, idempotency_key="k1")

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert leads_of(acme) == 1


def send_file(client: Client, content: bytes, *, key: str, boundary: str) -> HttpResponse:
    """A file of people as a client sends it, under a boundary of its own choice."""
    form = {"kind": "leads", "file": SimpleUploadedFile("people.csv", content)}
    body, kind = encode_multipart(boundary, form), f"multipart/form-data; boundary={boundary}"
    answer: Any = client.generic("POST", "/api/v1/imports", body, content_type=kind, headers={"Idempotency-Key": key})
    return cast(HttpResponse, answer)


def imports_of(made: NewWorkspace) -> int:
    with tenant_scope(made.workspace):
        return int(Import.objects.count())


def test_a_file_sent_again_is_one_import_whatever_stands_between_its_parts(acme, api: Client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    content = b"email\n" + b"".join(b"p%d@client.example\n" % number for number in range(200))

    first, again = (send_file(api, content, key="k1", boundary=boundary) for boundary in ("one", "two"))

    assert (first.status_code, again.status_code, again.json()) == (202, 202, first.json())
    assert (again.headers["Idempotent-Replay"], imports_of(acme), first.json()["new"]) == ("true", 1, 200)


def test_another_file_under_the_same_key_is_refused(acme, api: Client):
    send_file(api, b"email\na@client.example\n", key="k1", boundary="one")

    other = send_file(api, b"email\nb@client.example\n", key="k1", boundary="one")

    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert imports_of(acme) == 1


def test_a_form_that_breaks_off_is_refused_in_the_apis_own_shape(acme, api: Client):
    answer = api.generic("POST", "/api/v1/imports", b"x", content_type="multipart/form-data")

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


def test_a_refused_request_may_be_corrected_under_its_key(acme, call: Send):
    refused = call("POST", "leads", {"email": "no address"}, idempotency_key="k1")

    corrected = call("POST", "leads", BODY, idempotency_key="k1")

    assert (refused.status_code, corrected.status_code) == (422, 201)


def test_a_key_belongs_to_one_workspace(acme, globex, call: Send):
    call("POST", "leads", BODY, idempotency_key="k1")

    other = Client(headers={"authorization": f"Bearer {globex.api_key}"})
    answer = send(other, "POST", "leads", ADD, idempotency_key="k1")

    assert answer.status_code == 201


def test_after_a_day_a_key_is_free_again(acme, call: Send):
    call("POST", "leads", BODY, idempotency_key="k1")
    with tenant_scope(acme.workspace):
        IdempotentAnswer.objects.update(created_at=clock.now() - timedelta(hours=25))

    assert call("POST", "leads", ADD, idempotency_key="k1").status_code == 201


def test_a_key_that_is_too_long_is_refused(acme, call: Send):
    answer = call("POST", "leads", BODY, idempotency_key="k" * 201)

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_too_long")
    assert leads_of(acme) == 0


@pytest.mark.django_db(transaction=True)
def test_while_the_first_is_running_the_second_is_told_so(acme, call: Send):
    def post() -> HttpResponse:
        return call("POST", "leads", BODY, idempotency_key="k1")

    with closing(psycopg2.connect(os.environ["DATABASE_WORKER_URL"])) as holder, ThreadPoolExecutor(1) as pool:
        holder.cursor().execute("LOCK TABLE leads_lead IN SHARE ROW EXCLUSIVE MODE")
        running = pool.submit(in_thread, post)
        eventually(lambda: somebody_waits(holder), every=0.01)
        meanwhile = post()
        holder.rollback()
        first = running.result(timeout=10)
    afterwards = post()

    assert (meanwhile.status_code, meanwhile.json()["code"]) == (409, "in_flight")
    assert (first.status_code, afterwards.status_code, afterwards.json()) == (201, 201, first.json())
    assert leads_of(acme) == 1


@pytest.mark.django_db(transaction=True)
def test_who_waits_too_long_for_a_lock_is_asked_to_come_back(acme, call: Send):
    with closing(psycopg2.connect(os.environ["DATABASE_WORKER_URL"])) as holder:
        holder.cursor().execute("LOCK TABLE leads_lead IN SHARE ROW EXCLUSIVE MODE")
        busy = call("POST", "leads", BODY, idempotency_key="k1")
        holder.rollback()
    again = call("POST", "leads", BODY, idempotency_key="k1")

    assert (busy.status_code, busy.json()["code"], busy.headers["Retry-After"]) == (503, "busy", "2")
    assert (again.status_code, leads_of(acme)) == (201, 1)


@pytest.mark.django_db(transaction=True)
def test_twice_at_the_same_moment_makes_one(acme, call: Send):
    start = Barrier(2)

    def post() -> HttpResponse:
        start.wait(timeout=10)
        return call("POST", "deals", {"external_id": "S1", "name": "x"}, idempotency_key="k1")

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(in_thread, post) for _ in range(2)]
        statuses = sorted(one.result(timeout=20).status_code for one in both)

    with tenant_scope(acme.workspace):
        assert IdempotentAnswer.objects.count() == 1
    assert statuses in ([201, 201], [201, 409])


def test_answers_of_yesterday_are_swept_in_every_workspace(acme, globex, call: Send):
    other = Client(headers={"authorization": f"Bearer {globex.api_key}"})
    call("POST", "leads", BODY, idempotency_key="k1")
    send(other, "POST", "leads", BODY, idempotency_key="k1")
    call("POST", "leads", ADD, idempotency_key="k2")
    with tenant_scope(acme.workspace):
        IdempotentAnswer.objects.filter(key__endswith="k1").update(created_at=clock.now() - timedelta(hours=25))

    counts = forget_old_answers()

    assert (counts, kept_answers(acme), kept_answers(globex)) == ({"forgotten": 1}, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_old_answers_keep_nobody_waiting(acme, call: Send):
    call("POST", "leads", BODY, idempotency_key="old")
    with tenant_scope(acme.workspace):
        IdempotentAnswer.objects.update(created_at=clock.now() - timedelta(hours=25))

    with closing(psycopg2.connect(os.environ["DATABASE_WORKER_URL"])) as holder:
        cursor = holder.cursor()
        cursor.execute("SELECT set_config('app.tenant_id', '*', true)")
        cursor.execute("SELECT FROM api_idempotentanswer FOR UPDATE")
        answer = call("POST", "leads", ADD, idempotency_key="new")
        holder.rollback()

    assert answer.status_code == 201


def kept_answers(made: NewWorkspace) -> int:
    with tenant_scope(made.workspace):
        return int(IdempotentAnswer.objects.count())


def test_an_answer_is_not_told_again_to_a_key_that_sees_less(acme, call: Send):
    call("POST", "leads", BODY, idempotency_key="k1")
    with tenant_scope(acme.workspace):
        member = User.objects.create_user("seller@acme.example", "x" * 12)
        Membership.objects.create(user=member, role=Role.SALES, reach=Span.OWN, created_at=clock.now())
        ApiKey.objects.update(reaches_as=member)

    answer = call("POST", "leads", BODY, idempotency_key="k1")

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
