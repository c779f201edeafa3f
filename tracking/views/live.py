"""Who is on the sites right now."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from ma_platform import clock
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import page_or_fragment
from tracking.queries import count_present, present, tag_seen
from tracking.watching import live_rows

SHOWN = 50


@requires(Capability.VIEW_TRACKING)
@require_GET
def live(request: MemberRequest) -> HttpResponse:
    """Visits with a sign of life in the last five minutes; asks again every five seconds."""
    now = clock.now()
    context = {
        "rows": live_rows(present(now=now, limit=SHOWN), now=now),
        "count": count_present(now=now),
        "seen": tag_seen(),
        "now": now,
    }
    return page_or_fragment(request, "tracking/live.html", "tracking/_live.html", context)
