"""`manage.py ingest`: writes what the collector accepted into the event log, until SIGTERM or SIGINT."""

from __future__ import annotations

import signal
from typing import Any

from django.core.management.base import BaseCommand

from ma_platform import clock
from tracking.actions.ingest import Ingest


class Command(BaseCommand):
    help = "Drain the event streams into the log (one process drains a shard; a second one stands by)."

    def handle(self, *args: Any, **options: Any) -> None:
        asked_to_stop: list[int] = []
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda received, _frame: asked_to_stop.append(received))
        total = Ingest(running=lambda: not asked_to_stop, now=clock.now).run()
        self.stdout.write(f"ingest: {total.seen} seen, {total.written} written, {total.rejected} set aside")
