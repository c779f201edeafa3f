"""The tag debugger: events as they arrive, machines included, with the reasons of each verdict."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from ma_platform import clock
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import page_or_fragment
from tracking.debugging import debug_rows, refusal_rows
from tracking.queries import MOST_COUNTED, arrivals, names_without_place, refusals, set_aside_waiting, sites

SHOWN = 50
FEW = 5  # refused posts, until all are asked for


@requires(Capability.VIEW_TRACKING)
@require_GET
def debug(request: MemberRequest) -> HttpResponse:
    """`visitor`: only this browser's; asks again every two seconds until told to stand still."""
    visitor = request.GET.get("visitor", "").strip()[:200]
    refused, whole = refusal_rows(refusals()), request.GET.get("refused") == "all"
    waiting = set_aside_waiting()
    context = {
        "without_place": names_without_place(today=timezone.localdate(clock.now())),
        "waiting": min(waiting, MOST_COUNTED),
        "more_wait": waiting > MOST_COUNTED,
        "rows": debug_rows(arrivals(now=clock.now(), visitor=visitor, limit=SHOWN), sites()),
        "refused": refused if whole else refused[:FEW],
        "refused_count": len(refused),
        "visitor": visitor,
        "still": "still" in request.GET,
    }
    return page_or_fragment(request, "tracking/debug.html", "tracking/_debug.html", context)
