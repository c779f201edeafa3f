"""People who may be one and the same: side by side, and a member's word that they are not."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from leads.actions.suggestions import dismiss, restore
from leads.duplicates import pairs
from leads.models import Suggestion
from leads.queries.suggestions import find_suggestion, suggestions
from ma_platform import clock
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import page_or_fragment

SHOWN = 20


@requires(Capability.VIEW_LEADS)
@require_GET
def index(request: MemberRequest) -> HttpResponse:
    """Open suggestions, surest first; `show=dismissed` those that members dismissed."""
    dismissed = request.GET.get("show") == "dismissed"
    asked = request.GET.get("page", "")
    start = (int(asked) - 1) * SHOWN if asked.isdecimal() and 0 < int(asked[:4]) < 1000 else 0
    rows = list(suggestions(dismissed=dismissed)[start : start + SHOWN + 1])
    context = {
        "pairs": pairs(rows[:SHOWN]),
        "dismissed": dismissed,
        "open": not dismissed,
        "more": start // SHOWN + 2 if len(rows) > SHOWN else 0,
        "may_edit": Capability.EDIT_LEADS in request.can,
    }
    return page_or_fragment(request, "leads/duplicates.html", "leads/_duplicates.html", context)


@requires(Capability.EDIT_LEADS)
@require_POST
def apart(request: MemberRequest, suggestion_id: str) -> HttpResponse:
    """They are two people."""
    dismiss(_found(suggestion_id), by=request.user, now=clock.now())
    messages.success(request, gettext("Noted: two different people. This pair is not suggested again."))
    return redirect("leads:duplicates")


@requires(Capability.EDIT_LEADS)
@require_POST
def again(request: MemberRequest, suggestion_id: str) -> HttpResponse:
    """Suggest the pair again."""
    restore(_found(suggestion_id), by=request.user, now=clock.now())
    return redirect("leads:duplicates")


def _found(suggestion_id: str) -> Suggestion:
    found = find_suggestion(suggestion_id)
    if found is None:
        raise Http404
    return found
