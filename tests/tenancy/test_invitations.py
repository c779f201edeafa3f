"""Coming in by invitation: the mail, joining as a new or a known person, and every way it is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from ma_platform import clock
from ma_platform.tenancy.models import Invitation, Membership, User
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions import InvitationRefused, accept_invitation, invite
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.tenancy.mailbox import BACKEND, arrived, link_in, text_of

ANSWERS = {"name": "花子", "password": "a better passphrase"}


def invited(made: NewWorkspace, email: str = "new@client.example", role: Role = Role.SALES) -> str:
    with tenant_scope(made.workspace):
        return invite(email, role, by=made.owner, now=clock.now()).token


def roles(made: NewWorkspace) -> dict[str, str]:
    with tenant_scope(made.workspace):
        return {one.user.email: one.role for one in Membership.objects.select_related("user")}


@pytest.mark.django_db(transaction=True)
def test_the_mail_carries_a_link_by_which_a_new_person_joins(acme, sign_in, settings):
    settings.EMAIL_BACKEND = BACKEND
    answer = sign_in().post("/settings/members/invite/", {"email": "New@client.example", "role": "sales"})
    (mail,) = arrived("new@client.example")
    newcomer = Client()

    page = newcomer.get(link_in(mail))
    joined = newcomer.post(link_in(mail), ANSWERS)

    assert (answer.status_code, page.status_code) == (302, 200)
    assert "アクメ" in text_of(mail)
    assert (joined.status_code, joined["Location"]) == (302, "/")
    assert roles(acme) == {"owner@acme.example": "owner", "new@client.example": "sales"}
    assert newcomer.get("/leads/").status_code == 200


def test_a_weak_password_is_refused_and_nobody_joins(acme):
    answer = Client().post(f"/invitation/{invited(acme)}/", {"name": "花子", "password": "short"})

    assert answer.status_code == 422
    assert roles(acme) == {"owner@acme.example": "owner"}


def test_a_known_person_joins_with_the_password_they_have(acme, globex):
    token = invited(acme, "owner@globex.example", Role.MARKETER)

    answer = Client().post(f"/invitation/{token}/")

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")
    assert roles(acme)["owner@globex.example"] == "marketer"
    assert roles(globex) == {"owner@globex.example": "owner"}
    assert User.objects.get(email="owner@globex.example").check_password("correct horse battery")


def test_an_invitation_is_used_once(acme):
    token = invited(acme)
    Client().post(f"/invitation/{token}/", ANSWERS)

    again = Client().post(f"/invitation/{token}/", ANSWERS)

    assert again.status_code == 404
    assert len(roles(acme)) == 2


def test_an_invitation_ends_after_seven_days(acme):
    with tenant_scope(acme.workspace):
        token = invite("new@client.example", Role.SALES, by=acme.owner, now=clock.now() - timedelta(days=8)).token

    answer = Client().post(f"/invitation/{token}/", ANSWERS)

    assert answer.status_code == 404
    assert len(roles(acme)) == 1


def test_a_withdrawn_invitation_lets_nobody_in(acme, sign_in):
    token = invited(acme)
    with tenant_scope(acme.workspace):
        public_id = Invitation.objects.get().public_id
    sign_in().post(f"/settings/invitations/{public_id}/withdraw/")

    answer = Client().post(f"/invitation/{token}/", ANSWERS)

    assert answer.status_code == 404
    assert len(roles(acme)) == 1


def test_inviting_again_replaces_the_first_link(acme):
    first, second = invited(acme), invited(acme)

    answers = [Client().get(f"/invitation/{token}/").status_code for token in (first, second)]

    assert answers == [404, 200]


def test_a_token_opens_no_door_of_another_workspace(acme, globex):
    token = invited(acme)
    moved = globex.workspace.code + token[len(acme.workspace.code) :]

    answer = Client().post(f"/invitation/{moved}/", ANSWERS)

    assert answer.status_code == 404
    assert (len(roles(acme)), len(roles(globex))) == (1, 1)


def test_the_token_itself_is_not_stored(acme):
    token = invited(acme)

    with tenant_scope(acme.workspace):
        assert token not in str(Invitation.objects.values_list().get())


def test_a_member_is_not_invited_again(acme):
    with tenant_scope(acme.workspace), pytest.raises(InvitationRefused):
        invite("Owner@acme.example", Role.VIEWER, by=acme.owner, now=clock.now())


def test_accepting_what_was_used_raises(acme):
    token = invited(acme)
    with tenant_scope(acme.workspace):
        accept_invitation(token, name="a", password="x" * 12, now=clock.now())
        with pytest.raises(InvitationRefused):
            accept_invitation(token, name="b", password="x" * 12, now=clock.now())
