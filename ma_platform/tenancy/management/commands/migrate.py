"""`migrate` with the same eye for changes as our `makemigrations`, and with the veil's views made anew behind it."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as MigrateCommand
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from ma_platform.tenancy import veils
from ma_platform.tenancy.autodetector import WallingAutodetector
from ma_platform.tenancy.walls import REACH, WEB, WORKER


class Command(MigrateCommand):
    autodetector = WallingAutodetector

    def handle(self, *args: Any, **options: Any) -> None:  # Any: a command's own
        if options["plan"] or options["check_unapplied"]:
            super().handle(*args, **options)
            return
        connection = connections[options["database"]]
        _expect_roles(connection)
        veils.remove(connection)
        try:
            super().handle(*args, **options)
        finally:  # also over what an interrupted migration left: without its views the veil refuses its readers
            veils.build(connection)


def _expect_roles(connection: BaseDatabaseWrapper) -> None:
    """Raises CommandError, before anything is changed, where the database was made before the role of reach."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regrole(%s) IS NOT NULL", [REACH])
        if not cursor.fetchone()[0]:
            raise CommandError(f"There is no role {REACH} yet. As the database's administrator, once:\n{MAKE}")


MAKE = f"""
    CREATE ROLE {REACH} NOLOGIN NOBYPASSRLS;
    GRANT {REACH} TO {WEB}, {WORKER} WITH INHERIT FALSE, SET TRUE;
"""
