"""Verbs of tenancy: workspaces, members, keys."""

from ma_platform.workspaces.actions.keys import issue_key, revoke_key
from ma_platform.workspaces.actions.members import (
    InvitationRefused,
    accept_invitation,
    change_role,
    invite,
    remove_member,
    withdraw_invitation,
)
from ma_platform.workspaces.actions.workspaces import create_workspace, edit_workspace, say_language

__all__ = [
    "InvitationRefused",
    "accept_invitation",
    "change_role",
    "create_workspace",
    "edit_workspace",
    "invite",
    "issue_key",
    "remove_member",
    "revoke_key",
    "say_language",
    "withdraw_invitation",
]
