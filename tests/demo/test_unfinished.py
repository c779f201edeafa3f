"""A seeding that was killed half way is begun anew; nobody else's workspace is ever swept away with it."""

import pytest

from ma_platform.demo import unfinished
from ma_platform.demo.team import COLLEAGUES, make_team
from ma_platform.tenancy.models import User, Workspace
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions import create_workspace
from tests.conftest import NOW, owner_dsn

pytestmark = pytest.mark.django_db(transaction=True)
EMAIL = "demo@example.com"
TEAM = [EMAIL, *(address for address, _name, _role in COLLEAGUES)]


@pytest.fixture(autouse=True)
def here(test_database, tmp_path, monkeypatch):
    """The mark in a folder of this test, and the owner's address as `make run` has it."""
    monkeypatch.setattr(unfinished, "MARK", tmp_path / "demo-unfinished")
    monkeypatch.setattr(unfinished, "ENV", unfinished.ENV.__class__.__new__(unfinished.ENV.__class__))
    object.__setattr__(unfinished.ENV, "database_owner_url", owner_dsn(test_database))
    object.__setattr__(unfinished.ENV, "data_dir", tmp_path)


def test_what_a_killed_seeding_left_is_swept(db):
    unfinished.mark()
    make_team(EMAIL, "demo-password-1", now=NOW)

    assert unfinished.sweep(TEAM)
    assert (Workspace.objects.count(), User.objects.count()) == (0, 0)


def test_a_whole_demo_stays(db):
    unfinished.mark()
    make_team(EMAIL, "demo-password-1", now=NOW)
    unfinished.clear()

    assert not unfinished.sweep(TEAM)
    assert Workspace.objects.count() == 1


@pytest.mark.parametrize("others", [1, 0])
def test_anybody_else_s_workspace_stays(others):
    unfinished.mark()
    if others:
        make_team(EMAIL, "demo-password-1", now=NOW)
    made = create_workspace(name="株式会社本物", email="real@example.com", password="a-real-password", now=NOW)

    assert not unfinished.sweep(TEAM)
    with tenant_scope(made.workspace):
        assert Workspace.objects.count() == 1 + others
