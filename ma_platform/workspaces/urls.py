"""Doors of the settings pages and of invitations."""

from __future__ import annotations

from django.urls import path

from ma_platform.workspaces.views import audit, closed, closures, data, entrance, groups, keys, members, workspace

urlpatterns = [
    path("settings/", workspace.edit, name="settings"),
    path("settings/members/", members.index, name="members"),
    path("settings/members/invite/", members.invite, name="invite_member"),
    path("settings/members/<int:user_id>/role/", members.role, name="member_role"),
    path("settings/members/<int:user_id>/reach/", members.reach, name="member_reach"),
    path("settings/members/<int:user_id>/remove/", members.remove, name="remove_member"),
    path("settings/invitations/<str:public_id>/withdraw/", members.withdraw, name="withdraw_invitation"),
    path("settings/groups/", groups.index, name="groups"),
    path("settings/groups/<str:public_id>/", groups.change, name="group"),
    path("settings/groups/<str:public_id>/remove/", groups.remove, name="remove_group"),
    path("settings/keys/", keys.index, name="api_keys"),
    path("settings/keys/new/", keys.issue, name="issue_key"),
    path("settings/keys/<str:public_id>/revoke/", keys.revoke, name="revoke_key"),
    path("settings/closures/", closures.index, name="closures"),
    path("settings/closures/<str:public_id>/remove/", closures.remove, name="remove_closure"),
    path("settings/audit/", audit.index, name="audit"),
    path("settings/audit/export.csv", audit.export, name="audit_export"),
    path("settings/data/", data.index, name="workspace_data"),
    path("settings/data/export/", data.ask, name="ask_whole_export"),
    path("settings/data/export/<str:public_id>/", data.file, name="whole_export"),
    path("settings/close/", data.close, name="close_workspace"),
    path("workspace/closed/", closed.index, name="closed_workspaces"),
    path("workspace/reopen/", closed.reopen, name="reopen_workspace"),
    path("workspace/switch/", entrance.switch, name="switch_workspace"),
    path("language/", entrance.language, name="set_language"),
    path("sign-out/", entrance.sign_out, name="sign_out"),
    path("invitation/<str:token>/", entrance.accept, name="accept_invitation"),
]
