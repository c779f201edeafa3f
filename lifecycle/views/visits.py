"""Whose visits a member is told of, and how: their own page, and the buttons of a person and of a company."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from leads.queries import find_company, find_lead
from lifecycle.actions import watching
from lifecycle.queries import visits as asked
from lifecycle.visit_forms import WishesForm
from ma_platform import clock
from ma_platform.tenancy.models import Membership
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.tenancy.scope import current_tenant
from ma_platform.ui.pages import redrawn

ASKING = ["GET", "HEAD", "POST"]


@requires(Capability.SEE_ALERTS)
@require_http_methods(ASKING)
def wishes(request: MemberRequest) -> HttpResponse:
    """How I am told, and of whom."""
    member = request.membership
    form = WishesForm(request.POST or None, initial=WishesForm.initial_of(asked.setting_of(member)))
    if form.is_valid():
        try:
            watching.save_wishes(form.said(), member=member, now=clock.now())
        except watching.WatchRefused as refused:
            form.add_error("quiet_until", str(refused))
        else:
            messages.success(request, gettext("Saved."))
            return redirect("lifecycle:visit_alerts")
    return redrawn(
        request,
        "lifecycle/visit_alerts.html",
        lambda: {"form": form, "address": request.user.email, **_watched(member)},
        status=422 if form.errors else 200,
    )


def _watched(member: Membership) -> dict[str, object]:
    return {
        "people": asked.watched_people(member),
        "companies": asked.watched_companies(member),
        "held": asked.held(member),
        "zone": current_tenant().timezone,
    }


@requires(Capability.SEE_ALERTS)
@require_POST
def person(request: MemberRequest, lead_id: str) -> HttpResponse:
    """Tell me when this person visits; with to=off no more."""
    lead = find_lead(lead_id)
    if lead is None:
        raise Http404
    if request.POST.get("to") == "off":
        watching.unwatch_person(lead, member=request.membership)
    else:
        with _refusals_said(request):
            watching.watch_person(lead, member=request.membership, now=clock.now())
    return _back(request) or redirect("leads:page", lead.public_id)


@requires(Capability.SEE_ALERTS)
@require_POST
def company(request: MemberRequest, company_id: str) -> HttpResponse:
    """Tell me when anybody of this company visits; with to=off no more."""
    found = find_company(company_id)
    if found is None:
        raise Http404
    if request.POST.get("to") == "off":
        watching.unwatch_company(found, member=request.membership)
    else:
        with _refusals_said(request):
            watching.watch_company(found, member=request.membership, now=clock.now())
    return _back(request) or redirect("leads:company", found.public_id)


@contextmanager
def _refusals_said(request: MemberRequest) -> Iterator[None]:
    try:
        yield
    except watching.WatchRefused as refused:
        messages.error(request, str(refused))


def _back(request: MemberRequest) -> HttpResponse | None:
    """To the member's own list, where they came from there."""
    return redirect("lifecycle:visit_alerts") if request.POST.get("from") == "list" else None
