"""Commands of the operator: a workspace from the shell, and days that pass in a second."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client

from ma_platform import clock
from ma_platform.tenancy.models import Membership, User, Workspace
from ma_platform.tenancy.scope import tenant_scope


def created(name: str, email: str = "boss@client.example", password: str = "correct horse battery") -> dict[str, str]:
    out = StringIO()
    call_command("create_workspace", name=name, email=email, password=password, json=True, stdout=out)
    told: dict[str, str] = json.loads(out.getvalue())
    return told


def test_it_prints_what_is_needed_to_begin(db):
    told = created("みらい製作所")

    workspace = Workspace.objects.get(public_id=told["workspace"])
    answer = Client(headers={"authorization": f"Bearer {told['api_key']}"}).get("/api/v1/workspace")
    assert sorted(told) == ["api_key", "workspace", "write_key"]
    assert (workspace.name, workspace.write_key) == ("みらい製作所", told["write_key"])
    assert (answer.status_code, answer.json()["alert_address"]) == (200, "boss@client.example")


def test_the_same_address_again_owns_one_more(db):
    first = created("一")

    second = created("二", email="Boss@client.example", password="another password")

    user = User.objects.get(email="boss@client.example")
    with tenant_scope(Workspace.objects.get(public_id=second["workspace"])):
        assert list(Membership.objects.values_list("user_id", "role")) == [(user.pk, "owner")]
    assert first["workspace"] != second["workspace"]
    assert user.check_password("correct horse battery")


def test_a_short_password_makes_nothing(db):
    with pytest.raises(CommandError):
        created("みらい", password="short")

    assert (Workspace.objects.count(), User.objects.count()) == (0, 0)


def test_a_wrong_address_makes_nothing(db):
    with pytest.raises((CommandError, ValidationError)):
        created("みらい", email="no address")

    assert Workspace.objects.count() == 0


@pytest.fixture
def wound_back():
    """The clock's file is this test process's own; take it away afterwards."""
    yield
    (clock.ENV.data_dir / "clock-offset").unlink(missing_ok=True)


def test_the_clock_moves_forward_for_everybody(wound_back):
    before = clock.now()
    call_command("advance_clock", days=3, hours=1, stdout=StringIO())
    call_command("advance_clock", minutes=30, stdout=StringIO())

    assert clock.offset() == timedelta(days=3, hours=1, minutes=30)
    assert clock.now() - before >= timedelta(days=3)


def test_the_clock_never_moves_back(wound_back):
    with pytest.raises(CommandError):
        call_command("advance_clock", days=-1, stdout=StringIO())

    assert clock.offset() == timedelta()
