"""API keys of the workspace."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from ma_platform import clock
from ma_platform.tenancy import queries
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.workspaces import actions
from ma_platform.workspaces.forms import KeyForm


@requires(Capability.MANAGE_KEYS)
@require_GET
def index(request: MemberRequest) -> HttpResponse:
    return render(request, "workspaces/keys.html", {"keys": queries.api_keys(), "form": KeyForm()})


@requires(Capability.MANAGE_KEYS)
@require_POST
def issue(request: MemberRequest) -> HttpResponse:
    form = KeyForm(request.POST)
    secret = ""
    if form.is_valid():
        scopes = [Capability(scope) for scope in form.cleaned_data["scopes"]]
        stated = {"name": form.cleaned_data["name"], "reaches_as": form.stands_for()}
        secret = actions.issue_key(**stated, scopes=scopes, by=request.user, now=clock.now())
    context = {"keys": queries.api_keys(), "form": KeyForm() if secret else form, "secret": secret}
    return render(request, "workspaces/keys.html", context, status=200 if secret else 422)


@requires(Capability.MANAGE_KEYS)
@require_POST
def revoke(request: MemberRequest, public_id: str) -> HttpResponse:
    key = get_object_or_404(queries.api_keys(), public_id=public_id)
    actions.revoke_key(key.public_id, by=request.user, now=clock.now())
    messages.success(request, _("The key is revoked and works no more."))
    return redirect("api_keys")
