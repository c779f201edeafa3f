"""A secret API key in tracking: its scope and its reach decide how much of what it says is believed."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
import time_machine

from ma_platform.tenancy.keys import hash_key
from ma_platform.tenancy.models import ApiKey, Membership, User
from ma_platform.tenancy.permissions import Capability, Role, Span
from ma_platform.tenancy.reach import reach_of_key
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions import issue_key
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.tracking.collecting import NOW
from tests.tracking.facing import rows
from tracking.actions import drain
from tracking.collector.directory import Directory
from tracking.collector.keys import Sender

pytestmark = pytest.mark.django_db(transaction=True)
EDIT, VIEW = Capability.EDIT_TRACKING, Capability.VIEW_LEADS


def member(role: Role, reach: Span) -> User:
    user: User = User.objects.create(email=f"{role}-{reach}@acme.example")
    Membership.objects.create(user=user, role=role, reach=reach, created_at=NOW)
    return user


def issued(made: NewWorkspace, *scopes: Capability, as_: tuple[Role, Span] | None = None) -> str:
    """A new key, which stands for a new member when a role and a reach are given."""
    with tenant_scope(made.workspace):
        user = member(*as_) if as_ else None
        return issue_key(name="CDP", scopes=scopes, by=made.owner, now=NOW, reaches_as=user)


def found(secret: str) -> Sender | None:
    return Directory(os.environ["DATABASE_URL"]).find(secret)


@pytest.mark.parametrize(
    ("scopes", "as_", "trusted"),
    [
        ((EDIT,), None, True),
        ((VIEW,), None, False),
        ((EDIT,), (Role.SALES, Span.OWN), False),
        ((EDIT,), (Role.MARKETER, Span.GROUP), False),
        ((EDIT,), (Role.MARKETER, Span.ALL), True),
        ((EDIT,), (Role.OWNER, Span.OWN), True),
    ],
)
def test_a_key_is_believed_that_may_edit_tracking_and_sees_everybody(acme, globex, scopes, as_, trusted):
    secret = issued(acme, *scopes, as_=as_)

    assert found(secret) == Sender(acme.workspace.pk, trusted=trusted)
    with tenant_scope(acme.workspace):
        key = ApiKey.objects.get(secret_hash=hash_key(secret))
        assert trusted == (EDIT in key.capabilities and reach_of_key(key) is None)


def test_the_key_of_a_member_who_has_left_is_nobodys(acme):
    secret = issued(acme, EDIT, as_=(Role.MARKETER, Span.ALL))
    with tenant_scope(acme.workspace):
        Membership.objects.exclude(user=acme.owner).delete()

    assert found(secret) is None


@pytest.mark.parametrize(("scope", "as_"), [(VIEW, None), (EDIT, (Role.SALES, Span.OWN))])
def test_what_a_key_says_that_is_not_believed_is_taken_like_a_browsers_word(ask, acme, scope, as_):
    secret = issued(acme, scope, as_=as_)
    body = {"userId": "u1", "event": "touchpoint_call", "timestamp": "2024-01-05T00:00:00Z"}

    status, _headers, _answer = ask("POST", "/v1/track", body, authorization=f"Bearer {secret}")
    drain(now=NOW)

    assert status == 200
    assert rows("SELECT key FROM tracking_visitor") == [("claimed:u1",)]
    assert rows("SELECT name >= 1000, extract(year FROM occurred_at)::int > 2024 FROM tracking_event") == [(True, True)]


def test_the_use_of_a_key_is_noted_once_a_minute(acme):
    secret = issued(acme, VIEW)
    noted = []
    for seconds in (0, 30, 90):
        with time_machine.travel(NOW + timedelta(seconds=seconds), tick=False):
            found(secret)
        with tenant_scope(acme.workspace):
            noted.append(ApiKey.objects.get(name="CDP").last_used_at)

    assert noted == [NOW, NOW, NOW + timedelta(seconds=90)]


def test_a_guess_notes_nothing(acme):
    found(acme.api_key + "x")

    with tenant_scope(acme.workspace):
        assert ApiKey.objects.get().last_used_at is None
