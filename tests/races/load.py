"""Senders that post at a steady rate, repeat what was not answered, and remember what they were promised."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

POSTERS, BATCH, RATE = 4, 10, 200  # events a second over all posters
RETRY_SECONDS = 0.1


@dataclass
class Poster(threading.Thread):
    """Repeats a batch until it is accepted, as every SDK does. `run_name` keeps the ids of runs apart."""

    port: int
    key: str
    run_name: str
    number: int
    stop: threading.Event
    accepted: set[str] = field(default_factory=set)
    refused: int = 0

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return self.number

    def run(self) -> None:
        started, sent = time.monotonic(), 0
        while not self.stop.is_set():
            batch = [self._message(sent + step) for step in range(BATCH)]
            while not self._post(batch) and not self.stop.is_set():
                self.refused += 1
                self.stop.wait(RETRY_SECONDS)
            sent += BATCH
            self.stop.wait(started + sent * POSTERS / RATE - time.monotonic())  # the steady pace; late: at once

    def _message(self, count: int) -> dict[str, object]:
        name = f"{self.run_name}-{self.number}-{count}"
        return {
            "type": "track",
            "event": f"tick {self.run_name}",
            "messageId": name,
            "anonymousId": f"v{self.number}-{count % 40}",
            "properties": {"id": name},
        }

    def _post(self, batch: list[dict[str, object]]) -> bool:
        line = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            body = json.dumps({"writeKey": self.key, "batch": batch})
            line.request("POST", "/v1/batch", body, {"User-Agent": "Mozilla/5.0"})
            if line.getresponse().status != 200:
                return False
        except (OSError, HTTPException):
            return False
        finally:
            line.close()
        self.accepted |= {str(message["messageId"]) for message in batch}
        return True


@dataclass
class Load:
    """What all posters of a run were promised so far."""

    posters: list[Poster]

    @property
    def accepted(self) -> set[str]:
        return set().union(*(set(poster.accepted) for poster in self.posters))


@contextmanager
def load(port: int, key: str, run_name: str) -> Iterator[Load]:
    """Posting goes on inside; afterwards every poster has stopped."""
    stop = threading.Event()
    posters = [Poster(port, key, run_name, number, stop) for number in range(POSTERS)]
    for poster in posters:
        poster.start()
    try:
        yield Load(posters)
    finally:
        stop.set()
        for poster in posters:
            poster.join(30)
