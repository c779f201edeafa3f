"""Whose networks visits come from: the list, uploading one, one by hand, and what was learned wrongly."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ma_platform import clock
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import page_or_fragment
from tracking.actions import NoSuchNetwork, add_network, delete_network, refuse_network, upload_networks
from tracking.network_form import ConfirmForm, NetworkForm, UploadForm
from tracking.network_words import UploadPreview, network_page, preview
from tracking.queries import NetworkFilter, listed_networks

SHOWN = 50


@requires(Capability.VIEW_TRACKING)
@require_GET
def index(request: MemberRequest) -> HttpResponse:
    """Newest first, narrowed by text, source and kind."""
    asked = NetworkFilter(*(request.GET.get(name, "")[:200] for name in ("q", "source", "kind")))
    context = {
        "asked": asked,
        **network_page(asked, request.GET.get("cursor", ""), limit=SHOWN, now=clock.now()),
        "may_edit": Capability.EDIT_TRACKING in request.can,
    }
    return page_or_fragment(request, "tracking/networks.html", "tracking/_networks.html", context)


@requires(Capability.EDIT_TRACKING)
@require_http_methods(["GET", "POST"])
def upload(request: MemberRequest) -> HttpResponse:
    """A file is read and shown with its counts; nothing is written."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        shown = preview(form.read, mode=form.cleaned_data["mode"], listed=listed_networks())
        return _shown(request, shown, form.text, form.cleaned_data["mode"])
    return render(request, "tracking/networks_upload.html", {"form": form}, status=422 if form.errors else 200)


@requires(Capability.EDIT_TRACKING)
@require_POST
def confirm(request: MemberRequest) -> HttpResponse:
    """Put in what was shown."""
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return render(request, "tracking/networks_upload.html", {"form": UploadForm()}, status=422)
    replace = form.cleaned_data["mode"] == "replace"
    done = upload_networks(form.read.entries, replace=replace, by=request.user, now=clock.now())
    messages.success(
        request,
        gettext("%(added)s networks added, %(changed)s changed, %(removed)s removed.")
        % {"added": done.added, "changed": done.changed, "removed": done.removed},
    )
    return redirect("tracking:networks")


@requires(Capability.EDIT_TRACKING)
@require_http_methods(["GET", "POST"])
def new(request: MemberRequest) -> HttpResponse:
    """One network by hand."""
    form = NetworkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        add_network(form.entry(), by=request.user, now=clock.now())
        messages.success(request, gettext("The network is in the list."))
        return redirect("tracking:networks")
    return render(request, "tracking/networks_new.html", {"form": form}, status=422 if form.errors else 200)


@requires(Capability.EDIT_TRACKING)
@require_POST
def delete(request: MemberRequest, network_id: str) -> HttpResponse:
    network = _changed(delete_network, network_id, request)
    messages.success(request, gettext("%(network)s is forgotten.") % {"network": network})
    return redirect("tracking:networks")


@requires(Capability.EDIT_TRACKING)
@require_POST
def refuse(request: MemberRequest, network_id: str) -> HttpResponse:
    """Not this company."""
    network = _changed(refuse_network, network_id, request)
    messages.success(request, gettext("%(network)s is not taken for this company any more.") % {"network": network})
    return redirect("tracking:networks")


def _changed(change: Callable[..., str], network_id: str, request: MemberRequest) -> str:
    try:
        return change(network_id, by=request.user, now=clock.now())
    except NoSuchNetwork as gone:
        raise Http404 from gone


def _shown(request: MemberRequest, shown: UploadPreview, text: str, mode: str) -> HttpResponse:
    context = {"shown": shown, "text": text, "mode": mode}
    return render(request, "tracking/networks_preview.html", context)
