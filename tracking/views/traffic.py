"""People and machines: what the visits of a period were taken for, and judging them again."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from ma_platform import clock, jobs
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from tracking.actions import NotReady, ask_rejudgement, run_rejudgement
from tracking.queries import find_rejudgement
from tracking.tasks import rejudge
from tracking.traffic import PERIODS, lengths, passes, traffic_page

AGAIN = (7, 30, 90, 365)


@requires(Capability.VIEW_TRACKING)
@require_GET
def traffic(request: MemberRequest) -> HttpResponse:
    """Shares, reasons, agents and mails of the last days."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked in map(str, PERIODS) else 30
    context = {**traffic_page(days, now=clock.now()), **_passes(request)}
    return render(request, "tracking/traffic.html", context)


@requires(Capability.VIEW_TRACKING)
@require_GET
def rejudgements(request: MemberRequest) -> HttpResponse:
    """The list alone: it asks for itself while something is at work."""
    return render(request, "tracking/_traffic_passes.html", _passes(request))


@requires(Capability.EDIT_TRACKING)
@require_POST
def ask(request: MemberRequest) -> HttpResponse:
    """Count what today's rules would change."""
    now, days = clock.now(), request.POST.get("days", "")
    length = timedelta(days=int(days) if days in map(str, AGAIN) else 30)
    asked = ask_rejudgement(now - length, now, by=request.user, now=now)
    jobs.start(rejudge, request.workspace.pk, asked.pk)
    messages.success(request, gettext("Counting. Nothing is changed before you say so."))
    return redirect("tracking:traffic")


@requires(Capability.EDIT_TRACKING)
@require_POST
def run(request: MemberRequest, rejudgement_id: str) -> HttpResponse:
    """Do what was counted."""
    asked = find_rejudgement(rejudgement_id)
    if asked is None:
        raise Http404
    try:
        run_rejudgement(asked, by=request.user, now=clock.now())
    except NotReady as refused:
        messages.error(request, str(refused))
        return redirect("tracking:traffic")
    jobs.start(rejudge, request.workspace.pk, asked.pk)
    messages.success(request, gettext("Judging again. Scores and reports follow by themselves."))
    return redirect("tracking:traffic")


def _passes(request: MemberRequest) -> dict[str, object]:
    return {**passes(), "may_edit": Capability.EDIT_TRACKING in request.can, "lengths": lengths(AGAIN)}
