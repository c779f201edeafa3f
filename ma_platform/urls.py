"""Where each room's doors hang. A room adds `urls`, `public_urls` or `api_urls` and is found here by name."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from ma_platform.health import healthz, readyz

ROOMS = (
    "ma_platform.ui",
    "ma_platform.workspaces",
    "tracking",
    "leads",
    "scoring",
    "mailing",
    "connect",
    "lifecycle",
    "capture",
    "nurturing",
    "reports",
)


def doors(module: str) -> list[URLResolver]:
    """Includes of this module of every room that has it."""
    return [path("", include(f"{room}.{module}")) for room in ROOMS if find_spec(f"{room}.{module}")]


handler500 = "ma_platform.crashes.answer_crash"
urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("accounts/", include("ma_platform.workspaces.account_urls")),
    path("api/v1/schema", SpectacularAPIView.as_view(), name="api_schema"),
    path("api/v1/docs", SpectacularSwaggerSplitView.as_view(url_name="api_schema"), name="api_docs"),
    path("api/v1/", include((doors("api_urls"), "api"))),
    *doors("public_urls"),
    *doors("urls"),
]
