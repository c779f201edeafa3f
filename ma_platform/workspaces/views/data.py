"""What the workspace holds and uses; taking all of it out, and giving it up."""

from __future__ import annotations

from typing import cast

from allauth.core import ratelimit
from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from ma_platform import clock, jobs
from ma_platform.env import ENV
from ma_platform.errors import DomainError
from ma_platform.tenancy.permissions import Capability, Role, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import page_or_fragment
from ma_platform.workspaces import actions
from ma_platform.workspaces.actions.quotas import counted_at, quota_lines
from ma_platform.workspaces.actions.taking_out import must_own, note_taken
from ma_platform.workspaces.forms import CloseForm
from ma_platform.workspaces.models import WholeExport
from ma_platform.workspaces.queries import find_whole_export, whole_exports
from ma_platform.workspaces.quotas import LABELS, WHEN_FULL
from ma_platform.workspaces.tasks import tell_closings, write_whole_export

STATES = {
    WholeExport.State.WAITING: (gettext_lazy("Waiting"), "info"),
    WholeExport.State.RUNNING: (gettext_lazy("Being written"), "info"),
    WholeExport.State.DONE: (gettext_lazy("Ready"), "success"),
    WholeExport.State.FAILED: (gettext_lazy("Failed"), "danger"),
    WholeExport.State.EXPIRED: (gettext_lazy("Expired"), "neutral"),
}


@requires(Capability.MANAGE_WORKSPACE)
@require_GET
def index(request: MemberRequest) -> HttpResponse:
    """Exports so far, and the ways out; while one is written the list asks again by itself."""
    return _page(request, CloseForm(workspace=request.workspace))


@requires(Capability.MANAGE_WORKSPACE)
@require_POST
def ask(request: MemberRequest) -> HttpResponse:
    """Have everything written."""
    try:
        actions.ask_everything(by=request.user, now=clock.now())
    except DomainError as refused:
        messages.error(request, str(refused))
    else:
        jobs.ring(write_whole_export)
        messages.success(request, _("The export is being written. You can leave this page."))
    return redirect("workspace_data")


@requires(Capability.MANAGE_WORKSPACE)
@require_GET
def file(request: MemberRequest, public_id: str) -> HttpResponse:
    """The file, for the owner who asked for it, while it lives."""
    export, now = find_whole_export(public_id), clock.now()
    if export is not None and export.by_id != request.user.pk:
        messages.error(request, _("This file is only for the member who asked for it."))
        return redirect("workspace_data")
    if export is None or export.expires_at is None or export.expires_at <= now or not export.path:
        raise Http404
    if request.membership.role != Role.OWNER or not default_storage.exists(export.path):
        raise Http404
    note_taken(export, by=request.user, now=now)
    name = f"workspace-{export.created_at:%Y%m%d-%H%M}.zip"
    content = default_storage.open(export.path)
    return cast(HttpResponse, FileResponse(content, as_attachment=True, filename=name, content_type="application/zip"))


@requires(Capability.MANAGE_WORKSPACE)
@require_POST
def close(request: MemberRequest) -> HttpResponse:
    """Give the workspace up: its name and the password again."""
    try:
        must_own(request.user)
        may_try = ratelimit.consume(request, action="reauthenticate", user=request.user) is not None
        form = CloseForm(request.POST, workspace=request.workspace, user=request.user if may_try else None)
        if not form.is_valid():
            return _page(request, form, status=422)
        actions.close_workspace(by=request.user, now=clock.now())
    except DomainError as refused:
        messages.error(request, str(refused))
        return redirect("workspace_data")
    jobs.ring(tell_closings)
    return redirect("closed_workspaces")


def _page(request: MemberRequest, form: CloseForm, *, status: int = 200) -> HttpResponse:
    exports = whole_exports()
    context = {
        "exports": [(one, *STATES[WholeExport.State(one.state)]) for one in exports],
        "busy": any(one.state in ("waiting", "running") for one in exports),
        "lines": [(LABELS[line.what], WHEN_FULL[line.what], line) for line in quota_lines(now=clock.now())],
        "counted_at": counted_at(),
        "owns": request.membership.role == Role.OWNER,
        "form": form,
        "days": ENV.closed_days,
    }
    return page_or_fragment(request, "workspaces/data.html", "workspaces/_exports.html", context, status=status)
