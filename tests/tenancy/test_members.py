"""Members: another role at once, no way around the last owner, and out means out."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from ma_platform.tenancy.models import Invitation, Membership, User
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions import change_role, invite, remove_member
from tests.conftest import NOW
from tests.tenancy.test_invitations import roles
from tests.timing import at_once


def test_another_role_ends_the_sessions_and_counts_from_the_next_one(acme, sign_in):
    owner, viewer = sign_in(), sign_in(Role.VIEWER)
    user = User.objects.get(email="viewer@acme.example")
    before = viewer.get("/leads/new").status_code

    owner.post(f"/settings/members/{user.pk}/role/", {"role": "sales"})
    turned_away = viewer.get("/leads/new")
    viewer.force_login(User.objects.get(pk=user.pk), backend=settings.AUTHENTICATION_BACKENDS[0])

    assert (before, turned_away.status_code, viewer.get("/leads/new").status_code) == (403, 302, 200)
    assert turned_away["Location"].startswith("/accounts/login/")


def test_the_role_they_have_ends_no_session(acme, sign_in):
    owner, viewer = sign_in(), sign_in(Role.VIEWER)

    owner.post(f"/settings/members/{viewer.session['_auth_user_id']}/role/", {"role": "viewer"})

    assert viewer.get("/leads/").status_code == 200


def test_the_last_owner_keeps_the_role(acme, sign_in):
    answer = sign_in().post(f"/settings/members/{acme.owner.pk}/role/", {"role": "viewer"}, follow=True)

    assert roles(acme) == {"owner@acme.example": "owner"}
    assert "オーナー" in answer.content.decode() or "owner" in answer.content.decode()


def test_the_last_owner_is_not_removed(acme, sign_in):
    sign_in().post(f"/settings/members/{acme.owner.pk}/remove/")

    assert roles(acme) == {"owner@acme.example": "owner"}


def test_of_two_owners_one_may_go(acme):
    second = Client()
    user = User.objects.create_user("admin@acme.example", "x" * 12)
    with tenant_scope(acme.workspace):
        Membership.objects.create(user=user, role=Role.OWNER, created_at=NOW)
    second.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])

    second.post(f"/settings/members/{acme.owner.pk}/remove/")

    assert roles(acme) == {"admin@acme.example": "owner"}


def test_a_removed_member_is_out_at_once(acme, sign_in):
    owner, marketer = sign_in(), sign_in(Role.MARKETER)
    user = marketer.session["_auth_user_id"]
    before = marketer.get("/leads/").status_code

    owner.post(f"/settings/members/{user}/remove/")

    assert (before, marketer.get("/leads/").status_code) == (200, 302)
    assert roles(acme) == {"owner@acme.example": "owner"}


def test_a_role_that_does_not_exist_changes_nothing(acme, sign_in):
    viewer = sign_in(Role.VIEWER)
    user = viewer.session["_auth_user_id"]

    sign_in().post(f"/settings/members/{user}/role/", {"role": "god"})

    with tenant_scope(acme.workspace):
        assert Membership.objects.get(user_id=user).role == "viewer"


def test_an_administrator_makes_nobody_an_owner_and_removes_none(acme, sign_in):
    admin = sign_in(Role.ADMIN)
    user = admin.session["_auth_user_id"]

    admin.post(f"/settings/members/{user}/role/", {"role": "owner"})
    admin.post("/settings/members/invite/", {"email": "friend@acme.example", "role": "owner"})
    admin.post(f"/settings/members/{acme.owner.pk}/remove/")

    with tenant_scope(acme.workspace):
        assert Invitation.objects.count() == 0
    assert roles(acme) == {"owner@acme.example": "owner", "admin@acme.example": "admin"}


def test_a_removed_members_sessions_elsewhere_are_over_too(acme, globex, sign_in):
    owner, marketer = sign_in(), sign_in(Role.MARKETER)
    user = User.objects.get(email="marketer@acme.example")
    with tenant_scope(globex.workspace):
        Membership.objects.create(user=user, role=Role.VIEWER, created_at=NOW)

    owner.post(f"/settings/members/{user.pk}/remove/")

    assert marketer.get("/leads/").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_demote_each_other_at_the_same_moment_leave_one(acme):
    second = User.objects.create_user("second@acme.example", "x" * 12)
    with tenant_scope(acme.workspace):
        theirs = Membership.objects.create(user=second, role=Role.OWNER, created_at=NOW)
        mine = Membership.objects.get(user=acme.owner)

    refused = at_once(
        acme,
        lambda: change_role(theirs, Role.VIEWER, by=acme.owner, now=NOW),
        lambda: remove_member(mine, by=second, now=NOW),
    )

    assert refused[0] == ""
    assert refused[1] in ("owners_only", "last_owner")
    assert list(roles(acme).values()).count("owner") == 1


@pytest.mark.django_db(transaction=True)
def test_two_invitations_of_one_person_at_the_same_moment_leave_the_later(acme):
    refused = at_once(
        acme, *[lambda: invite("new@client.example", Role.SALES, by=acme.owner, now=NOW) for _ in range(2)]
    )

    with tenant_scope(acme.workspace):
        assert Invitation.objects.filter(email="new@client.example", accepted_at=None).count() == 1
    assert refused == ["", ""]
