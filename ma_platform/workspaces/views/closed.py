"""Workspaces of mine that are being given up, and bringing one back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from ma_platform import clock
from ma_platform.errors import DomainError
from ma_platform.tenancy.middleware import SESSION_KEY
from ma_platform.tenancy.permissions import Role, signed_in
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.workspaces import actions
from ma_platform.workspaces.queries import closings_of


@signed_in
@require_GET
def index(request: MemberRequest) -> HttpResponse:
    closings = closings_of([one.tenant_id for one in request.closed])
    lines = [
        (one.tenant, closings[one.tenant_id], one.role == Role.OWNER)
        for one in request.closed
        if one.tenant_id in closings
    ]
    return render(request, "workspaces/closed.html", {"lines": lines})


@signed_in
@require_POST
def reopen(request: MemberRequest) -> HttpResponse:
    """Bring one of mine back; a foreign id changes nothing."""
    wanted = request.POST.get("workspace", "")
    workspace = next((one.tenant for one in request.closed if one.tenant.public_id == wanted), None)
    if workspace is None:
        return redirect("closed_workspaces")
    try:
        actions.reopen_workspace(workspace, by=request.user, now=clock.now())
    except DomainError as refused:
        messages.error(request, str(refused))
        return redirect("closed_workspaces")
    request.session[SESSION_KEY] = workspace.public_id
    messages.success(request, _("The workspace is open again."))
    return redirect("home")
