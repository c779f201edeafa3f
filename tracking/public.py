"""A page for visitors of customers' sites: what the tag sends, where to, and why (外部送信規律)."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from ma_platform.tenancy.public import public_scope
from ma_platform.tenancy.queries import workspace_by_code
from tracking.notice import items
from tracking.queries import tag_settings, tracking_settings

LANGUAGES = {"ja": "日本語", "en": "English"}


@require_safe
def notice(request: HttpRequest, code: str) -> HttpResponse:
    """Made from the live settings; `?lang=en` for English."""
    workspace = workspace_by_code(code)
    if workspace is None:
        raise Http404
    with public_scope(workspace):
        chosen = request.GET.get("lang", "")
        with translation.override(chosen if chosen in LANGUAGES else workspace.locale):
            settings, tag = tracking_settings(), tag_settings(workspace.write_key)
            context = {
                "owner": workspace.name,
                "settings": settings,
                "destination": urlsplit(tag.host).netloc,
                "own_host": tag.first_party,
                "rows": [
                    {"what": gettext(item.label), "why": gettext(item.purpose), "when": gettext(when)}
                    for item, when in items(consent_required=settings.consent_required)
                ],
                "languages": list(LANGUAGES.items()),
            }
            return render(request, "tracking/notice.html", context)
