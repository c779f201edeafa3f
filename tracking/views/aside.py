"""Lines that could not be written: which and why, and a way to put them back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from ma_platform import clock, jobs
from ma_platform.api.pages import decode, encode, moment_of
from ma_platform.env import ENV
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import page_or_fragment
from tracking import queries
from tracking.actions import NothingSetAside, ask_to_put_back
from tracking.aside_words import KINDS, aside_rows, kind_advice, kind_choices
from tracking.tasks import put_lines_back

SHOWN = 50


@requires(Capability.VIEW_TRACKING)
@require_GET
def set_aside(request: MemberRequest) -> HttpResponse:
    """Newest first; `kind`: of one reason alone."""
    asked, cursor = request.GET.get("kind", ""), request.GET.get("cursor", "")
    kind, counts = asked if asked in KINDS else "", queries.set_aside_by_kind()
    lines = queries.set_aside(kind=kind, before=moment_of(decode(cursor) if cursor else None), limit=SHOWN + 1)
    more = len(lines) > SHOWN
    context = {
        "rows": aside_rows(lines[:SHOWN]),
        "kind": kind,
        "kinds": kind_choices(counts),
        "advice": kind_advice(kind),
        "total": counts.get(kind, 0) if kind else sum(counts.values()),
        "next_cursor": encode([lines[SHOWN - 1].at, lines[SHOWN - 1].id]) if more else "",
        "crowded": queries.crowded_out(),
        "days": ENV.set_aside_days,
        "most": ENV.set_aside_lines,
        "may_edit": Capability.EDIT_TRACKING in request.can,
    }
    return page_or_fragment(request, "tracking/aside.html", "tracking/_aside.html", context)


@requires(Capability.EDIT_TRACKING)
@require_POST
def put_all_back(request: MemberRequest) -> HttpResponse:
    """All of a reason, or all there are."""
    asked = request.POST.get("kind", "")
    if asked and asked not in KINDS:
        raise Http404
    return _asked(request, kind=asked)


@requires(Capability.EDIT_TRACKING)
@require_POST
def put_back(request: MemberRequest, line_id: str) -> HttpResponse:
    """One line."""
    return _asked(request, line_id=line_id)


def _asked(request: MemberRequest, *, kind: str = "", line_id: str = "") -> HttpResponse:
    try:
        lines = ask_to_put_back(by=request.user, now=clock.now(), kind=kind, line_id=line_id)
    except NothingSetAside as refused:
        if line_id:
            raise Http404 from None
        messages.error(request, str(refused))
        return redirect("tracking:set_aside")
    jobs.ring(put_lines_back)
    told = ngettext(
        "%(lines)s line is being written. If it is refused again, it comes back here.",
        "%(lines)s lines are being written. Those refused again come back here.",
        lines,
    )
    messages.success(request, told % {"lines": lines})
    return redirect("tracking:set_aside")
