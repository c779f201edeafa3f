"""How to put the tag on a site, whether it is seen there, and what to tell visitors about it."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from ma_platform.env import ENV
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import page_or_fragment
from tracking.queries import sightings, tag_seen_at, tag_settings
from tracking.snippets import (
    banner_snippet,
    command_snippet,
    pinned_snippet,
    pixel_snippet,
    post_snippet,
    tag_snippet,
)


@requires(Capability.VIEW_TRACKING)
@require_GET
def setup(request: MemberRequest) -> HttpResponse:
    """The lines to paste, made from the live settings, and where the tag has been seen."""
    tag = tag_settings(request.workspace.write_key)
    context = {
        "tag": tag,
        "snippet": tag_snippet(tag),
        "pinned": pinned_snippet(tag),
        "pixel": pixel_snippet(tag.host, tag.key),
        "post": post_snippet(ENV.tracking_host, tag.key),
        "answers": command_snippet("'consent', 'granted'", "'consent', 'withdrawn'"),
        "refusal": command_snippet("'consent', 'denied'"),
        "banner": banner_snippet(
            text=gettext("We use cookies to see which pages are read. May we recognise you on your next visit?"),
            agree=gettext("I agree"),
            refuse=gettext("No, thank you"),
        ),
        "write_key": tag.key,
        "seen_at": tag_seen_at(),
        "sightings": sightings(),
        "notice": ENV.base_url + reverse("tracking_public:notice", args=[request.workspace.code]),
    }
    return page_or_fragment(request, "tracking/setup.html", "tracking/_seen.html", context)
