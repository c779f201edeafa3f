"""What `celery -A ma_platform.celery` loads: the application of `jobs`, with every room's tasks and sweeps."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ma_platform.settings")
os.environ.setdefault("MA_PROCESS", "worker")

import django

django.setup()  # Rooms register their tasks while apps load.

from ma_platform import jobs  # noqa: E402 - needs the settings

app = jobs.app
app.conf.beat_schedule = jobs.SWEEPS
app.conf.task_routes = jobs.ROUTES
