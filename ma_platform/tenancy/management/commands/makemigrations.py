"""`makemigrations`, linear and walled."""

from django_linear_migrations.management.commands.makemigrations import Command as LinearCommand

from ma_platform.tenancy.autodetector import WallingAutodetector


class Command(LinearCommand):
    autodetector = WallingAutodetector
