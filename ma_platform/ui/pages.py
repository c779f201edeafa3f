"""Answers of the dashboard: a page for the browser, its fragment for htmx, and toasts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from ma_platform.tenancy import veil

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

R = TypeVar("R", bound="HttpResponseBase")


def wants_fragment(request: HttpRequest) -> bool:
    """True for an htmx swap; a boosted link or a restored history entry wants the whole page."""
    headers = request.headers
    whole = headers.get("HX-Boosted") or headers.get("HX-History-Restore-Request")
    return headers.get("HX-Request") == "true" and not whole


def page_or_fragment(
    request: HttpRequest,
    page_template: str,
    fragment_template: str,
    context: Mapping[str, object],
    *,
    status: int = 200,
) -> HttpResponse:
    """The whole page, or the fragment it includes when htmx asks. Caches keep them apart."""
    template = fragment_template if wants_fragment(request) else page_template
    response = render(request, template, dict(context), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def redrawn(
    request: HttpRequest, template: str, context: Callable[[], Mapping[str, object]], *, status: int = 422
) -> HttpResponse:
    """A form's page, also where it is shown again because something was refused.

    What a POST has read holds every value, so that none is lost when it writes; `context` reads anew, and finds only
    what who is asking may see.
    """
    with veil.reading():
        return render(request, template, dict(context()), status=status)


def toast(response: R, text: str, *, tone: str = "success", undo: str = "") -> R:
    """Have the page show `text` when htmx receives `response`; `undo` is a URL that takes it back by POST."""
    response.headers["HX-Trigger"] = json.dumps({"toast": {"text": str(text), "tone": tone, "undo": undo}})
    return response
