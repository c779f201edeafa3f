"""Members: another role at once, no way around the last owner, and out means out."""

from __future__ import annotations

from ma_platform.tenancy.models import Invitation, Membership
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from tests.tenancy.test_invitations import roles


def test_another_role_counts_from_the_next_request(acme, sign_in):
    owner, viewer = sign_in(), sign_in(Role.VIEWER)
    user = viewer.session["_auth_user_id"]
    before = viewer.get("/leads/new").status_code

    owner.post(f"/settings/members/{user}/role/", {"role": "sales"})

    assert (before, viewer.get("/leads/new").status_code) == (403, 200)


def test_the_last_owner_keeps_the_role(acme, sign_in):
    answer = sign_in().post(f"/settings/members/{acme.owner.pk}/role/", {"role": "viewer"}, follow=True)

    assert roles(acme) == {"owner@acme.example": "owner"}
    assert "オーナー" in answer.content.decode() or "owner" in answer.content.decode()


def test_the_last_owner_is_not_removed(acme, sign_in):
    sign_in().post(f"/settings/members/{acme.owner.pk}/remove/")

    assert roles(acme) == {"owner@acme.example": "owner"}


def test_of_two_owners_one_may_go(acme, sign_in):
    second = sign_in(Role.ADMIN)
    user = second.session["_auth_user_id"]
    sign_in().post(f"/settings/members/{user}/role/", {"role": "owner"})

    second.post(f"/settings/members/{acme.owner.pk}/remove/")

    assert roles(acme) == {"admin@acme.example": "owner"}


def test_a_removed_member_is_out_at_once(acme, sign_in):
    owner, marketer = sign_in(), sign_in(Role.MARKETER)
    user = marketer.session["_auth_user_id"]
    before = marketer.get("/leads/").status_code

    owner.post(f"/settings/members/{user}/remove/")

    assert (before, marketer.get("/leads/").status_code) == (200, 403)
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
