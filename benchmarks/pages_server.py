"""The web server of benchmark 9a: the product as it is, plus one view that does nothing behind the same doors."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ma_platform.settings")
os.environ["MA_PROCESS"] = "web"

from django.conf import settings
from django.core.wsgi import get_wsgi_application

settings.ROOT_URLCONF = "benchmarks.pages_urls"
application = get_wsgi_application()
