"""The workspace's own settings."""

from __future__ import annotations

from dataclasses import asdict

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from ma_platform import clock
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.queries import workspace_settings
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.workspaces.actions import edit_workspace
from ma_platform.workspaces.forms import WorkspaceForm


@requires(Capability.MANAGE_WORKSPACE)
def edit(request: MemberRequest) -> HttpResponse:
    form = WorkspaceForm(request.POST or None, initial=asdict(workspace_settings()))
    if request.method == "POST" and form.is_valid():
        edit_workspace(form.cleaned_data, by=request.user, now=clock.now())
        messages.success(request, _("Saved."))
        return redirect("settings")
    return render(request, "workspaces/settings.html", {"form": form}, status=422 if form.errors else 200)
