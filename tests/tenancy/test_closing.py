"""A workspace that is given up: every door shuts at once, nothing is lost, and an owner can bring it back."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from leads.actions import erase_lead
from leads.models import Lead
from ma_platform import clock, ids
from ma_platform.tenancy.models import Membership, User, Workspace
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.public import workspace_of_door
from ma_platform.tenancy.scope import current_scope, tenant_scope
from ma_platform.workspaces.actions import close_workspace, reopen_workspace
from ma_platform.workspaces.actions.clearing import clear_due
from ma_platform.workspaces.actions.closing import TooLate
from ma_platform.workspaces.models import Closing, WholeExport
from ma_platform.workspaces.tasks import count_used, tell_closings
from mailing.actions import Notice, deliver_due, enqueue_notice
from tests.conftest import NOW
from tests.people import make_person
from tests.tenancy.mailbox import BACKEND, arrived
from tracking.collector.directory import Directory

SURE = {"name": "アクメ", "password": "correct horse battery"}


def is_closed(made: object) -> bool:
    return Workspace.objects.get(pk=made.workspace.pk).closed_at is not None  # type: ignore[attr-defined]  # a NewWorkspace


@pytest.mark.parametrize("said", [{**SURE, "name": "アクメ商事"}, {**SURE, "password": "a guess"}])
def test_without_the_name_and_the_password_it_stays_open(acme, sign_in, said):
    answer = sign_in().post(reverse("close_workspace"), said)

    assert (answer.status_code, is_closed(acme)) == (422, False)


def test_an_administrator_cannot_close_it(acme, sign_in):
    answer = sign_in(Role.ADMIN).post(reverse("close_workspace"), {**SURE, "password": "x" * 12})

    assert (answer.status_code, is_closed(acme)) == (302, False)


def test_members_find_it_closed_and_an_owner_brings_it_back(acme, globex, sign_in, api):
    owner, viewer = sign_in(), sign_in(Role.VIEWER)
    owner.post(reverse("close_workspace"), SURE)

    home = owner.get("/", follow=True)
    seen = viewer.get(reverse("closed_workspaces")).content.decode()
    refused = viewer.post(reverse("reopen_workspace"), {"workspace": acme.workspace.public_id})
    assert (is_closed(acme), api.get("/api/v1/workspace").status_code, refused.status_code) == (True, 401, 302)
    assert "アクメ" in home.content.decode()
    assert reverse("reopen_workspace") in home.content.decode()
    assert reverse("reopen_workspace") not in seen

    owner.post(reverse("reopen_workspace"), {"workspace": acme.workspace.public_id})
    assert (is_closed(acme), api.get("/api/v1/workspace").status_code) == (False, 200)
    assert (owner.get("/").status_code, Closing.objects.count()) == (200, 0)


@pytest.mark.django_db(transaction=True)
def test_strangers_and_jobs_find_nothing_of_it(acme, globex):
    with tenant_scope(acme.workspace):
        enqueue_notice([Notice(to="x@acme.example", subject="s", text="t", key="k")], now=NOW)
        close_workspace(by=acme.owner, now=NOW)

    directory = Directory(os.environ["DATABASE_URL"])
    assert set(directory.load().senders) == {globex.workspace.write_key}
    assert directory.find(acme.workspace.write_key) is directory.find(acme.api_key) is None
    assert workspace_of_door(ids.door("frm", acme.workspace.code)) is None
    assert (deliver_due(now=NOW).claimed, count_used(acme.workspace.pk)) == (0, None)

    reopen_workspace(acme.workspace, by=acme.owner, now=NOW)
    assert (deliver_due(now=NOW).claimed, count_used(acme.workspace.pk)) == (1, {"told": 0})


@pytest.mark.django_db(transaction=True)
def test_everybody_is_told_once_in_their_language(acme, globex, settings):
    settings.EMAIL_BACKEND = BACKEND
    with tenant_scope(acme.workspace):
        reader = User.objects.create_user("reader@acme.example", "x" * 12, language="en")
        Membership.objects.create(user=reader, role=Role.VIEWER, created_at=NOW)
        close_workspace(by=acme.owner, now=clock.now())

    told = [tell_closings(), tell_closings()]

    assert (told, current_scope()) == ([{"told": 2}, {"told": 0}], None)
    ((one,), (other,)) = arrived("owner@acme.example"), arrived("reader@acme.example")
    assert ["/workspace/closed/" in read.get_content() for read in (one, other)] == [True, False]
    assert ("閉じられました" in one["Subject"], "was closed" in other["Subject"]) == (True, True)


@pytest.mark.django_db(transaction=True)
def test_once_deleting_has_begun_it_is_too_late(acme, globex):
    with tenant_scope(acme.workspace):
        close_workspace(by=None, now=NOW, days=0)
    clear_due(now=NOW + timedelta(minutes=3), seconds=0)

    with pytest.raises(TooLate):
        reopen_workspace(acme.workspace, by=acme.owner, now=NOW)


def test_a_person_who_is_erased_is_in_no_file_of_the_workspace(in_acme, django_capture_on_commit_callbacks):
    path = default_storage.save(f"whole/{in_acme.workspace.code}/everything.zip", ContentFile(b"taro"))
    done = WholeExport.objects.create(by=in_acme.owner, created_at=NOW, state="done", path=path)
    writing = WholeExport.objects.create(by=in_acme.owner, created_at=NOW, state="running")
    taro = Lead.objects.get(pk=make_person("taro@example.co.jp"))

    with django_capture_on_commit_callbacks(execute=True):
        erase_lead(taro, by=in_acme.owner, now=NOW)

    assert (done.refresh().state, writing.refresh().state) == ("expired", "waiting")
    assert not default_storage.exists(path)
