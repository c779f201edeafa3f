"""Stages: the funnel as it stands, and moving one lead by hand."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from leads.queries import find_lead
from lifecycle.actions import move_by_hand
from lifecycle.forms import MoveForm
from lifecycle.presentation import funnel_steps, side_rows, stage_options, stage_rows
from lifecycle.queries import funnel, left_out_stock
from ma_platform import clock
from ma_platform.errors import DomainError
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest


@requires(Capability.VIEW_LIFECYCLE)
@require_GET
def overview(request: MemberRequest) -> HttpResponse:
    """Every stage with who stands in it and who owns it."""
    steps, left_out = funnel(), left_out_stock()
    counted = left_out > 0
    context = {
        "steps": funnel_steps(steps, counted=counted),
        "stages": stage_rows(steps, counted=counted),
        "sides": side_rows(counted=counted),
        "left_out": left_out,
        "sees_people": Capability.VIEW_LEADS in request.can,
    }
    return render(request, "lifecycle/stages.html", context)


@requires(Capability.MOVE_STAGE)
@require_POST
def move(request: MemberRequest, lead_id: str) -> HttpResponse:
    """Move a lead; a refusal is said as a toast and changes nothing."""
    lead = find_lead(lead_id)
    if lead is None:
        raise Http404
    form = MoveForm(request.POST, stages=stage_options())
    if not form.is_valid():
        messages.error(request, gettext("Choose a stage."))
        return redirect("leads:page", lead_id)
    try:
        move_by_hand(lead, by=request.user, now=clock.now(), **form.cleaned_data)
        messages.success(request, gettext("Moved."))
    except DomainError as refused:
        messages.error(request, str(refused))
    return redirect("leads:page", lead_id)
