"""How fast one tenant may send: token buckets per tenant, in the memory of one process."""

from __future__ import annotations

import math
import threading

from tracking.collector.limits import BATCH_EVENTS

MAIN, OVERFLOW = "", "overflow"
STEADY_SECONDS = 1.0  # of the steady rate that may come at once and still go to the main lane
LONGEST_REST = 1.0


class Buckets:
    """`rate` events a second steadily, `burst` at once. `math.inf` as rate switches the limit off.

    What a tenant sends inside its steady rate goes to the main lane, what is above it inside the burst to the
    overflow lane (`least`: what the main lane takes at once, however slow the rate is). A tenant that was refused is
    turned away unread until its bucket may have room again.
    """

    def __init__(self, rate: float, burst: float, *, least: float = 0) -> None:
        self._rate, self._burst = rate, burst
        self._steady = min(burst, max(rate * STEADY_SECONDS, least))
        self._held: dict[int, tuple[float, float, float]] = {}  # level, steady level, at
        self._resting: dict[int, float] = {}
        self._strained_until = -math.inf
        self._lock = threading.Lock()

    @classmethod
    def shared(cls, rate: float, burst: float, *, processes: int) -> Buckets:
        """This process's part of what a tenant may send to all of them; a whole batch fits into it at any rate."""
        return cls(rate / processes, max(burst / processes, BATCH_EVENTS), least=BATCH_EVENTS)

    def take(self, tenant_id: int, events: int, *, at: float) -> tuple[int, str]:
        """(0, lane) when `events` may pass at `at` (monotonic seconds), else (seconds until the next try, "")."""
        if math.isinf(self._rate):
            return 0, MAIN
        with self._lock:
            level, steady, since = self._held.get(tenant_id, (self._burst, self._steady, at))
            gained = (at - since) * self._rate
            level, steady = min(self._burst, level + gained), min(self._steady, steady + gained)
            if level >= events:
                main = steady >= events
                self._held[tenant_id] = (level - events, steady - events if main else steady, at)
                self._resting.pop(tenant_id, None)
                return 0, MAIN if main else OVERFLOW
            self._held[tenant_id] = (level, steady, at)
            wait = (events - level) / self._rate
            self._resting = {one: until for one, until in self._resting.items() if until > at}
            self._resting[tenant_id] = rested = at + min(wait, LONGEST_REST)
            self._strained_until = max(self._strained_until, rested)
        return max(1, math.ceil(wait)), MAIN

    def strained(self, *, at: float) -> bool:
        """Whether anybody is resting: only then is it worth looking who sends before reading what."""
        return at < self._strained_until

    def resting(self, tenant_id: int, *, at: float) -> int:
        """Seconds (at least 1) a tenant that was refused still has to wait; 0 when it may be read."""
        left = self._resting.get(tenant_id, 0.0) - at
        return max(1, math.ceil(left)) if left > 0 else 0
