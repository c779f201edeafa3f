"""`/api/v1/workspace`."""

from __future__ import annotations

from django.urls import path

from ma_platform.workspaces.api import WorkspaceView

urlpatterns = [path("workspace", WorkspaceView.as_view(), name="workspace")]
