"""What this process took and did not take."""

from __future__ import annotations

import threading
from collections import Counter

ACCEPTED, SPOOLED, REFUSED, DROPPED, LET_GO = "accepted", "spooled", "refused", "dropped", "let_go"
KINDS = (ACCEPTED, SPOOLED, REFUSED, DROPPED, LET_GO)


class Counts:
    """Events that reached the stream, that went to disk first, of unknown keys; posts refused; stream entries that the
    journal let go (only the stream has them). Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: Counter[str] = Counter()

    def add(self, kind: str, events: int = 1) -> None:
        """One of KINDS."""
        with self._lock:
            self._found[kind] += events

    def take(self) -> Counter[str]:
        """What has been counted since the last time."""
        with self._lock:
            found, self._found = self._found, Counter()
        return found

    def give_back(self, found: Counter[str]) -> None:
        """It could not be told."""
        with self._lock:
            self._found += found


COUNTS = Counts()
