"""The style guide: the one page of this room."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.http import require_safe

from ma_platform import clock
from ma_platform.tenancy.permissions import signed_in
from ma_platform.ui import samples


@signed_in
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component twice: light in one language, dark in the other; `?swap` exchanges them."""
    languages = ("en", "ja") if "swap" in request.GET else ("ja", "en")
    sides = [_side(request, language, theme) for language, theme in zip(languages, ("light", "dark"), strict=True)]
    return render(request, "ui/styleguide.html", {"sides": sides})


def _side(request: HttpRequest, language: str, theme: str) -> dict[str, str]:
    with translation.override(language):
        context = samples.context(language=language, now=clock.now(), theme=theme)
        parts = render_to_string("ui/styleguide/_parts.html", context, request)
    return {"language": language, "theme": theme, "parts": parts}
