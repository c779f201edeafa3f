"""Who meets a lock that is held too long is asked to come back, whichever door and whichever moment it was."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg2
import pytest
from django.db import OperationalError, connection
from django.test import Client

from ma_platform.crashes import answer_crash
from ma_platform.tenancy.models import Invitation
from ma_platform.tenancy.scope import tenant_scope

pytestmark = pytest.mark.django_db(transaction=True)

INVITED = {"email": "new@acme.example", "role": "marketer"}
WHOLE_TABLE = "LOCK TABLE leads_lead IN ACCESS EXCLUSIVE MODE"


@contextmanager
def held(statement: str, limit: str = "lock_timeout") -> Iterator[None]:
    """Somebody else's transaction holds what `statement` locks, and our `limit` is 50 ms."""
    with closing(psycopg2.connect(os.environ["DATABASE_OWNER_URL"])) as holder:
        holder.cursor().execute(statement)
        with connection.cursor() as cursor:
            cursor.execute(f"SET {limit} = '50ms'")
            yield
            cursor.execute(f"RESET {limit}")


@pytest.fixture
def client(sign_in) -> Client:
    signed_in = sign_in()
    signed_in.raise_request_exception = False
    return signed_in


@pytest.mark.parametrize(("language", "told"), [("ja", "ただいま混み合っています"), ("en", "Busy just now")])
def test_a_page_that_waits_too_long_for_a_lock_says_so_in_the_readers_language(client, language, told):
    client.post("/language/", {"language": language})

    with held(WHOLE_TABLE):
        answer = client.get("/leads/")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert f"<h1>{told}</h1>" in answer.content.decode()
    assert client.get("/leads/").status_code == 200


def test_a_question_that_takes_too_long_is_answered_likewise(client):
    with held(WHOLE_TABLE, limit="statement_timeout"):
        answer = client.get("/leads/")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


def test_htmx_is_told_in_a_toast_because_it_swaps_no_error(client):
    with held(WHOLE_TABLE):
        answer = client.get("/leads/", headers={"HX-Request": "true"})

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert json.loads(answer.headers["HX-Trigger"])["toast"] == {
        "text": "ただいま混み合っています。何も保存していません。もう一度お試しください。",
        "tone": "danger",
        "undo": "",
    }


def test_a_lock_that_is_met_at_the_commit_is_answered_likewise_and_nothing_is_kept(acme, client):
    with held("SELECT id FROM tenancy_user FOR UPDATE"):
        answer = client.post("/settings/members/invite/", INVITED)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    with tenant_scope(acme.workspace):
        assert Invitation.objects.count() == 0


def test_the_api_answers_a_problem_at_the_commit_too(api):
    api.raise_request_exception = False

    with held("SELECT id FROM tenancy_workspace FOR UPDATE"):
        answer = api.post("/api/v1/leads", '{"email": "a@client.example"}', content_type="application/json")

    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "busy", "2")


def test_what_does_not_pass_by_itself_stays_a_crash(rf):
    try:
        raise OperationalError("the server went away")
    except OperationalError:
        answer = answer_crash(rf.get("/leads/"))

    assert (answer.status_code, "Retry-After" in answer.headers) == (500, False)
