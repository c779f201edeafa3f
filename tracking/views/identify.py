"""Signed identification: what it is, the secret, the code for the customer's server, and a hash to try."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from ma_platform import clock
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.queries import settings_of
from ma_platform.tenancy.requests import MemberRequest
from tracking import actions, signed
from tracking.snippets import identify_snippet
from tracking.wording import HASH_REASONS


@requires(Capability.VIEW_TRACKING)
@require_GET
def page(request: MemberRequest) -> HttpResponse:
    """The page, the secret hidden."""
    return render(request, "tracking/identify.html", _context(request))


@requires(Capability.MANAGE_KEYS)
@require_POST
def reveal(request: MemberRequest) -> HttpResponse:
    """The same page with the secret in clear; it says on record who looked."""
    secret = actions.show_secret(by=request.user, now=clock.now())
    answer = render(request, "tracking/identify.html", {**_context(request), "secret": secret})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@requires(Capability.EDIT_TRACKING)
@require_POST
def check(request: MemberRequest) -> HttpResponse:
    """Is this the hash of that user id, and if not, why?"""
    text, given = request.POST.get("text", "")[:500], request.POST.get("hash", "")[:500]
    settings = settings_of()
    reason = signed.judge(
        text,
        given,
        secret=settings.identify_secret,
        old=settings.believed_old_secret(now=clock.now()),
        write_key=request.workspace.write_key,
    )
    found = {"reason": reason, "text": gettext(HASH_REASONS[reason]), "right": reason.startswith("right")}
    context = {**_context(request), "checked": found, "text": text, "hash": given}
    return render(request, "tracking/identify.html", context)


@requires(Capability.MANAGE_KEYS)
@require_POST
def rotate(request: MemberRequest) -> HttpResponse:
    """A new secret; the old one works for some days more."""
    actions.rotate_secret(by=request.user, now=clock.now())
    messages.success(request, gettext("The secret is new. The old one is accepted for 7 more days."))
    return redirect("tracking:identify")


@requires(Capability.MANAGE_KEYS)
@require_POST
def drop(request: MemberRequest) -> HttpResponse:
    """The old secret works no more."""
    if actions.drop_old_secret(by=request.user, now=clock.now()):
        messages.success(request, gettext("The old secret is not accepted any more."))
    return redirect("tracking:identify")


def _context(request: MemberRequest) -> dict[str, object]:
    settings = settings_of()
    return {
        "snippets": signed.snippets(),
        "page_line": identify_snippet(),
        "may_manage": Capability.MANAGE_KEYS in request.can,
        "may_check": Capability.EDIT_TRACKING in request.can,
        "old_until": settings.identify_secret_old_until if settings.believed_old_secret(now=clock.now()) else None,
        "write_key": request.workspace.write_key,
    }
