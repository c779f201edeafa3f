"""The sender works beside the rest, as it does in life: what a stretch left in the queue goes out during the next."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from types import TracebackType

from django.db import connections

from ma_platform.db import sql
from ma_platform.demo.moments import Stretch
from mailing.actions import deliver_due

# Thousands of small commits need not wait for the disk one by one; what follows the seeding flushes them all.
UNHURRIED = "SET synchronous_commit = off"


class Mailing:
    """A sender with a thread and a connection of its own; leaving the block waits for it."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, initializer=sql.run, initargs=(UNHURRIED,))
        self._under_way: tuple[Stretch, Future[None]] | None = None

    def __enter__(self) -> Mailing:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self.sent_in()
        finally:
            self._thread.submit(connections.close_all)
            self._thread.shutdown()

    def send(self, stretch: Stretch) -> None:
        """Begin to send what is due at the end of the stretch."""
        self._under_way = stretch, self._thread.submit(_deliver, stretch.end)

    def sent_in(self) -> Stretch | None:
        """The stretch whose mails are all out now; None when nothing was being sent. What went wrong is raised here."""
        if self._under_way is None:
            return None
        (stretch, sending), self._under_way = self._under_way, None
        sending.result()
        return stretch


def _deliver(now: datetime) -> None:
    while deliver_due(now=now).claimed:
        pass
