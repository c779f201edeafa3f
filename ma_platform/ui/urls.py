"""With DEBUG on, the style guide."""

from __future__ import annotations

from django.urls import URLPattern, path

from ma_platform.env import ENV
from ma_platform.ui import views

urlpatterns: list[URLPattern] = []

if ENV.debug:
    urlpatterns.append(path("styleguide/", views.styleguide, name="styleguide"))
