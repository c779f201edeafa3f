"""What the web server calls: the collector first, then Django."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ma_platform.settings")
os.environ.setdefault("MA_PROCESS", "web")

from django.core.wsgi import get_wsgi_application

django_application = get_wsgi_application()

from tracking.collector.wsgi import Collector  # noqa: E402 - needs the apps

application = Collector(django_application)
