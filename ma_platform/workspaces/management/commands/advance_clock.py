"""`advance_clock --days N [--hours N] [--minutes N]`: let days pass in a second (DEBUG only)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ma_platform import clock


class Command(BaseCommand):
    help = "Move the clock of every process on this machine forward. Only with DEBUG=1."

    def add_arguments(self, parser: CommandParser) -> None:
        for unit in ("days", "hours", "minutes"):
            parser.add_argument(f"--{unit}", type=float, default=0)

    def handle(self, *args: Any, **options: Any) -> None:
        step = timedelta(days=options["days"], hours=options["hours"], minutes=options["minutes"])
        try:
            clock.advance(step)
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"It is now {clock.now():%Y-%m-%d %H:%M} UTC.")
