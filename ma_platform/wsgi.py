"""What the web server calls: the collector first, then Django; behind a proxy, both see the visitor's address."""

from __future__ import annotations

import os
from collections.abc import Sequence

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ma_platform.settings")
os.environ.setdefault("MA_PROCESS", "web")

from django.core.wsgi import get_wsgi_application

django_application = get_wsgi_application()

from granian.utils.proxies import wrap_wsgi_with_proxy_headers  # noqa: E402 - with the next

from ma_platform.env import ENV  # noqa: E402 - with the next
from tracking.collector.wsgi import Application, Collector  # noqa: E402 - needs the apps


def behind(proxies: Sequence[str], inner: Application) -> Application:
    """`inner` seeing REMOTE_ADDR and scheme as the trusted proxies (addresses, networks) state them."""
    wrapped: Application = wrap_wsgi_with_proxy_headers(inner, list(proxies))
    return wrapped if proxies else inner


application = behind(ENV.trusted_proxies, Collector(django_application))
