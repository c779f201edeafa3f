"""Time in benchmarks: waiting for what other processes do, and sending at a steady pace."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 120.0


def wait(condition: Callable[[], object], *, what: str, seconds: float = PATIENCE, every: float = 0.02) -> None:
    """Ask until the answer is true; after so many seconds the benchmark fails and says `what` did not come about."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"not within {seconds:.0f} s: {what}"
        time.sleep(every)  # asking is work for the same two cores that are being measured


def pace(moment: float) -> None:
    """Do nothing until `time.perf_counter()` says `moment`: a sender that is late does not wait, and catches up."""
    time.sleep(max(0.0, moment - time.perf_counter()))
