"""How a room (Django app) makes itself known: by importing its registering modules when the process starts."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig

REGISTERING = ("veils", "vocabulary", "births", "consumers", "panels", "audited", "tasks", "api", "demo")


class Room(AppConfig):
    """Base of every app's config; registration is an import, never a side effect of a request."""

    default_auto_field = "django.db.models.BigAutoField"
    default = False  # every apps.py imports Room; Django must not take it for that app's own config

    def __init_subclass__(cls) -> None:
        cls.default = True

    def ready(self) -> None:
        for module in REGISTERING:
            if find_spec(f"{self.name}.{module}"):
                import_module(f"{self.name}.{module}")
