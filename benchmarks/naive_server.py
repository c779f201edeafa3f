"""The web server of benchmarks/naive_views.py; nothing stands before the views."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ma_platform.settings")
os.environ["MA_PROCESS"] = "worker"

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

django.setup()
settings.ROOT_URLCONF, settings.MIDDLEWARE = "benchmarks.naive_views", []
application = WSGIHandler()
