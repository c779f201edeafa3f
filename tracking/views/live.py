"""The live list of events."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import page_or_fragment
from tracking.presentation import live_rows
from tracking.queries import latest, tag_seen_at

SHOWN = 50


@requires(Capability.VIEW_TRACKING)
@require_GET
def live(request: MemberRequest) -> HttpResponse:
    """The newest events, machines included, with the reasons of each verdict; asks again every few seconds."""
    context = {"rows": live_rows(latest(limit=SHOWN)), "seen_at": tag_seen_at()}
    return page_or_fragment(request, "tracking/live.html", "tracking/_live.html", context)
