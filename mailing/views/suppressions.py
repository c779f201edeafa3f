"""Addresses nothing may go to: the list, adding one by hand, allowing one again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from ma_platform import clock
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from mailing import presentation
from mailing.actions import suppress_by_hand, unsuppress
from mailing.forms import SuppressForm
from mailing.models import Suppression

PAGE = 50


@requires(Capability.VIEW_MAIL)
@require_GET
def suppressions(request: MemberRequest) -> HttpResponse:
    """Newest first."""
    rows = Suppression.objects.order_by("-id")
    after = presentation.cursor(request.GET.get("after", ""))
    shown = list((rows.filter(id__lt=after[0]) if after else rows)[: PAGE + 1])
    context = {
        "rows": shown[:PAGE],
        "next": f"?after={shown[PAGE - 1].pk}" if len(shown) > PAGE else "",
        "form": SuppressForm(),
        "may_edit": Capability.SEND_MAIL in request.can,
    }
    return render(request, "mailing/suppressions.html", context)


@requires(Capability.SEND_MAIL)
@require_POST
def add(request: MemberRequest) -> HttpResponse:
    """Stop all mail to an address."""
    form = SuppressForm(request.POST)
    if form.is_valid():
        suppress_by_hand(form.cleaned_data["address"], by=request.user, now=clock.now())
        messages.success(request, gettext("Nothing more goes to this address."))
    else:
        messages.error(request, gettext("This is not an e-mail address."))
    return redirect("mailing:suppressions")


@requires(Capability.SEND_MAIL)
@require_POST
def remove(request: MemberRequest, address_hash: str) -> HttpResponse:
    """Allow mail again; a refusal by the person stays."""
    found = get_object_or_404(Suppression.objects.all(), address_hash=address_hash)
    unsuppress(found, by=request.user, now=clock.now())
    messages.success(request, gettext("Mail may go to this address again."))
    return redirect("mailing:suppressions")
