"""Home and health: pages made of what the rooms put into their slots."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from ma_platform import clock
from ma_platform.tenancy.permissions import Capability, requires, signed_in
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui import slots
from ma_platform.ui.pages import page_or_fragment


@signed_in
@require_GET
def home(request: MemberRequest) -> HttpResponse:
    if request.workspace is None and request.closed:
        return redirect("closed_workspaces")
    if request.workspace is None:
        return render(request, "reports/homeless.html", status=403)
    now = clock.now()
    context = {
        "panels": slots.panels(slots.HOME_PANELS, request, now),
        "checklist": slots.checklist(now=now, can=request.can),
        "now": now,
    }
    return render(request, "reports/home.html", context)


@requires(Capability.VIEW_REPORTS)
@require_GET
def health(request: MemberRequest) -> HttpResponse:
    rows = slots.health(now=clock.now())
    return page_or_fragment(request, "reports/health.html", "reports/_health.html", {"rows": rows})
