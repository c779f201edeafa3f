"""Work that is done again and again beside the requests, in a thread of its own that ends before the process does."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable

FAREWELL_SECONDS = 2.0  # how long the end of the process waits for work that is going on


class Repeating:
    """`work` is first called after `seconds`, then says each time in how many; what it raises ends the thread."""

    def __init__(self, work: Callable[[], float], *, seconds: float, name: str) -> None:
        self._work, self._seconds = work, seconds
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin, and end with the process: while its log can still be written."""
        self._thread.start()
        atexit.register(self.stop)

    def stop(self) -> None:
        """No new work from now on; what is going on gets FAREWELL_SECONDS."""
        self._ended.set()
        self._thread.join(FAREWELL_SECONDS)
        atexit.unregister(self.stop)

    def _run(self) -> None:
        seconds = self._seconds
        while not self._ended.wait(seconds):
            seconds = self._work()
