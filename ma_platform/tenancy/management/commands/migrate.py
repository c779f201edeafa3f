"""`migrate` with the same eye for changes as our `makemigrations`."""

from django.core.management.commands.migrate import Command as MigrateCommand

from ma_platform.tenancy.autodetector import WallingAutodetector


class Command(MigrateCommand):
    autodetector = WallingAutodetector
