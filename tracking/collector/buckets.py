"""How fast one tenant may send: a token bucket per tenant, in the memory of one process."""

from __future__ import annotations

import math
import threading

from tracking.collector import limits


class Buckets:
    """`rate` events a second steadily, `burst` at once. `math.inf` as rate switches the limit off."""

    def __init__(self, rate: float = limits.EVENTS_PER_SECOND, burst: float = limits.BURST) -> None:
        self._rate, self._burst = rate, burst
        self._held: dict[int, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, tenant_id: int, events: int, *, at: float) -> int:
        """0 when `events` may pass at `at` (monotonic seconds), else after how many seconds to try again."""
        if math.isinf(self._rate):
            return 0
        with self._lock:
            level, since = self._held.get(tenant_id, (self._burst, at))
            level = min(self._burst, level + (at - since) * self._rate)
            if level >= events:
                self._held[tenant_id] = (level - events, at)
                return 0
            self._held[tenant_id] = (level, at)
        return max(1, math.ceil((events - level) / self._rate))
