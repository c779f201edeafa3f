"""Closure days of the workspace, and the days off that are coming."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ma_platform import clock
from ma_platform.tenancy import queries
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.workspaces.actions.closures import ClosureRefused, add_closure, remove_closure
from ma_platform.workspaces.forms import ClosureForm
from ma_platform.workspaces.rests import coming_rests


@requires(Capability.MANAGE_WORKSPACE)
def index(request: MemberRequest) -> HttpResponse:
    """The list, and one more line."""
    form = ClosureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_closure(form.said(), by=request.user, now=clock.now())
        except ClosureRefused as refused:
            form.add_error("ends_on", str(refused))
        else:
            messages.success(request, _("Saved."))
            return redirect("closures")
    closures = list(queries.closure_days())
    context = {"form": form, "closures": closures, "coming": coming_rests(timezone.localdate(clock.now()), closures)}
    return render(request, "workspaces/closures.html", context, status=422 if form.errors else 200)


@requires(Capability.MANAGE_WORKSPACE)
@require_POST
def remove(request: MemberRequest, public_id: str) -> HttpResponse:
    """Take a line away."""
    days = get_object_or_404(queries.closure_days(), public_id=public_id)
    remove_closure(days, by=request.user, now=clock.now())
    messages.success(request, _("The closure days were removed."))
    return redirect("closures")
