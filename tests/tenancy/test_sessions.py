"""Signing in and out, moving between workspaces and languages, and a forgotten password."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from ma_platform.env import ENV
from ma_platform.tenancy.models import Membership, User
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from tests.conftest import NOW
from tests.tenancy.mailbox import BACKEND, arrived, link_in

PASSWORD = "correct horse battery"
LOGIN = "/accounts/login/"


def attempt(email: str, password: str, client: Client | None = None) -> tuple[int, str]:
    """Status and text of a sign-in, without the address typed and the form's token."""
    answer = (client or Client()).post(LOGIN, {"login": email, "password": password})
    return answer.status_code, re.sub(r"\b[0-9A-Za-z]{64}\b", "", answer.content.decode().replace(email, ""))


def test_the_right_password_opens_the_workspace(acme):
    client = Client()

    answer = client.post(LOGIN, {"login": "Owner@acme.example", "password": PASSWORD})

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/leads/").status_code == 200


def test_signing_out_ends_the_session(sign_in):
    client = sign_in()

    client.post("/sign-out/")

    assert client.get("/leads/").status_code == 302


def test_a_wrong_password_is_answered_alike_for_known_and_unknown(acme):
    assert attempt("owner@acme.example", "wrong password") == attempt("nobody@acme.example", "wrong password")


def test_after_five_wrong_passwords_the_right_one_is_blocked_too(acme):
    wrong = [attempt("owner@acme.example", "wrong password")[0] for _ in range(5)]

    blocked = attempt("owner@acme.example", PASSWORD)

    assert (wrong, blocked[0]) == ([200] * 5, 200)
    assert blocked[1] != attempt("somebody@acme.example", "wrong password")[1]


def test_a_blocked_account_is_answered_alike_for_known_and_unknown(acme):
    known = [attempt("owner@acme.example", "wrong password") for _ in range(6)]
    unknown = [attempt("nobody@acme.example", "wrong password") for _ in range(6)]

    assert known == unknown


def test_blocking_one_account_leaves_the_others(acme, globex):
    for _ in range(6):
        attempt("owner@acme.example", "wrong password")

    assert attempt("owner@globex.example", PASSWORD)[0] == 302


def test_twenty_tries_from_one_address_are_enough_whatever_the_account(acme):
    for number in range(20):
        attempt(f"person{number}@acme.example", "wrong password")

    assert attempt("owner@acme.example", PASSWORD)[0] != 302


@pytest.mark.django_db(transaction=True)
def test_a_forgotten_password_is_replaced_by_the_link_in_the_mail(acme, settings):
    settings.EMAIL_BACKEND = BACKEND
    signed_in_before, visitor = Client(), Client()
    signed_in_before.post(LOGIN, {"login": "owner@acme.example", "password": PASSWORD})

    asked = visitor.post("/accounts/password/reset/", {"email": "owner@acme.example"})
    (mail,) = arrived("owner@acme.example")
    page = visitor.get(link_in(mail), follow=True)
    visitor.post(page.request["PATH_INFO"], {"password1": "another passphrase", "password2": "another passphrase"})

    assert (asked.status_code, page.status_code) == (302, 200)
    assert User.objects.get(email="owner@acme.example").check_password("another passphrase")
    assert signed_in_before.get("/leads/").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_the_link_leads_to_us_whatever_host_was_asked(acme, settings):
    settings.EMAIL_BACKEND = BACKEND

    Client().post("/accounts/password/reset/", {"email": "owner@acme.example"}, headers={"host": "evil.example"})

    (mail,) = arrived("owner@acme.example")
    text = mail.get_body(("plain",)).get_content()
    assert "evil.example" not in text
    assert f"{ENV.base_url}/accounts/password/reset/key/" in text


@pytest.mark.django_db(transaction=True)
def test_a_reset_is_answered_alike_for_known_and_unknown(acme, settings):
    settings.EMAIL_BACKEND = BACKEND

    answers = [
        Client().post("/accounts/password/reset/", {"email": email})
        for email in ("owner@acme.example", "nobody@acme.example")
    ]

    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, "/accounts/password/reset/done/")}


def test_switching_shows_the_other_workspace(acme, globex, sign_in):
    client = sign_in()
    with tenant_scope(globex.workspace):
        Membership.objects.create(user=acme.owner, role=Role.VIEWER, created_at=NOW)

    client.post("/workspace/switch/", {"workspace": globex.workspace.public_id})

    page = client.get("/leads/")
    assert (page.wsgi_request.workspace, page.wsgi_request.membership.role) == (globex.workspace, "viewer")
    assert client.get("/leads/new").status_code == 403


def test_a_foreign_workspace_is_not_switched_to(acme, globex, sign_in):
    client = sign_in()

    client.post("/workspace/switch/", {"workspace": globex.workspace.public_id})

    assert client.get("/leads/").wsgi_request.workspace == acme.workspace


def test_a_session_that_names_a_foreign_workspace_is_not_believed(acme, globex, sign_in):
    client = sign_in()
    session = client.session
    session["workspace"] = globex.workspace.public_id
    session.save()

    assert client.get("/leads/").wsgi_request.workspace == acme.workspace


def test_the_language_is_remembered_for_the_person(acme, sign_in):
    client = sign_in()
    before = client.get("/leads/").content.decode()

    answer = client.post("/language/", {"language": "en", "next": "/leads/"})

    assert (answer.status_code, answer["Location"]) == (302, "/leads/")
    assert ('lang="ja"' in before, 'lang="en"' in client.get("/leads/").content.decode()) == (True, True)
    assert User.objects.get(pk=acme.owner.pk).language == "en"


def test_a_language_we_do_not_speak_changes_nothing(acme, sign_in):
    sign_in().post("/language/", {"language": "xx"})

    assert User.objects.get(pk=acme.owner.pk).language == "ja"


def test_the_way_back_never_leads_elsewhere(db):
    answer = Client().post("/language/", {"language": "en", "next": "https://evil.example/"})

    assert answer["Location"] == "/"
