"""`migrate` with the same eye for changes as our `makemigrations`, and with the veil's views made anew behind it."""

from typing import Any

from django.core.management.commands.migrate import Command as MigrateCommand
from django.db import connections

from ma_platform.tenancy import veils
from ma_platform.tenancy.autodetector import WallingAutodetector


class Command(MigrateCommand):
    autodetector = WallingAutodetector

    def handle(self, *args: Any, **options: Any) -> None:  # Any: a command's own
        if options["plan"] or options["check_unapplied"]:
            super().handle(*args, **options)
            return
        connection = connections[options["database"]]
        veils.remove(connection)
        super().handle(*args, **options)
        veils.build(connection)
