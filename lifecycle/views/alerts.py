"""The alert inbox."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from lifecycle.actions import mark_read
from lifecycle.presentation import alert_cursor, read_cursor
from lifecycle.queries import alert_page, find_alert, unread_alerts
from lifecycle.queries.alerts import PAGE
from ma_platform import clock
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import page_or_fragment


@requires(Capability.SEE_ALERTS)
@require_GET
def inbox(request: MemberRequest) -> HttpResponse:
    """Alerts, newest first; unread ones unless all are asked for."""
    everything = request.GET.get("show") == "all"
    rows = alert_page(unread=not everything, after=read_cursor(request.GET.get("after", "")), user=request.user)
    context = {
        "alerts": rows[:PAGE],
        "next": alert_cursor(rows, size=PAGE),
        "show": "all" if everything else "unread",
        "unread": unread_alerts(member=request.membership),
    }
    return page_or_fragment(request, "lifecycle/alerts.html", "lifecycle/_alerts.html", context)


@requires(Capability.SEE_ALERTS)
@require_GET
def one(request: MemberRequest, alert_id: str) -> HttpResponse:
    """What was known when the alert was raised."""
    alert = find_alert(alert_id, user=request.user)
    if alert is None:
        raise Http404
    return render(
        request, "lifecycle/alert.html", {"alert": alert, "body": alert.body, "several": alert.tells_of_several}
    )


@requires(Capability.SEE_ALERTS)
@require_POST
def read(request: MemberRequest, alert_id: str) -> HttpResponse:
    """Mark one as read and go to its lead; one that tells of several leads back to the list."""
    alert = find_alert(alert_id, user=request.user)
    if alert is None:
        raise Http404
    mark_read([alert_id], by=request.user, now=clock.now())
    return redirect("lifecycle:alerts") if alert.tells_of_several else redirect("leads:page", alert.lead.public_id)


@requires(Capability.SEE_ALERTS)
@require_POST
def read_all(request: MemberRequest) -> HttpResponse:
    mark_read(None, by=request.user, now=clock.now())
    return redirect("lifecycle:alerts")
