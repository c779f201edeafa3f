"""The page that says how to put the tag on a site."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from ma_platform.env import ENV
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import page_or_fragment
from tracking.presentation import pixel_snippet, post_snippet, tag_snippet
from tracking.queries import tag_seen_at


@requires(Capability.VIEW_TRACKING)
@require_GET
def setup(request: MemberRequest) -> HttpResponse:
    """The line to paste, and whether the tag has been seen."""
    key, host = request.workspace.write_key, ENV.tracking_host
    context = {
        "snippet": tag_snippet(host, key),
        "pixel": pixel_snippet(host, key),
        "post": post_snippet(host, key),
        "write_key": key,
        "seen_at": tag_seen_at(),
    }
    return page_or_fragment(request, "tracking/setup.html", "tracking/_seen.html", context)
