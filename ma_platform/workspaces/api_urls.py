"""`/api/v1/workspace` and `/api/v1/audit`."""

from __future__ import annotations

from django.urls import path

from ma_platform.workspaces.api import WorkspaceView
from ma_platform.workspaces.audit_api import AuditLog

urlpatterns = [
    path("workspace", WorkspaceView.as_view(), name="workspace"),
    path("audit", AuditLog.as_view(), name="audit"),
]
