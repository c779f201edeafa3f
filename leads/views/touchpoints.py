"""Touchpoints that members record: a call, a visit, a card at a booth."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from leads.actions.touchpoints import NotYours, TouchpointRefused, delete_touchpoint, record_touchpoint
from leads.touchpoint_forms import RESULTS, TouchpointForm
from leads.views.found import found_lead
from ma_platform import clock
from ma_platform.errors import NotFound
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import redrawn


@requires(Capability.EDIT_LEADS)
def record(request: MemberRequest, lead_id: str) -> HttpResponse:
    """Record one; the page of the person holds the same form."""
    lead = found_lead(lead_id)
    form = TouchpointForm(request.POST) if request.method == "POST" else TouchpointForm.blank()
    if form.is_bound and form.is_valid():
        try:
            record_touchpoint(lead, form.said(staff=str(request.user)), by=request.user, now=clock.now())
        except TouchpointRefused as refused:
            form.add_error("at", str(refused))
        else:
            messages.success(request, _("The touchpoint is recorded."))
            return redirect("leads:page", lead.public_id)
    return redrawn(
        request,
        "leads/touchpoint.html",
        lambda: {"lead": found_lead(lead_id), "touchpoint_form": form, "results": RESULTS},
        status=422 if form.errors else 200,
    )


@requires(Capability.EDIT_LEADS)
@require_POST
def delete(request: MemberRequest, lead_id: str, fact_id: str) -> HttpResponse:
    """Take back one's own."""
    lead = found_lead(lead_id)
    try:
        delete_touchpoint(lead, UUID(fact_id), by=request.user, now=clock.now())
    except (ValueError, NotFound) as missing:
        raise Http404 from missing
    except NotYours as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The touchpoint was deleted."))
    return redirect("leads:page", lead.public_id)
