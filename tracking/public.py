"""Doors for strangers: what the tag sends, where to and why (外部送信規律), and what the proxy may serve."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from ma_platform.env import ENV
from ma_platform.tenancy.models import Workspace
from ma_platform.tenancy.public import public_scope
from ma_platform.tenancy.queries import workspace_by_code
from tracking.actions.forgetting import DAYS
from tracking.notice import Item, Terms, destinations, items, purposes
from tracking.queries import domain_tags, is_served, tag_settings, tracking_hosts, tracking_settings

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
            context = {**_context(workspace), "languages": list(LANGUAGES.items())}
            return render(request, "tracking/notice.html", context)


@require_safe
def certificate(request: HttpRequest) -> HttpResponse:
    """`?domain=`: 200 when the proxy may get a certificate for it. Only the proxy itself is answered.

    What came through the proxy says so in its headers; it finds nothing here, nor behind the proxy's own refusal.
    """
    through = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    served = not through and is_served(request.GET.get("domain", ""))
    return HttpResponse(status=200 if served else 404)


def _context(workspace: Workspace) -> dict[str, object]:
    """Of the workspace in scope, in the language in force."""
    settings, tag = tracking_settings(), tag_settings(workspace.write_key)
    forms = urlsplit(ENV.base_url).netloc
    tags = (*domain_tags(tag).values(), tag)
    hosts = list(dict.fromkeys(urlsplit(one.host).netloc for one in tags))
    asks = any(one.asks_who for one in tags)
    terms = Terms(tag.consent_required, tag.personalise_required, tag.cookieless, asks)
    return {
        "owner": workspace.name,
        "settings": settings,
        "counted_days": DAYS,
        "own_hosts": set(tracking_hosts().values()),
        "groups": list(_by_destination(items(terms), tag=hosts, forms=forms).items()),
        "purposes": [tuple(map(gettext, row)) for row in purposes(terms)],
    }


def _by_destination(
    rows: Sequence[tuple[Item, str]], *, tag: Sequence[str], forms: str
) -> dict[tuple[str, ...], list[dict[str, str]]]:
    """What is sent, by the hosts it is sent to."""
    groups: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for item, when in rows:
        row = {"what": gettext(item.label), "why": gettext(item.purpose), "when": gettext(when)}
        groups.setdefault(tuple(destinations(item, tag=tag, forms=forms)), []).append(row)
    return groups
