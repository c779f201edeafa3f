"""Verbs of tenancy: workspaces from birth to deletion, members, keys."""

from ma_platform.workspaces.actions.clearing import clear_due
from ma_platform.workspaces.actions.closing import close_workspace, reopen_workspace
from ma_platform.workspaces.actions.groups import change_reach
from ma_platform.workspaces.actions.keys import issue_key, revoke_key
from ma_platform.workspaces.actions.members import (
    InvitationRefused,
    accept_invitation,
    change_role,
    invite,
    remove_member,
    withdraw_invitation,
)
from ma_platform.workspaces.actions.taking_out import ask_everything, drop_whole_exports
from ma_platform.workspaces.actions.workspaces import create_workspace, edit_workspace, say_language

__all__ = [
    "InvitationRefused",
    "accept_invitation",
    "ask_everything",
    "change_reach",
    "change_role",
    "clear_due",
    "close_workspace",
    "create_workspace",
    "drop_whole_exports",
    "edit_workspace",
    "invite",
    "issue_key",
    "remove_member",
    "reopen_workspace",
    "revoke_key",
    "say_language",
    "withdraw_invitation",
]
