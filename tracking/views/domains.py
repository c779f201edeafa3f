"""The workspace's sites and tracking hosts, and its settings of tracking."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ma_platform import clock
from ma_platform.env import ENV
from ma_platform.errors import DomainError
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import page_or_fragment
from tracking import actions
from tracking.debugging import domain_rows
from tracking.forms import DomainForm, RetentionForm, TrackingForm, tracking_form
from tracking.hosts import host_of
from tracking.models import Domain
from tracking.queries import custom_names, retention_days, sightings, tracking_settings
from tracking.queries import domains as all_domains


@requires(Capability.VIEW_TRACKING)
@require_http_methods(["GET", "HEAD", "POST"])
def domains(request: MemberRequest) -> HttpResponse:
    """List and add."""
    if request.method == "POST" and Capability.EDIT_TRACKING not in request.can:
        return HttpResponse(status=403)
    form = DomainForm(request.POST or None)
    if form.is_valid():
        try:
            actions.add_domain(**form.cleaned_data, by=request.user, now=clock.now())
            messages.success(request, _("Added; it is being looked at."))
            return redirect("tracking:domains")
        except DomainError as refusal:
            form.add_error("host", str(refusal))
    context = {
        "form": form,
        "rows": domain_rows(all_domains(), sightings()),
        "address": urlsplit(ENV.tracking_host).netloc,
        "target": _target(urlsplit(ENV.tracking_host).hostname or ""),
        "may_edit": Capability.EDIT_TRACKING in request.can,
    }
    return page_or_fragment(request, "tracking/domains.html", "tracking/_domains.html", context)


def _target(host: str) -> str:
    """What a CNAME can lead to: a name; "" for an address or this very machine, which no DNS record can name."""
    try:
        return host_of(host)
    except ValueError:
        return ""


@requires(Capability.EDIT_TRACKING)
@require_POST
def remove(request: MemberRequest) -> HttpResponse:
    actions.remove_domain(_named(request), by=request.user, now=clock.now())
    messages.success(request, _("Removed."))
    return redirect("tracking:domains")


@requires(Capability.EDIT_TRACKING)
@require_POST
def check(request: MemberRequest) -> HttpResponse:
    """Have a host looked at again; the answer appears in the list by itself."""
    actions.look_again(_named(request))
    return redirect("tracking:domains")


def _named(request: MemberRequest) -> Domain:
    found: Domain = get_object_or_404(Domain, host=request.POST.get("host"), kind=request.POST.get("kind"))
    return found


@requires(Capability.EDIT_TRACKING)
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: MemberRequest) -> HttpResponse:
    """Consent, addresses, what the notice says, and how long events are kept."""
    form = TrackingForm(request.POST) if request.method == "POST" else tracking_form(tracking_settings())
    kept = RetentionForm(request.POST or None, held=retention_days(), custom=custom_names())
    if form.is_bound and form.is_valid() and kept.is_valid():
        actions.save_settings(form.edit(), by=request.user, now=clock.now())
        actions.save_retention(kept.days(), by=request.user, now=clock.now())
        messages.success(request, _("Saved."))
        return redirect("tracking:settings")
    context = {"form": form, "kept": kept}
    return page_or_fragment(request, "tracking/settings.html", "tracking/_settings.html", context)
